import { BackendApiError, createBackendApi, toPublic, type BackendApiOptions } from 'bailiff/api';
import { clerkMiddleware, requireAuth, requireRole, type ClerkMiddlewareOptions } from 'bailiff/express';
import express, { type ErrorRequestHandler, type Express } from 'express';

export interface AppOptions {
  /** Keys come from the environment; this is for what does not. */
  readonly clerk?: ClerkMiddlewareOptions;
  readonly api?: BackendApiOptions;
}

/** Guarded routes that ask the Backend API: the guard says who it is, the API says the rest. */
export function createApp({ clerk = {}, api: options = {} }: AppOptions = {}): Express {
  const app = express();
  const api = createBackendApi(options);
  app.use(clerkMiddleware(clerk), express.json());

  // `toPublic`: private metadata stays on the server.
  app.get('/profile', requireAuth(), async (req, res) => {
    res.json(toPublic(await api.users.get(req.auth.userId)));
  });
  app.patch('/profile', requireAuth(), async (req, res) => {
    const { first_name } = req.body as { first_name?: string };
    const user = await api.users.update(req.auth.userId, { first_name });
    res.json({ first_name: user.first_name });
  });
  // Every member, however many pages they fill.
  app.get('/members', requireRole('org:admin'), async (req, res) => {
    const members: (string | undefined)[] = [];
    for await (const { public_user_data } of api.organizationMemberships.list(req.auth.orgId ?? '')) {
      members.push(public_user_data?.user_id);
    }
    res.json({ members });
  });
  app.delete('/sessions', requireAuth(), async (req, res) => {
    // Collected first: what is revoked leaves the list, and would shift its pages.
    const ids: string[] = [];
    const active = api.sessions.list({ user_id: req.auth.userId, status: 'active' });
    for await (const session of active) ids.push(session.id);
    await Promise.all(ids.map((id) => api.sessions.revoke(id)));
    res.status(204).end();
  });

  app.use(answerApiError);
  return app;
}

/** What Clerk refused is the caller's business; what failed between us and Clerk is not. */
const answerApiError: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof BackendApiError)) return next(error);
  const refused = error.status !== null && [404, 409, 422].includes(error.status);
  if (error.retryAfterMs !== null) res.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)));
  res.status(refused ? Number(error.status) : 503).json({ errors: refused ? error.errors : [{ code: 'unavailable' }] });
};
