/** The middleware itself: mounting, other libraries, own answers, authenticators per request. */
import { createAuthenticator, type Auth, type Denial } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import type { Framework, Adapter } from '../frameworks.js';
import { codeOf, createEnvironments } from './harness.js';

const guarded = [{ path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] }];

export function middleware(framework: Framework): void {
  const environments = createEnvironments(framework);

  describe('mounting', () => {
    it('accepts an authenticator', async () => {
      const { get } = await environments.open({ routes: guarded }, (fixtures) => [
        [createAuthenticator(fixtures.options)],
      ]);
      expect((await get('/me', 'admin')).status).toBe(200);
      expect((await get('/me', 'forged')).status).toBe(401);
    });

    it('verifies once if mounted twice', async () => {
      const { get, fixtures } = await environments.open(
        { routes: [{ path: '/key', guards: [(adapter) => adapter.requireAuth({ token: 'api_key' })] }, ...guarded] },
        ({ options }) => [[options], [options]],
      );
      expect((await get('/me', 'admin')).status).toBe(200);
      expect(callsOf(fixtures.clerk, OPERATIONS.jwks)).toBe(1);
      expect((await get('/key', 'apiKey')).status).toBe(200);
      expect(fixtures.verifications()).toBe(1);
    });

    it.each([
      ['without a clock of their own', {}],
      ['with the same patterns', { organizationSync: { organizationPatterns: ['/orgs/:slug'] } }],
    ])('verifies once if mounted twice, with options %s', async (_, more) => {
      const { get, fixtures } = await environments.open(
        { routes: [{ path: '/key', guards: [(adapter) => adapter.requireAuth({ token: 'api_key' })] }] },
        ({ options: { now: _now, ...options } }) =>
          [0, 1].map(() => [{ ...options, ...structuredClone(more), acceptsToken: 'any' }]),
      );
      expect((await get('/key', 'apiKey')).status).toBe(200);
      expect(fixtures.verifications()).toBe(1);
    });

    it('decides by the stricter rules of a second middleware', async () => {
      const { get } = await environments.open({ routes: guarded }, ({ options }) => [
        [options],
        [{ ...options, authorizedParties: ['https://elsewhere.example'] }],
      ]);
      const answer = await get('/me', 'admin');
      expect([answer.status, codeOf(answer)]).toEqual([401, 'token-invalid-authorized-parties']);
    });

    it('uses `onDenied` of the second middleware, also if both decide alike', async () => {
      const answer = (status: number) => framework.answerDenied(() => ({ status, body: {} }));
      for (const more of [{}, { clockSkewMs: 0 }]) {
        const { get } = await environments.open({ routes: guarded }, ({ options }) => [
          [{ ...options, onDenied: answer(418) }],
          [{ ...options, ...more, onDenied: answer(420) }],
        ]);
        expect((await get('/me')).status).toBe(420);
        const earlier = await environments.open({ routes: guarded }, ({ options }) => [
          [{ ...options, onDenied: answer(418) }],
          [{ ...options, ...more }],
        ]);
        expect((await earlier.get('/me')).status).toBe(418);
      }
    });

    it('shows the decision of the second middleware at `req.auth`', async () => {
      const shown = { path: '/open', handle: ({ auth }: { auth: Auth }) => ({ kind: auth.tokenType }) };
      const { get } = await environments.open({ routes: [shown] }, ({ options }) => [
        [options],
        [{ ...options, acceptsToken: 'api_key' }],
      ]);
      expect((await get('/open', 'apiKey')).body).toEqual({ kind: 'api_key' });
      expect((await get('/open', 'admin')).body).toEqual({ kind: 'api_key' });
    });

    it('restores the auth object if another library replaces it between two middlewares', async () => {
      const shown = {
        path: '/open',
        handle: ({ auth }: { auth: Auth }) => ({ userId: (auth as { userId?: unknown }).userId }),
      };
      const { get } = await environments.open(
        { routes: [shown], foreign: { between: { userId: 'user_mallory' } } },
        ({ options }) => [[options], [options]],
      );
      expect((await get('/open', 'admin')).body).toEqual({ userId: 'user_ada' });
      expect((await get('/open')).body).toEqual({ userId: null });
    });

    it('makes a guard name the missing middleware if there is none', async () => {
      const { get, served } = await environments.open({ routes: guarded }, () => []);
      expect((await get('/me', 'admin')).status).toBe(500);
      expect(served.errors).toEqual([
        expect.objectContaining({
          name: 'ConfigurationError',
          message: expect.stringMatching(/requireAuth\(\).*clerkMiddleware\(\)/) as unknown,
        }),
      ]);
    });

    it('S24: makes a guard throw if a function gives an authenticator without a key for its kind', async () => {
      const { get, served } = await environments.open(
        { routes: [{ path: '/key', guards: [(adapter) => adapter.requireAuth({ token: 'api_key' })] }, ...guarded] },
        ({ clerk, clock }) => [[framework.perRequest(() => ({ jwtKey: clerk.jwtKey, now: clock }))]],
      );
      expect((await get('/key', 'apiKey')).status).toBe(500);
      expect(served.errors).toEqual([expect.objectContaining({ name: 'ConfigurationError', option: 'secretKey' })]);
      expect((await get('/me', 'admin')).status).toBe(200);
    });
  });

  describe('networkless', () => {
    it('verifies with a PEM key without any call', async () => {
      const { get, fixtures } = await environments.open(
        { routes: [...guarded, { path: '/m2m', guards: [(adapter) => adapter.requireAuth({ token: 'm2m_token' })] }] },
        ({ clerk, clock }) => [[{ jwtKey: clerk.jwtKey, apiUrl: clerk.apiUrl, now: clock }]],
      );
      expect((await get('/me', 'admin')).status).toBe(200);
      expect((await get('/m2m', 'm2mJwt')).status).toBe(200);
      expect((await get('/me', 'tampered')).status).toBe(401);
      expect(fixtures.clerk.requests).toEqual([]);
    });
  });

  describe('S19: a value of another library at `req.auth`', () => {
    const FOREIGN = [
      { isAuthenticated: true, tokenType: 'session_token', userId: 'user_mallory' },
      () => ({ userId: 'user_mallory', isAuthenticated: true }),
      'user_mallory',
    ];
    it.each(FOREIGN)('ignores it if it is written before the middleware (%#)', async (before) => {
      const { get } = await environments.open({ routes: [...guarded, { path: '/open' }], foreign: { before } });
      expect((await get('/me')).status).toBe(401);
      expect((await get('/open')).body).toMatchObject({ userId: null });
      expect((await get('/me', 'admin')).body).toMatchObject({ userId: 'user_ada' });
    });

    it.each(FOREIGN)('ignores it if it is written after the middleware (%#)', async (after) => {
      const routes = [
        ...guarded,
        { path: '/read', handle: ({ getAuth }: { getAuth: () => unknown }) => getAuth() as object },
      ];
      const { get } = await environments.open({ routes, foreign: { after } });
      expect((await get('/me')).status).toBe(401);
      expect((await get('/me', 'admin')).body).toMatchObject({ userId: 'user_ada' });
      expect((await get('/read')).body).toMatchObject({ isAuthenticated: false, userId: null });
    });

    it.each(FOREIGN)('ignores it if there is no middleware (%#)', async (before) => {
      const { get } = await environments.open({ routes: guarded, foreign: { before } }, () => []);
      expect((await get('/me', 'admin')).status).toBe(500);
    });
  });

  describe('onDenied', () => {
    const answer = (denial: Denial) => ({
      status: 418,
      body: { case: denial.case, code: denial.code, reason: denial.reason },
    });

    it('replaces the answers of guards behind it', async () => {
      const { get } = await environments.open(
        { routes: [...guarded, { path: '/admin', guards: [(adapter) => adapter.requireRole('org:admin')] }] },
        ({ options }) => [[{ ...options, onDenied: framework.answerDenied(answer) }]],
      );
      expect(await get('/me')).toMatchObject({ status: 418, body: { case: 'unauthenticated' } });
      expect(await get('/me', 'expired')).toMatchObject({
        status: 418,
        body: { case: 'unauthenticated', code: expect.stringContaining('expired') as unknown },
      });
      expect(await get('/me', 'apiKey')).toMatchObject({ status: 418, body: { case: 'token-type-mismatch' } });
      expect(await get('/admin', 'member')).toMatchObject({ status: 418, body: { case: 'forbidden', reason: null } });
      expect(await get('/admin', 'admin')).toMatchObject({ status: 200 });
    });

    it('works as the second argument beside an authenticator', async () => {
      const { get } = await environments.open({ routes: guarded }, ({ options }) => [
        [createAuthenticator(options), { onDenied: framework.answerDenied(answer) }],
      ]);
      expect((await get('/me')).status).toBe(418);
    });

    it('may ask for the default answer, and never opens the route', async () => {
      let ran = 0;
      const { get } = await environments.open(
        {
          routes: [
            {
              path: '/me',
              guards: [(adapter) => adapter.requireAuth()],
              handle: () => {
                ran += 1;
                return {};
              },
            },
          ],
        },
        ({ options }) => [[{ ...options, onDenied: framework.answerDenied(() => null) }]],
      );
      const refused = await get('/me');
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(ran).toBe(0);
    });
  });

  describe('an authenticator for each request', () => {
    it('is chosen by the function, and reused for the next request with the same options', async () => {
      const { get, fixtures } = await environments.open({ routes: guarded }, ({ options, clock, clerk }) => [
        [
          framework.perRequest((header) =>
            header('x-tenant') === 'other'
              ? {
                  secretKey: 'sk_test_other000000000000000000000',
                  apiUrl: clerk.apiUrl,
                  jwtKey: clerk.jwtKey,
                  now: clock,
                  issuer: 'https://other.example',
                }
              : Promise.resolve({ ...options }),
          ),
        ],
      ]);
      expect((await get('/me', 'admin')).status).toBe(200);
      expect((await get('/me', 'admin')).status).toBe(200);
      expect(callsOf(fixtures.clerk, OPERATIONS.jwks)).toBe(1);
      const other = await get('/me', 'admin', { 'x-tenant': 'other' });
      expect([other.status, codeOf(other)]).toEqual([401, 'token-invalid-issuer']);
    });

    it('passes an error to the application if the function throws', async () => {
      const { get, served } = await environments.open({ routes: guarded }, () => [
        [
          framework.perRequest(() => {
            throw new Error('no such tenant');
          }),
          { logger: false },
        ],
      ]);
      expect((await get('/me', 'admin')).status).toBe(500);
      expect(served.errors).toEqual([expect.objectContaining({ message: 'no such tenant' })]);
    });
  });

  describe('headers', () => {
    it('are added to those that others have set', async () => {
      const { get } = await environments.open({ routes: guarded, cors: true });
      const answer = await get('/me');
      expect(answer.status).toBe(401);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
    });

    it('S18: are ignored if the client sends them', async () => {
      const { get } = await environments.open({ routes: guarded });
      const forged = {
        'x-clerk-auth-status': 'signed-in',
        'x-clerk-auth-reason': 'none',
        'x-clerk-auth-token': 'anything',
        'x-user-id': 'user_mallory',
      };
      expect((await get('/me', null, forged)).status).toBe(401);
      expect((await get('/me', 'garbage', forged)).status).toBe(401);
    });

    it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'Digest x', '', 'bearer\u0000x'.replace('\u0000', '')])(
      'S34: Authorization: %j signs nobody in',
      async (authorization) => {
        const { get } = await environments.open({ routes: guarded });
        expect((await get('/me', null, { authorization })).status).toBe(401);
      },
    );

    it('accept the scheme in any case (RFC 9110)', async () => {
      const { get, fixtures } = await environments.open({ routes: guarded });
      expect((await get('/me', null, { authorization: `bEaReR ${fixtures.tokens.admin}` })).status).toBe(200);
    });
  });
}
