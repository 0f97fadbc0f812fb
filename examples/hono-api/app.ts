import { anyOf, clerkMiddleware, requireAuth, requirePermission, requireRole, requireScope } from 'bailiff/hono';
import type { ClerkMiddlewareOptions } from 'bailiff/hono';
import { Hono } from 'hono';
import { dashboardPage, homePage } from '../common/pages.js';

export interface AppOptions {
  /** Keys come from the environment; this is for what does not. */
  readonly clerk?: ClerkMiddlewareOptions;
  /** Where users manage their account: links on the dashboard. */
  readonly accountsUrl?: string;
}

/** A small invoicing API for users, machines and OAuth clients, with two pages for browsers. */
export function createApp({ clerk = {}, accountsUrl }: AppOptions = {}): Hono {
  const app = new Hono();
  app.use(clerkMiddleware(clerk));

  app.get('/', (c) => c.html(homePage('Hono')));
  app.get('/dashboard', requireAuth({ redirect: true }), (c) =>
    c.html(dashboardPage('Hono', c.var.auth, new URL('/dashboard', c.req.url).href, accountsUrl ?? null)),
  );

  // A signed-in user, and nobody else: an API key of the same user is refused.
  app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
  app.get('/admin', requireRole('org:admin'), (c) => c.json({ orgId: c.var.auth.orgId }));
  app.post('/invoices', requirePermission('org:invoices:manage'), (c) => c.json({ created: true }, 201));
  // Users with the permission, keys with the scope, and the machines that we let in.
  app.get(
    '/invoices',
    requireAuth(
      anyOf(
        { permission: 'org:invoices:read' },
        { token: 'api_key', scope: 'invoices:read' },
        { token: 'm2m_token', scope: 'mch_invoices' },
      ),
    ),
    (c) => c.json({ invoices: [], readBy: c.var.auth.tokenType }),
  );
  app.post('/ingest', requireScope('ingest:write'), (c) => c.json({ from: c.var.auth.subject }, 202));
  app.get('/mcp', requireAuth({ token: 'oauth_token', scope: 'invoices:read' }), (c) =>
    c.json({ clientId: c.var.auth.clientId, userId: c.var.auth.userId }),
  );
  // The browser asks the user to verify again, and repeats the request.
  app.delete('/account', requireAuth({ reverification: 'strict' }), (c) => c.json({ deleted: true }));
  return app;
}
