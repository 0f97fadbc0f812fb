/**
 * Compiled, never run: what handlers behind a guard know, and what those in front of it do not. With the types of Express 5 here, and with
 * those of Express 4 in a program of its own (express4.ts).
 */
import {
  allOf,
  anyOf,
  requireAuth,
  requireOrganization,
  requirePermission,
  requireRole,
  requireScope,
  type ApiKeyAuth,
  type Guard,
  type GuardedRequest,
  type Handler,
  type M2MAuth,
  type OAuthAuth,
  type RequestAuth,
  type SignedInSession,
} from 'bailiff/express';
import express, { Router, type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never];
/** Compiles only if the value has exactly this type. */
declare function is<A>(): <B>(value: B, ...same: Same<A, B>) => void;
declare const limit: RequestHandler;
declare const failed: ErrorRequestHandler;
declare const load: (userId: string) => unknown;
const app = express();

// Whom the guard lets in, and Express's own types beside.
app.get('/me', requireAuth(), (req) => load(req.auth.userId));
app.get('/users/:id', requireAuth(), (req, res) => {
  is<SignedInSession>()(req.auth);
  is<string>()(req.params.id);
  load(req.body.anything);
  load(res.locals['anything']);
  // @ts-expect-error no such parameter
  load(req.params.name);
  // @ts-expect-error users have no scopes
  load(req.auth.scopes);
  res.json(req.auth.sessionId);
});
app.get('/key', requireAuth({ token: 'api_key' }), (req) => {
  is<ApiKeyAuth>()(req.auth);
  is<string>()(req.auth.name);
});
app.get('/role', requireRole('org:admin', 'org:owner'), async (req) => is<SignedInSession>()(req.auth));
app.get('/permission', requirePermission('org:a:b'), (req) => is<string>()(req.auth.userId));
app.get('/scope', requireScope('a'), (req) => is<ApiKeyAuth | M2MAuth | OAuthAuth>()(req.auth));
app.get('/alone', requireAuth({ scope: 'a' }), (req) => is<ApiKeyAuth | M2MAuth | OAuthAuth>()(req.auth));
app.get('/page', requireAuth({ redirect: true }), (req) => is<string>()(req.auth.userId));
app.get('/orgs/:org', requireOrganization({ param: 'org' }), (req) => {
  is<string>()(req.auth.orgId);
  is<string>()(req.params.org);
});
app.get('/any', requireAuth(anyOf({ permission: 'org:a:b' }, { token: 'api_key', scope: 'a' })), (req) => {
  is<SignedInSession | ApiKeyAuth>()(req.auth);
  // @ts-expect-error a user has no name here
  load(req.auth.name);
  if (req.auth.tokenType === 'api_key') load(req.auth.name);
  else load(req.auth.userId);
});
app.get('/all', requireAuth(allOf({ token: 'any' }, { token: ['api_key', 'm2m_token'] })), (req) => {
  is<ApiKeyAuth | M2MAuth>()(req.auth);
});

// Several guards in one route: who passes all of them.
app.get('/two', requireAuth(), requireRole('org:admin'), (req) => is<SignedInSession>()(req.auth));
app.get('/narrower', requireAuth({ token: 'any' }), requireAuth({ token: 'api_key' }), (req) =>
  is<ApiKeyAuth>()(req.auth),
);
app.get(
  '/overlap',
  requireAuth({ token: ['api_key', 'm2m_token'] }),
  requireAuth({ token: ['m2m_token', 'oauth_token'] }),
  (req) => is<M2MAuth>()(req.auth),
);
app.get('/orgs/:org/a', requirePermission('org:a:b'), requireOrganization({ param: 'org' }), (req) =>
  is<string>()(req.auth.orgId),
);

// Other handlers in front of a guard, behind it, and in lists.
app.post('/items/:id', express.json(), limit, requireAuth(), limit, (req) => {
  is<SignedInSession>()(req.auth);
  is<string>()(req.params.id);
});
app.get(
  '/steps/:id',
  requireAuth(),
  (req, res, next) => {
    is<string>()(req.auth.userId);
    res.locals['id'] = req.params.id;
    next();
  },
  (req) => {
    is<string>()(req.auth.userId);
    is<string>()(req.params.id);
  },
);
app.get('/list/:id', [limit, requireAuth()], (req) => {
  is<SignedInSession>()(req.auth);
  is<string>()(req.params.id);
});
app.get(['/a', /b/], requireAuth(), (req) => is<SignedInSession>()(req.auth));

// Nobody has been asked yet.
app.get(
  '/before/:id',
  (req, _res, next) => {
    is<RequestAuth>()(req.auth);
    // @ts-expect-error the guard comes later
    load(req.auth.userId);
    next();
  },
  requireAuth(),
);
app.get('/open/:id', (req) => {
  is<RequestAuth>()(req.auth);
  is<string>()(req.params.id);
  // @ts-expect-error nobody has been asked for
  load(req.auth.userId);
  if (!req.auth.isAuthenticated) {
    is<null | undefined>()(req.auth.userId);
  } else if (req.auth.tokenType === 'session_token') {
    is<string>()(req.auth.userId);
    load(req.auth.sessionClaims.sub);
  } else {
    is<string>()(req.auth.subject);
  }
});
app.get('/plain', limit, (req) => is<RequestAuth>()(req.auth));
app.get(
  '/own',
  (req, _res, next) => {
    is<RequestAuth>()(req.auth);
    next();
  },
  (req) => is<RequestAuth>()(req.auth),
);
// As a plain handler, a guard proves nothing; and nothing but a guard proves something.
const plain: Handler = requireAuth();
app.get('/handler', plain, (req) => is<RequestAuth>()(req.auth));
// @ts-expect-error made by hand
const made: Guard<SignedInSession> = (_req: unknown, _res: unknown, next: () => void) => next();
void made;

// The route's types, given or in the handler.
interface Item {
  total: number;
}
app.post<{ id: string }, { ok: boolean }, Item>('/typed/:id', requireAuth(), (req, res) => {
  is<string>()(req.auth.userId);
  is<number>()(req.body.total);
  is<string>()(req.params.id);
  res.json({ ok: true });
  // @ts-expect-error another answer
  res.json({ no: true });
});
app.post<{ id: string }, { ok: boolean }, Item>('/typed/:id', requireAuth({ token: 'api_key' }), (req) => {
  is<number>()(req.body.total);
  is<RequestAuth>()(req.auth);
});
const byHand = (
  req: GuardedRequest<ApiKeyAuth, { id: string }, { ok: boolean }, Item>,
  res: Response<{ ok: boolean }>,
) => {
  load(req.auth.name + req.params.id);
  res.json({ ok: req.body.total > 0 });
};
app.post('/by-hand/:id', requireAuth({ token: 'api_key' }), byHand);
// @ts-expect-error the guard lets users in, and the handler wants a key
app.post('/by-hand/:id', requireAuth(), byHand);
// @ts-expect-error without a guard
app.post('/by-hand/:id', byHand);
const wide = (
  req: Request<{ id: string }, unknown, Item, unknown, { request: string }>,
  res: Response<unknown, { request: string }>,
) => {
  is<number>()(req.body.total);
  is<string>()(res.locals.request);
};
app.post('/wide/:id', requireAuth(), wide);

// Everywhere that Express takes handlers.
const router = Router();
router.use(requireAuth());
router.use(requireAuth(), (req, _res, next) => {
  is<SignedInSession>()(req.auth);
  next();
});
router.use('/sub/:id', limit, requireAuth(), (req) => is<string>()(req.params.id));
router.get('/a', requireAuth(), (req) => load(req.auth.userId));
router
  .route('/b/:id')
  .all(requireAuth())
  .get((req) => is<RequestAuth>()(req.auth))
  .post(limit, requireAuth(), (req) => {
    is<SignedInSession>()(req.auth);
    is<string>()(req.params.id);
  });
app.use('/router', requireAuth(), router);
app.use(requireRole('org:admin'), limit, router, failed);
app.use(failed);
app.use((req) => is<RequestAuth>()(req.auth));

// What `check` is given.
requireAuth({
  role: 'org:admin',
  check: (auth, req) => {
    is<SignedInSession>()(auth);
    return auth.orgId === req.params['org'];
  },
});
requireAuth({ token: 'api_key', check: async (auth) => (is<ApiKeyAuth>()(auth), true) });
requireAuth({ scope: 'a', check: (auth) => (is<ApiKeyAuth | M2MAuth | OAuthAuth>()(auth), true) });
requireAuth({ token: ['api_key', 'session_token'], check: (auth) => (is<SignedInSession | ApiKeyAuth>()(auth), true) });
requireAuth(
  anyOf({ role: 'org:admin' }, { token: 'api_key', check: (auth, req) => auth.isAuthenticated && req.ip !== '' }),
);
requireAuth({ check: (auth: SignedInSession, req: Request) => auth.userId === req.params['id'] });
// @ts-expect-error the rest lets users in
requireAuth({ check: (auth: ApiKeyAuth) => auth.name !== '' });
// @ts-expect-error not a request of Express
requireAuth({ check: (_auth, request: URL) => request.href !== '' });
// @ts-expect-error no answer
requireAuth({ check: () => 1 });

requireOrganization({ param: 'org', as: 'id', otherwise: 404 });
// @ts-expect-error no such way to name one
requireOrganization({ param: 'org', as: 'name' });
// @ts-expect-error a refusal
requireOrganization({ param: 'org', otherwise: 200 });
