/** Compiled, never run: what `bailiff/fastify` says to the compiler. */
import {
  allOf,
  anyOf,
  authenticate,
  clerkMiddleware,
  getAuth,
  guarded,
  requireAuth,
  requireOrganization,
  requirePermission,
  requireRole,
  requireScope,
} from 'bailiff/fastify';
import type {
  ApiKeyAuth,
  M2MAuth,
  OAuthAuth,
  RequestAuth,
  SessionAuth,
  SignedInSession,
  SignedOutApiKey,
} from 'bailiff/fastify';
import fastify, { type FastifyRequest } from 'fastify';
import { expectType } from './expect-type.js';

const app = fastify();
void app.register(clerkMiddleware());
void app.register(clerkMiddleware({ onDenied: (denial, _request, reply) => reply.code(denial.status).send() }));
void app.register(clerkMiddleware((request) => ({ secretKey: request.hostname })));
// @ts-expect-error an option that does not exist
void app.register(clerkMiddleware({ clockSkewInMs: 1000 }));

app.get('/open', (request) => {
  expectType<RequestAuth>(request.auth);
  expectType<string | null | undefined>(request.auth.userId);
  // @ts-expect-error nobody has been asked for yet
  expectType<string>(request.auth.userId);
  expectType<SessionAuth>(getAuth(request));
});
// A guard as a hook says nothing to the handler's types.
app.get('/hook', { onRequest: requireAuth() }, (request) => {
  expectType<string | null | undefined>(request.auth.userId);
});
app.addHook('preValidation', requireRole('org:admin'));

// After `guarded`, the caller is who the guard let in.
app.get(
  '/me',
  guarded(requireAuth(), (request, reply) => {
    expectType<string>(request.auth.userId);
    expectType<SignedInSession>(request.auth);
    // @ts-expect-error a user has no scopes
    expectType<readonly string[]>(request.auth.scopes);
    return reply.send({});
  }),
);
app.route({
  method: 'POST',
  url: '/role',
  ...guarded(requireRole('org:admin'), async ({ auth }) => ({ user: auth.userId satisfies string })),
});
app.get(
  '/permission',
  guarded(requirePermission(['org:a:b', 'org:a:c']), ({ auth }) => auth.userId satisfies string),
);
app.get(
  '/scope',
  guarded(requireScope('a'), (request) => {
    expectType<ApiKeyAuth | M2MAuth | OAuthAuth>(request.auth);
    return request.auth.scopes;
  }),
);
app.get(
  '/key',
  guarded(requireAuth({ token: 'api_key' }), (request) => {
    expectType<ApiKeyAuth>(request.auth);
    return { name: request.auth.name satisfies string };
  }),
);
app.get(
  '/list',
  guarded(requireAuth({ token: ['m2m_token', 'oauth_token'] }), (request) => {
    expectType<M2MAuth | OAuthAuth>(request.auth);
    // @ts-expect-error an OAuth token names no machine
    expectType<string>(request.auth.machineId);
  }),
);
app.get(
  '/any',
  guarded(requireAuth(anyOf({ permission: 'org:a:b' }, { token: 'api_key', scope: 'a' })), (request) => {
    expectType<SignedInSession | ApiKeyAuth>(request.auth);
    if (request.auth.tokenType === 'api_key') expectType<string>(request.auth.name);
    else expectType<string>(request.auth.userId);
  }),
);
app.get(
  '/all',
  guarded(requireAuth(allOf({ token: 'any' }, { token: ['api_key', 'm2m_token'] })), (request) => {
    expectType<ApiKeyAuth | M2MAuth>(request.auth);
  }),
);
app.get(
  '/orgs/:org',
  guarded(requireOrganization({ param: 'org' }), ({ auth }) => auth.orgId satisfies string),
);
requireAuth({ token: 'api_key', check: (auth, request) => auth.name === request.headers['x-name'] });
requireAuth(anyOf({ token: 'api_key', check: (auth, request) => auth.isAuthenticated && request.ip !== '' }));
// @ts-expect-error the rest lets users in
requireAuth({ check: (auth: ApiKeyAuth) => auth.name !== '' });
// @ts-expect-error not a request of Fastify
requireAuth({ check: (_auth, request: URL) => request.href !== '' });
// A handler that asks for less is one.
const showUser = (request: FastifyRequest) => ({ userId: request.auth.userId });
app.get('/less', guarded(requireAuth(), showUser));
app.get(
  '/more',
  // @ts-expect-error the guard proves a user, and the handler wants a key
  guarded(requireAuth(), (request: FastifyRequest & { readonly auth: ApiKeyAuth }) => request.auth.name),
);

// The types of a route.
interface Invoice {
  Params: { id: string };
  Body: { amount: number };
}
app.post<Invoice>(
  '/invoices/:id',
  guarded(requireAuth(), (request: FastifyRequest<Invoice>) => {
    expectType<string>(request.params.id);
    expectType<number>(request.body.amount);
  }),
);
const user = requireAuth();
app.post<Invoice>(
  '/narrow/:id',
  guarded<typeof user, Invoice>(user, (request) => {
    expectType<string>(request.params.id);
    expectType<number>(request.body.amount);
    expectType<string>(request.auth.userId);
    // @ts-expect-error no such parameter
    expectType<string>(request.params.slug);
  }),
);

export async function readers(request: FastifyRequest): Promise<void> {
  expectType<ApiKeyAuth | SignedOutApiKey>(getAuth(request, { acceptsToken: 'api_key' }));
  expectType<ApiKeyAuth | SignedOutApiKey>(await authenticate(request, { acceptsToken: 'api_key' }));
  // @ts-expect-error no such kind
  getAuth(request, { acceptsToken: 'apikey' });
}

// @ts-expect-error a misspelt key is no requirement
requireAuth({ role: 'org:admin', permision: 'org:invoices:read' });
// @ts-expect-error nor is one inside anyOf
requireAuth(anyOf({ role: 'org:admin', permision: 'org:invoices:read' }));
// @ts-expect-error no such kind of token
requireAuth({ token: 'apikey' });
// @ts-expect-error a permission must be named
requirePermission();
