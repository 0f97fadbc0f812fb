/** Who stands at `req.auth` / `c.var.auth`, what readers make of it, and what that costs upstream. */
import type { AcceptsToken, Auth } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { identity, type Framework, type Handle, type Adapter } from '../frameworks.js';
import { browserCookies, type TokenName } from '../fixtures.js';
import { createEnvironments } from './harness.js';

const CALLERS: readonly (readonly [TokenName, Record<string, unknown>])[] = [
  ['admin', { tokenType: 'session_token', userId: 'user_ada', orgId: 'org_acorn' }],
  ['apiKey', { tokenType: 'api_key', id: 'ak_one', subject: 'user_ada', userId: 'user_ada', orgId: null }],
  ['orgApiKey', { tokenType: 'api_key', id: 'ak_two', subject: 'org_acorn', userId: null, orgId: 'org_acorn' }],
  ['m2m', { tokenType: 'm2m_token', id: 'mt_one', subject: 'mch_sender', machineId: 'mch_sender' }],
  ['m2mJwt', { tokenType: 'm2m_token', id: 'mt_one', subject: 'mch_sender', machineId: 'mch_sender' }],
  [
    'oauth',
    { tokenType: 'oauth_token', id: 'oat_one', subject: 'user_ada', userId: 'user_ada', clientId: 'client_one' },
  ],
  ['oauthJwt', { tokenType: 'oauth_token', id: 'oat_one', userId: 'user_ada', clientId: 'client_one' }],
];

const shown = (auth: Auth) => ({ ...identity(auth), tokenType: auth.tokenType, isAuthenticated: auth.isAuthenticated });

export function callers(framework: Framework): void {
  const environments = createEnvironments(framework);

  describe('the auth object', () => {
    it.each(CALLERS)('shows %s behind a guard for its kind', async (credential, expected) => {
      const { get } = await environments.open({
        routes: [
          {
            path: '/',
            guards: [(adapter) => adapter.requireAuth({ token: 'any' })],
            handle: ({ auth }) => shown(auth),
          },
        ],
      });
      expect((await get('/', credential)).body).toMatchObject({ ...expected, isAuthenticated: true });
    });

    it.each(CALLERS)('shows %s if the middleware accepts any kind', async (credential, expected) => {
      const { get } = await environments.open(
        { routes: [{ path: '/', handle: ({ auth }) => shown(auth) }] },
        (fixtures) => [[{ ...fixtures.options, acceptsToken: 'any' }]],
      );
      expect((await get('/', credential)).body).toMatchObject({ ...expected, isAuthenticated: true });
    });

    it('is signed out, never absent, on a route without a guard', async () => {
      const { get } = await environments.open({ routes: [{ path: '/', handle: ({ auth }) => shown(auth) }] });
      for (const credential of [null, 'garbage', 'expired', 'apiKey', 'm2mJwt'] as const) {
        const { status, body } = await get('/', credential);
        expect(status).toBe(200);
        expect(body).toMatchObject({ tokenType: 'session_token', isAuthenticated: false, userId: null, orgId: null });
      }
    });
  });

  describe('lazy machine tokens', () => {
    const routes = [
      { path: '/open' },
      { path: '/user', guards: [(adapter: Adapter) => adapter.requireAuth()] },
      { path: '/key', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })] },
      {
        path: '/twice',
        guards: [
          (adapter: Adapter) => adapter.requireScope('invoices:read'),
          (adapter: Adapter) => adapter.requireAuth({ token: 'api_key' }),
        ],
      },
    ];

    it.each(['apiKey', 'm2m', 'oauth'] as const)('%s costs no call if no guard accepts it', async (credential) => {
      const { get, fixtures } = await environments.open({ routes });
      expect((await get('/open', credential)).status).toBe(200);
      expect((await get('/user', credential)).status).toBe(401);
      expect(fixtures.verifications()).toBe(0);
    });

    it('costs one call if a guard accepts it, however many guards there are', async () => {
      const { get, fixtures } = await environments.open({ routes });
      expect((await get('/twice', 'apiKey')).status).toBe(200);
      expect(fixtures.verifications()).toBe(1);
      expect(callsOf(fixtures.clerk, OPERATIONS.apiKey)).toBe(1);
    });

    it('costs no call if the guards accept another kind', async () => {
      const { get, fixtures } = await environments.open({ routes });
      expect((await get('/key', 'm2m')).status).toBe(401);
      expect((await get('/key', 'oauth')).status).toBe(401);
      expect(fixtures.verifications()).toBe(0);
    });

    it('costs one call for a hundred concurrent requests', async () => {
      const { get, fixtures } = await environments.open({ routes });
      const answers = await Promise.all(Array.from({ length: 100 }, () => get('/key', 'apiKey')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(fixtures.verifications()).toBe(1);
    });
  });

  describe('getAuth', () => {
    const ASKED: readonly (readonly [AcceptsToken | undefined, Record<string, unknown>])[] = [
      [undefined, { tokenType: 'session_token', isAuthenticated: false, userId: null }],
      ['session_token', { tokenType: 'session_token', isAuthenticated: false, userId: null }],
      ['m2m_token', { tokenType: 'm2m_token', isAuthenticated: false, machineId: null }],
      [['m2m_token', 'oauth_token'], { tokenType: null, isAuthenticated: false }],
      ['api_key', { tokenType: 'api_key', isAuthenticated: true, userId: 'user_ada' }],
      [['api_key', 'session_token'], { tokenType: 'api_key', isAuthenticated: true }],
      ['any', { tokenType: 'api_key', isAuthenticated: true }],
    ];
    it.each(ASKED)('narrows an API key to what was asked for: %j', async (acceptsToken, expected) => {
      const { get } = await environments.open({
        routes: [
          {
            path: '/',
            guards: [(adapter) => adapter.requireAuth({ token: 'api_key' })],
            handle: ({ getAuth }) => shown(getAuth(acceptsToken === undefined ? undefined : { acceptsToken })),
          },
        ],
      });
      expect((await get('/', 'apiKey')).body).toMatchObject(expected);
    });

    it('names the missing middleware', async () => {
      const { get, served } = await environments.open(
        { routes: [{ path: '/', handle: ({ getAuth }) => shown(getAuth()) }] },
        () => [],
      );
      expect((await get('/', 'admin')).status).toBe(500);
      expect(served.errors).toEqual([
        expect.objectContaining({
          name: 'ConfigurationError',
          message: expect.stringContaining('clerkMiddleware') as unknown,
        }),
      ]);
    });
  });

  describe('authenticate', () => {
    const routes = [
      {
        path: '/',
        handle: async ({
          authenticate,
          auth,
        }: {
          authenticate: (o: { acceptsToken: AcceptsToken }) => Promise<Auth>;
          auth: Auth;
        }) => ({
          before: shown(auth),
          after: shown(await authenticate({ acceptsToken: ['api_key', 'm2m_token'] })),
        }),
      },
    ];

    it('verifies kinds that the middleware did not accept', async () => {
      const { get, fixtures } = await environments.open({ routes });
      const { body } = await get('/', 'apiKey');
      expect(body['before']).toMatchObject({ tokenType: 'session_token', isAuthenticated: false });
      expect(body['after']).toMatchObject({ tokenType: 'api_key', isAuthenticated: true, userId: 'user_ada' });
      expect(fixtures.verifications()).toBe(1);
    });

    it('replaces the auth object by the caller that it finds', async () => {
      const { get } = await environments.open({
        routes: [
          {
            path: '/',
            handle: async (tools) => {
              await tools.authenticate({ acceptsToken: 'api_key' });
              return { now: shown(tools.auth), read: shown(tools.getAuth({ acceptsToken: 'any' })) };
            },
          },
        ],
      });
      const found = { tokenType: 'api_key', isAuthenticated: true, userId: 'user_ada' };
      expect((await get('/', 'apiKey')).body).toMatchObject({ now: found, read: found });
      const nobody = { isAuthenticated: false };
      expect((await get('/', 'revokedApiKey')).body).toMatchObject({ now: nobody, read: nobody });
      expect((await get('/')).body).toMatchObject({ now: nobody, read: nobody });
    });

    it('gives a signed-out object for a kind that was not asked for, and for a bad token', async () => {
      const { get } = await environments.open({ routes });
      for (const credential of [null, 'admin', 'oauth', 'revokedApiKey'] as const) {
        const { status, body } = await get('/', credential);
        expect(status).toBe(200);
        expect(body['after']).toMatchObject({ isAuthenticated: false });
      }
    });

    it('answers 503 during an outage if the application does not catch the error', async () => {
      const { get, fixtures, served } = await environments.open({ routes });
      fixtures.goDown();
      expect((await get('/', 'apiKey')).status).toBe(503);
      expect(served.errors).toEqual([expect.objectContaining({ name: 'AuthUnavailableError' })]);
    });

    it('names token reasons only, so never the reason of a failed session renewal', async () => {
      const handle: Handle = ({ authenticate: ask }) => ask({ acceptsToken: 'any' });
      const { get, fixtures, served } = await environments.open({ routes: [{ path: '/', handle }] });
      fixtures.clerk.fail({ operation: OPERATIONS.refresh, status: 429, retryAfterSeconds: 7, body: {} });
      const plain = { 'sec-fetch-dest': 'image' };
      expect((await get('/', null, { ...plain, ...browserCookies(fixtures.tokens.expired) })).status).toBe(503);
      fixtures.clerk.fail({ operation: OPERATIONS.apiKey, status: 401, body: {} });
      expect((await get('/', 'apiKey')).status).toBe(503);
      expect(served.errors).toEqual([
        expect.objectContaining({ name: 'AuthUnavailableError', reason: 'unexpected-error', retryAfterMs: 7_000 }),
        expect.objectContaining({ name: 'AuthUnavailableError', reason: 'secret-key-invalid' }),
      ]);
    });
  });
}
