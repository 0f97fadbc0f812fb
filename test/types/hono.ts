/** Compiled, never run: what `bailiff/hono` says to the compiler. */
import {
  allOf,
  anyOf,
  clerkMiddleware,
  getAuth,
  requireAuth,
  requireOrganization,
  requirePermission,
  requireRole,
  requireScope,
} from 'bailiff/hono';
import type { ApiKeyAuth, M2MAuth, OAuthAuth, SessionAuth, SignedInSession } from 'bailiff/hono';
import { Hono } from 'hono';
import { expectType } from './expect-type.js';

const app = new Hono();
app.use(clerkMiddleware());
app.use(clerkMiddleware({ onDenied: (denial, c) => c.text(denial.code, denial.status) }));
app.use(clerkMiddleware((c) => ({ secretKey: c.req.header('x-tenant') ?? '' })));
// @ts-expect-error an option that does not exist
app.use(clerkMiddleware({ clockSkewInMs: 1000 }));

app.get('/open', (c) => {
  expectType<boolean>(c.var.auth.isAuthenticated);
  expectType<string | null | undefined>(c.get('auth').userId);
  // @ts-expect-error nobody has been asked for yet
  expectType<string>(c.var.auth.userId);
  expectType<SessionAuth>(getAuth(c));
  return c.json({});
});

// After a guard, the caller is who the guard let in.
app.get('/me/:id', requireAuth(), (c) => {
  expectType<string>(c.var.auth.userId);
  expectType<string>(c.get('auth').userId);
  expectType<string>(c.req.param('id'));
  expectType<SignedInSession>(c.get('auth'));
  return c.json({});
});
app.get('/role', requireRole('org:admin'), (c) => c.json({ user: c.var.auth.userId satisfies string }));
app.get('/permission', requirePermission('org:a:b'), (c) => c.json({ user: c.var.auth.userId satisfies string }));
app.get('/scope', requireScope('a'), (c) => {
  expectType<ApiKeyAuth | M2MAuth | OAuthAuth>(c.get('auth'));
  return c.json({ scopes: c.var.auth.scopes });
});
app.get('/key', requireAuth({ token: 'api_key' }), (c) => {
  expectType<ApiKeyAuth>(c.get('auth'));
  return c.json({ name: c.var.auth.name satisfies string });
});
app.get('/alone', requireAuth({ scope: 'a' }), (c) => {
  expectType<ApiKeyAuth | M2MAuth | OAuthAuth>(c.get('auth'));
  return c.json({});
});
app.get('/list', requireAuth({ token: ['m2m_token', 'oauth_token'] }), (c) => {
  expectType<M2MAuth | OAuthAuth>(c.get('auth'));
  return c.json({});
});
app.get('/any', requireAuth(anyOf({ permission: 'org:a:b' }, { token: 'api_key', scope: 'a' })), (c) => {
  expectType<SignedInSession | ApiKeyAuth>(c.get('auth'));
  return c.json({});
});
app.get('/all', requireAuth(allOf({ token: 'any' }, { token: ['api_key', 'm2m_token'] })), (c) => {
  expectType<ApiKeyAuth | M2MAuth>(c.get('auth'));
  return c.json({});
});

// Several guards in one route, and what `check` is given.
app.get('/orgs/:org', requireOrganization({ param: 'org' }), requirePermission('org:a:b'), (c) => {
  expectType<string>(c.var.auth.orgId);
  expectType<string>(c.req.param('org'));
  return c.json({});
});
app.get('/narrower', requireAuth({ token: 'any' }), requireAuth({ token: 'api_key' }), (c) => {
  expectType<ApiKeyAuth>(c.get('auth'));
  return c.json({ name: c.var.auth.name satisfies string });
});
app.get('/users/:id', requireAuth({ check: (auth, c) => auth.userId === c.req.param('id') }), (c) => c.json({}));
requireAuth({ token: 'api_key', check: async (auth, c) => auth.name === c.req.header('x-name') });
requireAuth(
  anyOf({ role: 'org:admin' }, { token: 'api_key', check: (auth, c) => auth.isAuthenticated && c.req.path !== '' }),
);
// @ts-expect-error the rest lets users in
requireAuth({ check: (auth: ApiKeyAuth) => auth.name !== '' });
// @ts-expect-error not a context of Hono
requireAuth({ check: (_auth, request: URL) => request.href !== '' });

// @ts-expect-error a misspelt key is no requirement
requireAuth({ role: 'org:admin', permision: 'org:invoices:read' });
// @ts-expect-error nor is one inside anyOf
requireAuth(anyOf({ role: 'org:admin', permision: 'org:invoices:read' }));
// @ts-expect-error no such kind of token
requireAuth({ token: 'apikey' });
