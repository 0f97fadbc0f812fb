/** Compiled, never run: what `bailiff/express` says to the compiler. */
import { allOf, anyOf, authenticate, clerkMiddleware, getAuth, requireAuth, requirePermission } from 'bailiff/express';
import type { ApiKeyAuth, InvalidTokenAuth, SessionAuth, SignedOutApiKey } from 'bailiff/express';
import express, { type Request } from 'express';
import { expectType } from './expect-type.js';

const app = express();
app.use(clerkMiddleware());
app.use(clerkMiddleware({ clockSkewMs: 1000, onDenied: (denial, _req, res) => res.status(denial.status).end() }));
app.use(clerkMiddleware((req) => ({ secretKey: req.hostname })));
// @ts-expect-error an option that does not exist
app.use(clerkMiddleware({ clockSkewInMs: 1000 }));

export async function readers(req: Request): Promise<void> {
  const auth = getAuth(req);
  expectType<SessionAuth>(auth);
  if (auth.isAuthenticated) expectType<string>(auth.userId);
  else expectType<null>(auth.userId);
  expectType<ApiKeyAuth | SignedOutApiKey>(getAuth(req, { acceptsToken: 'api_key' }));
  expectType<SessionAuth | ApiKeyAuth | SignedOutApiKey | InvalidTokenAuth>(
    getAuth(req, { acceptsToken: ['api_key', 'session_token'] }),
  );
  expectType<ApiKeyAuth | SignedOutApiKey>(await authenticate(req, { acceptsToken: 'api_key' }));
  const either = getAuth(req, { acceptsToken: ['api_key', 'session_token'] });
  if (!either.isAuthenticated) expectType<string | undefined>(either.message);
  // @ts-expect-error no such kind
  getAuth(req, { acceptsToken: 'apikey' });
  if (req.auth.tokenType === 'api_key' && req.auth.isAuthenticated) expectType<string>(req.auth.name);
}

requireAuth({ permission: 'org:invoices:read', redirect: true });
requireAuth(anyOf({ role: 'org:admin' }, { token: 'api_key', scope: ['a', 'b'] }, allOf({ plan: 'pro' }, {})));
// @ts-expect-error a misspelt key is no requirement
requireAuth({ role: 'org:admin', permision: 'org:invoices:read' });
// @ts-expect-error nor is one inside anyOf
requireAuth(anyOf({ role: 'org:admin', permision: 'org:invoices:read' }));
// @ts-expect-error no such kind of token
requireAuth({ token: 'apikey' });
// @ts-expect-error no such preset
requireAuth({ reverification: 'relaxed' });
// @ts-expect-error a permission must be named
requirePermission();
