import { describe, expect, it } from 'vitest';
import { createClock, toMilliseconds } from '../../packages/local/src/state/clock.js';
import { call, decode, instances } from './support.js';

const start = instances();

describe('row 13: time travel', () => {
  it('expires sessions, tokens and keys without waiting', async () => {
    const clerk = await start({ listen: false });
    const { session } = await clerk.signIn('user_1');
    const key = await clerk.createApiKey({ subject: 'user_1', expiresInSeconds: 60 });
    const status = async () => (await call(clerk, 'GET', `/v1/sessions/${session.id}`)).json['status'];
    const works = async () => (await call(clerk, 'POST', '/api_keys/verify', { secret: key.secret })).status;
    expect([await status(), await works()]).toEqual(['active', 200]);
    clerk.advanceClock('59s');
    expect(await works()).toBe(200);
    clerk.advanceClock(1000);
    expect([await status(), await works()]).toEqual(['active', 404]);
    clerk.clock.advance('7d');
    expect(await status()).toBe('expired');
    expect((await call(clerk, 'POST', `/v1/sessions/${session.id}/tokens`)).status).toBe(404);
    expect((await call(clerk, 'GET', '/v1/sessions?user_id=user_1&status=active')).json).toEqual([]);
    expect((await call(clerk, 'GET', '/v1/sessions?user_id=user_1&status=expired&paginated=true')).json).toMatchObject({
      total_count: 1,
    });
  });

  it('stands still, advances and goes back', async () => {
    const clerk = await start({ listen: false, now: '2026-01-01T00:00:00Z' });
    const noon = Date.UTC(2026, 0, 1);
    expect(clerk.now()).toBe(noon);
    const iat = async () => decode(await clerk.createSessionToken({ userId: 'user_1' })).payload['iat'];
    expect(await iat()).toBe(noon / 1000);
    clerk.advanceClock('-1h');
    expect(await iat()).toBe(noon / 1000 - 3600);
    clerk.clock.freeze(noon + 5);
    expect(clerk.now()).toBe(noon + 5);
    clerk.reset();
    expect(clerk.now()).toBe(noon);
  });

  it('accepts the time of any source', () => {
    let time = 1000;
    const clock = createClock(() => time);
    clock.advance(500);
    expect(clock.now()).toBe(1500);
    clock.freeze();
    time = 9000;
    expect(clock.now()).toBe(1500);
    clock.resume();
    time = 9001;
    expect(clock.now()).toBe(1501);
    expect(createClock(new Date(77)).now()).toBe(77);
  });

  it('reads durations, and refuses other texts', () => {
    expect(['250ms', '61s', '1.5m', '2h', '30d', 7].map(toMilliseconds)).toEqual([
      250, 61_000, 90_000, 7_200_000, 2_592_000_000, 7,
    ]);
    for (const wrong of ['', '5', 's', '5w', NaN, Infinity])
      expect(() => toMilliseconds(wrong), String(wrong)).toThrow('Not a duration');
    expect(() => createClock('yesterday')).toThrow('Not a time');
  });
});
