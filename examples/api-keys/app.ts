/** API keys for customers: users make them, list them and take them back; programs use them. */
import { BackendApiError, createBackendApi } from 'bailiff/api';
import { clerkMiddleware, createAuthenticator, getAuth, requireAuth } from 'bailiff/express';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';

/** What a key may be allowed to do. A customer picks from this list, and can never make a key that may do more. */
const SCOPES = ['reports:read', 'reports:write'];

export function createApp(): Express {
  const api = createBackendApi();
  const authenticator = createAuthenticator();
  const app = express();
  app.use(clerkMiddleware(authenticator), express.json());

  // 1. Users manage their keys. `requireAuth()` lets in people alone: a key cannot make another key.
  app.post('/keys', requireAuth(), async (req, res) => {
    const { name, scopes } = (req.body ?? {}) as { name?: unknown; scopes?: unknown };
    if (typeof name !== 'string' || !Array.isArray(scopes) || !scopes.every((scope) => SCOPES.includes(String(scope))))
      return void res.status(422).json({ error: `A key needs a name, and scopes out of ${SCOPES.join(', ')}.` });
    const key = await api.apiKeys.create({ name, subject: userOf(req), scopes: scopes.map(String) });
    // The only time that anybody sees the secret.
    res.status(201).json({ id: key.id, secret: key.secret });
  });

  app.get('/keys', requireAuth(), async (req, res) => {
    const keys = [];
    for await (const { id, name, scopes, last_used_at } of api.apiKeys.list({ subject: userOf(req) }))
      keys.push({ id, name, scopes, last_used_at });
    res.json({ keys });
  });

  app.delete('/keys/:id', requireAuth(), async (req, res) => {
    const key = await api.apiKeys.get(String(req.params['id']));
    // Another customer's key does not exist as far as this one can tell.
    if (key.subject !== userOf(req)) return void res.status(404).end();
    await api.apiKeys.revoke(key.id, { revocation_reason: 'by its owner' });
    // What was verified lately is remembered for some seconds: forget this key now.
    await authenticator.invalidate(key.id);
    res.status(204).end();
  });

  // 2. Programs use them.
  app.get('/reports', requireAuth({ token: 'api_key', scope: 'reports:read' }), (req, res) => {
    const key = getAuth(req, { acceptsToken: 'api_key' });
    res.json({ reports: [], owner: key.userId, key: key.name });
  });

  app.use(answerApiError);
  return app;
}

/** Whoever the guard let through. */
function userOf(req: Request): string {
  const { userId } = getAuth(req);
  if (userId === null) throw new Error('This route has no guard.');
  return userId;
}

/** What Clerk finds wrong with a name is the caller's business; what failed between us and Clerk is not. */
const answerApiError: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof BackendApiError)) return next(error);
  const refused = error.status === 400 || error.status === 404 || error.status === 422;
  res.status(refused ? Number(error.status) : 503).json({ errors: refused ? error.errors : [{ code: 'unavailable' }] });
};
