/** What `getAuth`, which verifies nothing, says of tokens that nobody has verified; and pending sessions, for one reader or one guard. */
import { describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { createKey, oauthAnswer, oauthClaims, oauthToken, T0_S } from '../../support/tokens.js';
import type { Adapter, Framework, Tools } from '../frameworks.js';
import { SUFFIX, type TokenName } from '../fixtures.js';
import { codeOf, createEnvironments } from './harness.js';

type Asked = NonNullable<Parameters<Tools['getAuth']>[0]>['acceptsToken'];
/** The fields of a session, whatever the kind. */
type AuthFields = { readonly [Field in 'isAuthenticated' | 'userId' | 'sessionStatus' | 'reason']?: unknown };

export function unverified(framework: Framework): void {
  const environments = createEnvironments(framework);
  const shown = ({ getAuth }: Tools, acceptsToken?: Asked) => {
    const auth = getAuth(acceptsToken === undefined ? {} : { acceptsToken });
    return { ...auth, debug: auth.debug() };
  };
  const read = (acceptsToken?: Asked) => [{ path: '/', handle: (tools: Tools) => shown(tools, acceptsToken) }];

  describe('getAuth after a plain middleware', () => {
    it.each<[Asked, TokenName, string]>([
      ['api_key', 'apiKey', 'api_key'],
      ['api_key', 'unknownApiKey', 'api_key'],
      ['any', 'apiKey', 'api_key'],
      [['session_token', 'api_key'], 'apiKey', 'api_key'],
      ['m2m_token', 'm2m', 'm2m_token'],
      ['m2m_token', 'm2mJwt', 'm2m_token'],
      [['oauth_token'], 'oauth', 'oauth_token'],
      ['oauth_token', 'oauthJwt', 'oauth_token'],
    ])('asked for %s: names %s as unverified, and the remedy', async (asked, credential, tokenType) => {
      const { get, fixtures } = await environments.open({ routes: read(asked) });
      const { body } = await get('/', credential);
      expect(body).toMatchObject({ isAuthenticated: false, tokenType, reason: 'not-verified' });
      expect(body['message']).toMatch(/await authenticate\(.*a guard.*acceptsToken.*clerkMiddleware\(\)/);
      expect([body['userId'] ?? null, body['id'], body['subject']]).toEqual([null, null, null]);
      expect(fixtures.verifications()).toBe(0);
    });

    it.each<[Asked, TokenName | null, string | null, string]>([
      [undefined, 'apiKey', 'session_token', 'token-invalid'],
      ['api_key', 'm2m', 'api_key', 'token-invalid'],
      ['api_key', 'garbage', 'api_key', 'token-invalid'],
      ['api_key', null, 'api_key', 'dev-browser-missing'],
      ['any', 'tampered', 'session_token', 'token-invalid-signature'],
      [['api_key'], 'admin', null, 'token-type-mismatch'],
    ])('asked for %s: tells %s as it is: %s, %s', async (asked, credential, tokenType, reason) => {
      const { get } = await environments.open({ routes: read(asked) });
      const { body } = await get('/', credential);
      expect(body).toMatchObject({ isAuthenticated: false, tokenType, reason });
      expect(body).not.toHaveProperty('message');
    });

    it('sees the caller with each of the three remedies', async () => {
      const asked = { acceptsToken: 'api_key' as const };
      const handle = ({ getAuth }: Tools) => getAuth(asked);
      const routes = [
        { path: '/guard', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })], handle },
        {
          path: '/reader',
          handle: async ({ authenticate, getAuth }: Tools) => (await authenticate(asked), getAuth(asked)),
        },
        { path: '/plain', handle },
      ];
      const lazy = await environments.open({ routes });
      const accepting = await environments.open({ routes }, ({ options }) => [
        [{ ...options, acceptsToken: 'any' as const }],
      ]);
      for (const [{ get }, path] of [
        [lazy, '/guard'],
        [lazy, '/reader'],
        [accepting, '/plain'],
      ] as const) {
        expect((await get(path, 'apiKey')).body).toMatchObject({
          isAuthenticated: true,
          userId: 'user_ada',
          reason: null,
        });
      }
      const refused = (await lazy.get('/reader', 'unknownApiKey')).body;
      expect(refused).toMatchObject({ isAuthenticated: false, reason: 'token-invalid' });
    });

    it('names sessions as unverified if the middleware accepts machines only', async () => {
      const { get, fixtures } = await environments.open({ routes: read() }, ({ options }) => [
        [{ ...options, acceptsToken: 'api_key' as const }],
      ]);
      const cookie = `__session_${SUFFIX}=${fixtures.tokens.admin}`;
      for (const { body } of [await get('/', 'admin'), await get('/', null, { cookie })]) {
        expect(body).toMatchObject({ isAuthenticated: false, reason: 'not-verified', userId: null });
      }
      expect((await get('/')).body).toMatchObject({ reason: 'No token in header' });
      expect(callsOf(fixtures.clerk, OPERATIONS.jwks)).toBe(0);
    });
  });

  describe('the organization that an OAuth client was given', () => {
    const routes = [
      {
        path: '/',
        guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'oauth_token' })],
        handle: ({ auth }: Tools) => auth,
      },
    ];
    const granted = { scope: 'profile user:org:read', org_id: 'org_acorn' };

    it.each<[string, object, string | null]>([
      ['with user:org:read', granted, 'org_acorn'],
      ['without an organization', {}, null],
      ['that is no id of one', { ...granted, org_id: ['org_acorn'] }, null],
    ])('is read from JWTs and from answers of the Backend API: %s', async (_name, claims, orgId) => {
      const { get, fixtures } = await environments.open({ routes });
      const jwt = fixtures.clerk.state.keys.sign({ typ: 'at+jwt' }, oauthClaims({ ...claims, exp: T0_S + 50 }));
      expect((await get('/', null, { authorization: `Bearer ${jwt}` })).body).toMatchObject({
        userId: 'user_ada',
        orgId,
      });
      fixtures.clerk.fail({
        operation: OPERATIONS.oauth,
        status: 200,
        body: oauthAnswer(claims as Record<string, unknown>),
      });
      expect((await get('/', 'oauth')).body).toMatchObject({ userId: 'user_ada', orgId });
    });

    it('is absent for a refused token', async () => {
      const { get } = await environments.open({ routes });
      const forged = oauthToken(createKey('RS256', { kid: 'ins_other' }), granted);
      const answer = await get('/', null, { authorization: `Bearer ${forged}` });
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([401, expect.not.stringContaining('org_acorn')]);
    });
  });

  describe('a pending session', () => {
    const guard = (requirement: object) => [(adapter: Adapter) => adapter.requireAuth(requirement)];
    const who = ({ auth, getAuth }: Tools) => [auth.isAuthenticated, getAuth().isAuthenticated];
    const routes = [
      { path: '/usual', guards: guard({}), handle: who },
      { path: '/in', guards: guard({ treatPendingAsSignedOut: false }), handle: who },
      { path: '/in-role', guards: guard({ role: 'org:admin', treatPendingAsSignedOut: false }), handle: who },
      { path: '/in-other', guards: guard({ role: 'org:owner', treatPendingAsSignedOut: false }), handle: who },
      { path: '/out', guards: guard({ treatPendingAsSignedOut: true }), handle: who },
      { path: '/both', guards: [...guard({ treatPendingAsSignedOut: false }), ...guard({})], handle: who },
      {
        path: '/read',
        handle: ({ auth, getAuth }: Tools) =>
          [{}, { treatPendingAsSignedOut: false }, { treatPendingAsSignedOut: true }]
            .map((options) => getAuth(options))
            .concat(auth)
            .map(({ isAuthenticated, userId, sessionStatus, reason }: AuthFields) => [
              isAuthenticated,
              userId,
              sessionStatus,
              reason,
            ]),
      },
    ];
    const OUT = [false, null, 'pending', 'session-pending'];
    const IN = [true, 'user_ada', 'pending', null];

    it('counts as signed out unless the guard or the reader says otherwise', async () => {
      const { get } = await environments.open({ routes });
      expect(await statusOf(get, ['/usual', '/in', '/in-role', '/in-other', '/out', '/both'])).toEqual([
        401, 200, 200, 403, 401, 401,
      ]);
      expect((await get('/in', 'pending')).body).toEqual([true, true]);
      const refused = await get('/usual', 'pending');
      expect(codeOf(refused)).toBe('session-pending');
      expect(refused.headers).toMatchObject({
        'x-clerk-auth-status': 'signed-out',
        'x-clerk-auth-reason': 'session-pending',
      });
      expect((await get('/in', 'pending')).headers).not.toHaveProperty('x-clerk-auth-reason');
      expect((await get('/read', 'pending')).body).toEqual([OUT, IN, OUT, OUT]);
    });

    it('counts as signed in if the options say so, unless the guard or the reader says otherwise', async () => {
      const { get } = await environments.open({ routes }, ({ options }) => [
        [{ ...options, treatPendingAsSignedOut: false }],
      ]);
      expect(await statusOf(get, ['/usual', '/in', '/out', '/both'])).toEqual([200, 200, 401, 200]);
      expect(codeOf(await get('/out', 'pending'))).toBe('session-pending');
      expect((await get('/read', 'pending')).body).toEqual([IN, IN, OUT, IN]);
    });

    it('does not affect other callers', async () => {
      const { get } = await environments.open({ routes });
      for (const path of ['/usual', '/in', '/in-role', '/out', '/both']) {
        expect([path, (await get(path, 'admin')).status, (await get(path, 'tampered')).status]).toEqual([
          path,
          200,
          401,
        ]);
      }
    });

    const statusOf = async (
      get: (path: string, credential: TokenName) => Promise<{ status: number }>,
      paths: string[],
    ) => Promise.all(paths.map(async (path) => (await get(path, 'pending')).status));
  });
}
