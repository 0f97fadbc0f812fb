/** `audience` is about tokens for a resource; users' sessions name none, and a refusal says what it is about. */
import { describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import type { Framework, Adapter } from '../frameworks.js';
import { CATEGORY } from '../../support/tokens.js';
import type { Fixtures } from '../fixtures.js';
import { codeOf, createEnvironments, type Answer } from './harness.js';

const API = 'https://api.acornbooks.example';
const FOREIGN = 'https://CANARY.example';
const routes = [
  { path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] },
  { path: '/oauth', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'oauth_token' })] },
  { path: '/m2m', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'm2m_token' })] },
  { path: '/key', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })] },
];

type Mint = (fixtures: Fixtures, aud: string | undefined) => Promise<string>;
const session: Mint = async ({ clerk }, aud) =>
  clerk.createSessionToken({ userId: 'user_ada', claims: aud === undefined ? {} : { aud } });
const oauth =
  (format: 'jwt' | 'opaque'): Mint =>
  async ({ clerk }, aud) =>
    (await clerk.createOAuthToken({ userId: 'user_ada', format, ...(aud === undefined ? {} : { audience: aud }) }))
      .token;
const m2m: Mint = async (fixtures, aud) => {
  const { clerk } = fixtures;
  const [, payload = ''] = fixtures.tokens.m2mJwt.split('.');
  const { aud: _, ...claims } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  return clerk.state.keys.sign({ cat: CATEGORY.m2m }, aud === undefined ? claims : { ...claims, aud });
};

const STRICT = { value: API, sessionTokens: 'required' } as const;

export function audience(framework: Framework): void {
  const environments = createEnvironments(framework);

  /** Kind, path, how it is minted, the option, and what becomes of a token with our, no and a foreign audience. */
  const TABLE: readonly (readonly [string, string, Mint, unknown, readonly [number, number, number]])[] = [
    ['a session token', '/me', session, API, [200, 200, 401]],
    ['a session token', '/me', session, ['https://x.example', API], [200, 200, 401]],
    ['a session token', '/me', session, { value: API }, [200, 200, 401]],
    ['a session token that must carry one', '/me', session, STRICT, [200, 401, 401]],
    ['a session token, nothing asked for', '/me', session, null, [200, 200, 200]],
    ['a JWT of OAuth', '/oauth', oauth('jwt'), API, [200, 401, 401]],
    ['an opaque token of OAuth', '/oauth', oauth('opaque'), API, [200, 401, 401]],
    ['a JWT of a machine', '/m2m', m2m, API, [200, 401, 401]],
    ['a JWT of a machine, sessions strict', '/m2m', m2m, STRICT, [200, 401, 401]],
    ['a JWT of a machine, nothing asked for', '/m2m', m2m, null, [200, 200, 200]],
  ];

  it.each(TABLE)('%s at %s (%#)', async (_, path, mint, option, expected) => {
    const { get, fixtures } = await environments.open({ routes }, ({ options }) => [
      [{ ...options, audience: option }],
    ]);
    const answers: Answer[] = [];
    for (const aud of [API, undefined, FOREIGN]) {
      answers.push(await get(path, null, { authorization: `Bearer ${await mint(fixtures, aud)}` }));
    }
    expect(answers.map(({ status }) => status)).toEqual(expected);
    for (const answer of answers.filter(({ status }) => status === 401)) {
      expect(codeOf(answer)).toBe('token-verification-failed');
      const [{ long_message: said }] = answer.body['errors'] as [{ long_message: string }];
      expect(said).toMatch(/audience.*option `audience`/);
      expect(answer.headers['www-authenticate']).toContain(`error_description="${said}"`);
      expect(JSON.stringify(answer)).not.toMatch(/CANARY|api\.acornbooks/);
    }
  });

  it('applies to session cookies too, and names the audience as the reason', async () => {
    const { get, fixtures } = await environments.open({ routes }, ({ options, clerk }) => [
      [{ ...options, publishableKey: clerk.publishableKey, audience: API }],
    ]);
    const cookie = async (aud: string | undefined) =>
      get('/me', null, {
        cookie: `__session=${await session(fixtures, aud)}; __client_uat=1; __clerk_db_jwt=dvb_one`,
      });
    expect((await cookie(undefined)).status).toBe(200);
    expect((await cookie(API)).status).toBe(200);
    const foreign = await cookie(FOREIGN);
    expect(foreign.status).toBe(401);
    expect(JSON.stringify(foreign.body)).toContain('audience');
  });

  it('does not apply to API keys', async () => {
    const { get, fixtures } = await environments.open({ routes }, ({ options }) => [[{ ...options, audience: API }]]);
    expect((await get('/key', 'apiKey')).status).toBe(200);
    expect(callsOf(fixtures.clerk, OPERATIONS.apiKey)).toBe(1);
  });

  describe('other faults of a machine token', () => {
    it('keep their own reasons', async () => {
      const { get } = await environments.open({ routes }, ({ options }) => [[{ ...options, machineId: 'mch_other' }]]);
      const answer = await get('/m2m', 'm2mJwt');
      expect([answer.status, codeOf(answer)]).toEqual([401, 'token-verification-failed']);
      expect(answer.headers['www-authenticate']).toContain(
        'error_description="The token is meant for other machines."',
      );
    });
  });
}
