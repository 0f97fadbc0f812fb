/** The contract's table of answers: each row refused as it says, and accepted with what it asks for. */
import { describe, expect, it } from 'vitest';
import type { Framework, Adapter } from '../frameworks.js';
import type { TokenName } from '../fixtures.js';
import { OPERATIONS } from '../../support/clerk.js';
import { codeOf, createEnvironments } from './harness.js';

type Make = (adapter: Adapter) => ReturnType<Adapter['requireAuth']>;
interface Row {
  readonly guard: string;
  readonly make: Make;
  readonly accepts: readonly TokenName[];
  readonly refuses: readonly (readonly [TokenName | null, status: number, code: string])[];
}

const UNAUTHENTICATED = 'unauthenticated';
const EXPIRED = 'session-token-expired';

const ROWS: readonly Row[] = [
  {
    guard: 'requireAuth()',
    make: (adapter) => adapter.requireAuth(),
    accepts: ['admin', 'member', 'stale'],
    refuses: [
      [null, 401, UNAUTHENTICATED],
      ['garbage', 401, 'token-invalid'],
      ['expired', 401, EXPIRED],
      ['tampered', 401, 'token-invalid-signature'],
      ['forged', 401, 'token-invalid-signature'],
      ['template', 401, 'token-type-mismatch'],
      ['pending', 401, 'session-pending'],
      ['apiKey', 401, 'token-type-mismatch'],
      ['m2m', 401, 'token-type-mismatch'],
      ['m2mJwt', 401, 'token-type-mismatch'],
      ['oauth', 401, 'token-type-mismatch'],
      ['oauthJwt', 401, 'token-type-mismatch'],
    ],
  },
  {
    guard: "requireRole('org:admin')",
    make: (adapter) => adapter.requireRole('org:admin'),
    accepts: ['admin'],
    refuses: [
      ['member', 403, 'forbidden'],
      ['apiKey', 401, 'token-type-mismatch'],
      [null, 401, UNAUTHENTICATED],
    ],
  },
  {
    guard: 'requireRole: any of a list',
    make: (adapter) => adapter.requireRole('org:admin', 'org:member'),
    accepts: ['admin', 'member'],
    refuses: [['oauthJwt', 401, 'token-type-mismatch']],
  },
  {
    guard: 'requireRole: any of one array',
    make: (adapter) => adapter.requireRole(['org:admin', 'org:member']),
    accepts: ['admin', 'member'],
    refuses: [['oauthJwt', 401, 'token-type-mismatch']],
  },
  {
    guard: "requirePermission('org:invoices:manage')",
    make: (adapter) => adapter.requirePermission('org:invoices:manage'),
    accepts: ['admin'],
    refuses: [
      ['member', 403, 'forbidden'],
      ['orgApiKey', 401, 'token-type-mismatch'],
    ],
  },
  {
    guard: 'requirePermission: all of a list',
    make: (adapter) => adapter.requirePermission('org:invoices:read', 'org:invoices:manage'),
    accepts: ['admin'],
    refuses: [['member', 403, 'forbidden']],
  },
  {
    guard: 'requirePermission: all of one array',
    make: (adapter) => adapter.requirePermission(['org:invoices:read', 'org:invoices:manage']),
    accepts: ['admin'],
    refuses: [['member', 403, 'forbidden']],
  },
  {
    guard: "requireScope('invoices:read')",
    make: (adapter) => adapter.requireScope('invoices:read'),
    accepts: ['apiKey', 'orgApiKey'],
    refuses: [
      ['m2m', 403, 'forbidden'],
      ['oauth', 403, 'forbidden'],
      ['admin', 401, 'token-type-mismatch'],
      ['revokedApiKey', 401, 'token-invalid'],
      ['unknownApiKey', 401, 'token-invalid'],
    ],
  },
  {
    guard: 'requireScope: all of a list',
    make: (adapter) => adapter.requireScope('invoices:read', 'invoices:write'),
    accepts: ['orgApiKey'],
    refuses: [['apiKey', 403, 'forbidden']],
  },
  {
    guard: "requireAuth({ token: 'api_key' })",
    make: (adapter) => adapter.requireAuth({ token: 'api_key' }),
    accepts: ['apiKey', 'orgApiKey'],
    refuses: [
      [null, 401, UNAUTHENTICATED],
      ['admin', 401, 'token-type-mismatch'],
      ['m2mJwt', 401, 'token-type-mismatch'],
      ['oauth', 401, 'token-type-mismatch'],
    ],
  },
  {
    guard: "requireAuth({ token: 'm2m_token', scope: 'mch_reports' })",
    make: (adapter) => adapter.requireAuth({ token: 'm2m_token', scope: 'mch_reports' }),
    accepts: ['m2m', 'm2mJwt'],
    refuses: [['apiKey', 401, 'token-type-mismatch']],
  },
  {
    guard: "requireAuth({ token: ['oauth_token', 'session_token'] })",
    make: (adapter) => adapter.requireAuth({ token: ['oauth_token', 'session_token'] }),
    accepts: ['oauth', 'oauthJwt', 'admin'],
    refuses: [['apiKey', 401, 'token-type-mismatch']],
  },
  {
    guard: "requireAuth({ token: 'any' })",
    make: (adapter) => adapter.requireAuth({ token: 'any' }),
    accepts: ['admin', 'apiKey', 'm2m', 'm2mJwt', 'oauth', 'oauthJwt'],
    refuses: [
      [null, 401, UNAUTHENTICATED],
      ['garbage', 401, 'token-invalid'],
      ['revokedApiKey', 401, 'token-invalid'],
    ],
  },
  {
    guard: 'anyOf(permission, API key with scope, M2M with scope)',
    make: (adapter) =>
      adapter.requireAuth(
        adapter.anyOf(
          { permission: 'org:invoices:manage' },
          { token: 'api_key', scope: 'invoices:write' },
          { token: 'm2m_token', scope: 'mch_reports' },
        ),
      ),
    accepts: ['admin', 'orgApiKey', 'm2m', 'm2mJwt'],
    refuses: [
      ['member', 403, 'forbidden'],
      ['apiKey', 403, 'forbidden'],
      ['oauth', 401, 'token-type-mismatch'],
      [null, 401, UNAUTHENTICATED],
    ],
  },
  {
    guard: 'allOf(role, permission)',
    make: (adapter) => adapter.requireAuth(adapter.allOf({ role: 'org:member' }, { permission: 'org:invoices:read' })),
    accepts: ['member'],
    refuses: [['admin', 403, 'forbidden']],
  },
  {
    guard: 'feature and plan',
    make: (adapter) => adapter.requireAuth({ feature: 'invoices', plan: 'org:pro' }),
    accepts: ['admin', 'member'],
    refuses: [['apiKey', 401, 'token-type-mismatch']],
  },
  {
    guard: 'a plan that nobody has',
    make: (adapter) => adapter.requireAuth({ plan: 'enterprise' }),
    accepts: [],
    refuses: [['admin', 403, 'forbidden']],
  },
  {
    guard: 'check, synchronous',
    make: (adapter) =>
      adapter.requireAuth({ check: (auth) => auth.tokenType === 'session_token' && auth.userId === 'user_bob' }),
    accepts: ['member'],
    refuses: [['admin', 403, 'forbidden']],
  },
  {
    guard: 'check, asynchronous, in anyOf',
    make: (adapter) =>
      adapter.requireAuth(
        adapter.anyOf(
          { role: 'org:admin', check: () => Promise.resolve(false) },
          { token: 'api_key', check: async (auth) => (auth as { orgId?: unknown }).orgId === 'org_acorn' },
        ),
      ),
    accepts: ['orgApiKey'],
    refuses: [
      ['admin', 403, 'forbidden'],
      ['apiKey', 403, 'forbidden'],
    ],
  },
  {
    guard: 'check that forgets to answer',
    make: (adapter) => adapter.requireAuth({ check: (() => undefined) as unknown as () => boolean }),
    accepts: [],
    refuses: [['admin', 403, 'forbidden']],
  },
  {
    guard: 'reverification',
    make: (adapter) => adapter.requireAuth({ reverification: 'strict' }),
    accepts: ['admin'],
    refuses: [['stale', 403, 'forbidden']],
  },
];

export function answers(framework: Framework): void {
  const environments = createEnvironments(framework);

  describe.each(ROWS)('$guard', ({ make, accepts, refuses }) => {
    const spec = { routes: [{ path: '/guarded', guards: [make] }] };

    if (accepts.length > 0) {
      it.each(accepts)('lets %s in', async (credential) => {
        const { get } = await environments.open(spec);
        const answer = await get('/guarded', credential);
        expect(answer.status).toBe(200);
        expect(answer.headers['www-authenticate']).toBeUndefined();
      });
    }
    it.each(refuses)('answers %s with %i %s', async (credential, status, code) => {
      const { get, served } = await environments.open(spec);
      const answer = await get('/guarded', credential);
      expect([answer.status, codeOf(answer)]).toEqual([status, code]);
      expect(answer.headers['content-type']).toBe('application/json');
      const [error] = answer.body['errors'] as Record<string, unknown>[];
      expect(error).toEqual({ code, message: expect.any(String), long_message: expect.any(String) });
      expect(served.errors).toEqual([]);
    });
  });

  describe('challenges', () => {
    const routes = [
      { path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] },
      { path: '/scoped', guards: [(adapter: Adapter) => adapter.requireScope('invoices:write', 'invoices:void')] },
      {
        path: '/again',
        guards: [
          (adapter: Adapter) => adapter.requireAuth({ reverification: { level: 'first_factor', afterMinutes: 5 } }),
        ],
      },
    ];

    it('names no error in the challenge if no token was sent', async () => {
      const { get } = await environments.open({ routes });
      expect((await get('/me')).headers['www-authenticate']).toBe('Bearer');
    });

    it('says invalid_token with a description if a token was sent', async () => {
      const { get } = await environments.open({ routes });
      const challenge = (await get('/me', 'expired')).headers['www-authenticate'];
      expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"\\]+"$/);
      expect((await get('/me', 'apiKey')).headers['www-authenticate']).toMatch(/^Bearer error="invalid_token"/);
    });

    it('names the missing scopes', async () => {
      const { get } = await environments.open({ routes });
      const challenge = (await get('/scoped', 'apiKey')).headers['www-authenticate'] ?? '';
      expect(challenge).toMatch(/^Bearer error="insufficient_scope"/);
      expect(challenge).toContain('scope="invoices:write invoices:void"');
    });

    it('names the resource metadata on every challenge', async () => {
      const url = 'https://api.acornbooks.example/.well-known/oauth-protected-resource';
      const { get } = await environments.open({ routes }, (fixtures) => [
        [{ ...fixtures.options, resourceMetadata: url }],
      ]);
      expect((await get('/me')).headers['www-authenticate']).toBe(`Bearer resource_metadata="${url}"`);
      expect((await get('/me', 'expired')).headers['www-authenticate']).toContain(`resource_metadata="${url}"`);
    });

    it("asks Clerk's frontend for reverification", async () => {
      const { get } = await environments.open({ routes });
      const { status, body } = await get('/again', 'stale');
      expect(status).toBe(403);
      expect(body).toMatchObject({
        errors: [{ code: 'forbidden' }],
        clerk_error: {
          type: 'forbidden',
          reason: 'reverification-error',
          metadata: { reverification: { level: 'first_factor', afterMinutes: 5 } },
        },
      });
      expect((await get('/again', 'admin')).status).toBe(200);
    });

    it('never shows a refused token in the answer', async () => {
      const { get, fixtures } = await environments.open({ routes });
      for (const name of ['expired', 'tampered', 'apiKey', 'm2mJwt'] as const) {
        const answer = await get('/me', name);
        const everything = JSON.stringify([answer.headers, answer.body]);
        expect(everything).not.toContain(fixtures.tokens[name]);
        expect(everything).not.toContain(fixtures.tokens[name].split('.').at(-1));
      }
    });
  });

  describe('when Clerk cannot be reached', () => {
    const routes = [
      { path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] },
      { path: '/machine', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })] },
      { path: '/open' },
    ];

    it.each([
      ['/me', 'admin'],
      ['/machine', 'apiKey'],
    ] as const)('%s answers 503 with Retry-After, never 401', async (path, credential) => {
      const { get, fixtures, served } = await environments.open({ routes });
      fixtures.goDown();
      const answer = await get(path, credential);
      expect([answer.status, codeOf(answer)]).toEqual([503, 'auth-unavailable']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.headers['www-authenticate']).toBeUndefined();
      expect(served.errors).toEqual([]);
    });

    it('says when to try again and why, also on a route without a guard', async () => {
      const { get, fixtures } = await environments.open({ routes });
      fixtures.clerk.fail({ operation: OPERATIONS.jwks, status: 429, retryAfterSeconds: 7, body: {} });
      const answer = await get('/open', 'admin');
      expect([answer.status, answer.headers['retry-after']]).toEqual([200, '7']);
      expect(answer.headers).toMatchObject({
        'x-clerk-auth-status': 'unavailable',
        'x-clerk-auth-reason': 'jwk-remote-failed-to-load',
      });
      expect((await get('/me', 'admin')).headers['retry-after']).toBe('7');
      expect((await get('/open')).headers).not.toHaveProperty('retry-after');
    });

    it('still answers 401 if there is nothing to check, and serves routes without a guard', async () => {
      const { get, fixtures } = await environments.open({ routes });
      fixtures.goDown();
      expect((await get('/me')).status).toBe(401);
      expect((await get('/open', 'admin')).status).toBe(200);
    });

    it('lets callers in whose tokens are remembered', async () => {
      const { get, fixtures } = await environments.open({ routes });
      expect((await get('/me', 'admin')).status).toBe(200);
      expect((await get('/machine', 'apiKey')).status).toBe(200);
      fixtures.goDown();
      expect((await get('/me', 'admin')).status).toBe(200);
      expect((await get('/me', 'member')).status).toBe(200);
      expect((await get('/machine', 'apiKey')).status).toBe(200);
    });
  });
}
