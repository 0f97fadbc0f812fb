/** Many at once: what a flash crowd, or an attacker, can make Bailiff ask of Clerk. */
import { createAuthenticator, type AuthenticatorOptions } from 'bailiff';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PATHS, startJwksServer, type JwksServer } from '../support/jwks-server.js';
import { withBearer } from '../support/requests.js';
import { apiKeyAnswer, createClock, createKey, jwksOf, sessionToken } from '../support/tokens.js';

const MANY = 10_000;
const key = createKey('RS256', { kid: 'ins_storm' });

let upstream: JwksServer;
beforeEach(async () => {
  upstream = await startJwksServer({ [PATHS.jwks]: { body: jwksOf(key) }, [PATHS.apiKey]: { body: apiKeyAnswer() } });
});
afterEach(() => upstream.close());

function create(options: AuthenticatorOptions = {}) {
  const clock = createClock();
  const authenticator = createAuthenticator({
    secretKey: 'sk_live_stormstormstormstormstorm',
    publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    apiUrl: upstream.url,
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
    const tokens = Array.from({ length: 50 }, (_, index) => sessionToken(key, { jti: `storm-${index}` }));
    const statuses = await Promise.all(Array.from({ length: MANY }, (_, index) => status(tokens[index % 50] ?? '')));
    expect(new Set(statuses)).toEqual(new Set(['signed-in']));
    expect(upstream.count(PATHS.jwks)).toBe(1);
  });

  it('10,000 unknown key ids cost one look at the JWKS for each cooldown, and known keys go on', async () => {
    const { clock, status } = create();
    const known = sessionToken(key);
    expect(await status(known)).toBe('signed-in');
    const before = upstream.count(PATHS.jwks);
    const unknown = sessionToken(key, {}, { kid: 'ins_0' });
    const [header = '', ...rest] = unknown.split('.');
    const withKeyId = (index: number) => {
      const changed = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
      return [Buffer.from(JSON.stringify({ ...changed, kid: `ins_${index}` })).toString('base64url'), ...rest].join(
        '.',
      );
    };
    for (let index = 0; index < MANY; index++) {
      const outcome = await status(withKeyId(index));
      if (outcome !== 'signed-out') expect(outcome).toBe('signed-out');
      if (index % 1000 === 0) expect(await status(known)).toBe('signed-in');
    }
    expect(upstream.count(PATHS.jwks) - before).toBeLessThanOrEqual(1);

    clock.advance(30_001);
    for (let index = 0; index < 1000; index++) await status(withKeyId(MANY + index));
    expect(upstream.count(PATHS.jwks) - before).toBeLessThanOrEqual(2);
    expect(await status(known)).toBe('signed-in');
  });

  it('10,000 uses of one API key cost one call for each TTL', async () => {
    const { clock, status } = create({ acceptsToken: 'api_key' });
    const secret = `ak_${'k'.repeat(32)}`;
    const statuses = await Promise.all(Array.from({ length: MANY / 2 }, () => status(secret)));
    for (let index = 0; index < MANY / 2; index++) statuses.push(await status(secret));
    expect(new Set(statuses)).toEqual(new Set(['signed-in']));
    expect(upstream.count(PATHS.apiKey)).toBe(1);
    clock.advance(10_001);
    expect(await status(secret)).toBe('signed-in');
    expect(upstream.count(PATHS.apiKey)).toBe(2);
  });

  it('garbage costs no call at all', async () => {
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
    expect(upstream.count()).toBe(0);
  });
});
