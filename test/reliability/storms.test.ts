/** Many at once: what a flash crowd, or an attacker, can make Bailiff ask of Clerk. */
import { createAuthenticator, type AuthenticatorOptions } from 'bailiff';
import type { LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS, startClerk } from '../support/clerk.js';
import { withBearer } from '../support/requests.js';
import { createClock } from '../support/tokens.js';

const MANY = 10_000;

let clerk: LocalInstance;
beforeAll(async () => {
  clerk = await startClerk();
});
beforeEach(() => {
  clerk.reset();
});
afterAll(() => clerk.close());

function create(options: AuthenticatorOptions = {}) {
  const clock = createClock();
  const authenticator = createAuthenticator({
    secretKey: clerk.secretKey,
    publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    apiUrl: clerk.apiUrl,
    now: clock,
    ...options,
  });
  return {
    clock,
    status: async (token: string) => (await authenticator.authenticateRequest(withBearer(token))).status,
  };
}

describe('storms', () => {
  it('10,000 concurrent first requests load the JWKS once', async () => {
    const { status } = create();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => clerk.createSessionToken()));
    const statuses = await Promise.all(Array.from({ length: MANY }, (_, index) => status(tokens[index % 50] ?? '')));
    expect(new Set(statuses)).toEqual(new Set(['signed-in']));
    expect(callsOf(clerk, OPERATIONS.jwks)).toBe(1);
  });

  it('10,000 unknown key ids cost one load of the JWKS in 5 s, and known keys still work', async () => {
    const { clock, status } = create();
    const known = await clerk.createSessionToken();
    expect(await status(known)).toBe('signed-in');
    const before = callsOf(clerk, OPERATIONS.jwks);
    const [header = '', ...rest] = known.split('.');
    const withKeyId = (index: number) => {
      const changed = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
      return [Buffer.from(JSON.stringify({ ...changed, kid: `ins_${index}` })).toString('base64url'), ...rest].join(
        '.',
      );
    };
    for (let index = 0; index < MANY; index++) {
      const outcome = await status(withKeyId(index));
      // The set was asked for because of the first; it says nothing about those that came after.
      const expected = index === 0 ? 'signed-out' : 'unavailable';
      if (outcome !== expected) expect(outcome).toBe(expected);
      if (index % 1000 === 0) expect(await status(known)).toBe('signed-in');
    }
    expect(callsOf(clerk, OPERATIONS.jwks) - before).toBe(1);

    clock.advance(5_000);
    for (let index = 0; index < 1000; index++) await status(withKeyId(MANY + index));
    expect(callsOf(clerk, OPERATIONS.jwks) - before).toBe(2);
    expect(await status(known)).toBe('signed-in');
  });

  it('10,000 uses of one API key cost one call for each TTL', async () => {
    const { clock, status } = create({ acceptsToken: 'api_key' });
    const { secret } = await clerk.createApiKey({ subject: 'user_ada' });
    const statuses = await Promise.all(Array.from({ length: MANY / 2 }, () => status(secret)));
    for (let index = 0; index < MANY / 2; index++) statuses.push(await status(secret));
    expect(new Set(statuses)).toEqual(new Set(['signed-in']));
    expect(callsOf(clerk, OPERATIONS.apiKey)).toBe(1);
    clock.advance(10_001);
    expect(await status(secret)).toBe('signed-in');
    expect(callsOf(clerk, OPERATIONS.apiKey)).toBe(2);
  });

  it('malformed tokens cost no call', async () => {
    const { status } = create({ acceptsToken: 'any' });
    const garbage = [
      'x',
      'a.b.c',
      'ak_',
      'mt_',
      'oat_',
      'ak_ä',
      'AK_abc',
      'Bearer',
      '..',
      'e30.e30.',
      'null',
      'mt_%00',
      `ak_${'%'.repeat(40)}`,
    ];
    for (let index = 0; index < MANY; index++) {
      const outcome = await status(`${garbage[index % garbage.length]}`);
      if (outcome !== 'signed-out') expect(`${garbage[index % garbage.length]}: ${outcome}`).toBe('signed-out');
    }
    expect(clerk.requests).toEqual([]);
  });
});
