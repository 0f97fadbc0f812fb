import {
  anyOf,
  clerkMiddleware,
  getAuth,
  requireAuth,
  requirePermission,
  requireRole,
  requireScope,
} from 'bailiff/express';
import type { ClerkMiddlewareOptions } from 'bailiff/express';
import express, { type Express } from 'express';
import { dashboardPage, homePage } from '../common/pages.js';

export interface AppOptions {
  /** Keys come from the environment; this is for what does not. */
  readonly clerk?: ClerkMiddlewareOptions;
  /** Where users manage their account: links on the dashboard. */
  readonly accountsUrl?: string;
}

/** A small invoicing API for users, machines and OAuth clients, with two pages for browsers. */
export function createApp({ clerk = {}, accountsUrl }: AppOptions = {}): Express {
  const app = express();
  app.use(clerkMiddleware(clerk));

  app.get('/', (_req, res) => {
    res.send(homePage('Express'));
  });
  app.get('/dashboard', requireAuth({ redirect: true }), (req, res) => {
    const auth = getAuth(req);
    if (!auth.isAuthenticated) return;
    const here = `${req.protocol}://${req.get('host') ?? ''}/dashboard`;
    res.send(dashboardPage('Express', auth, here, accountsUrl ?? null));
  });

  // A signed-in user, and nobody else: an API key of the same user is refused.
  app.get('/me', requireAuth(), (req, res) => {
    res.json({ userId: req.auth.userId });
  });
  app.get('/admin', requireRole('org:admin'), (req, res) => {
    res.json({ orgId: req.auth.orgId });
  });
  app.post('/invoices', requirePermission('org:invoices:manage'), (_req, res) => {
    res.status(201).json({ created: true });
  });
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
    (req, res) => {
      res.json({ invoices: [], readBy: getAuth(req, { acceptsToken: 'any' }).tokenType });
    },
  );
  app.post('/ingest', requireScope('ingest:write'), (req, res) => {
    res.status(202).json({ from: req.auth.subject });
  });
  app.get('/mcp', requireAuth({ token: 'oauth_token', scope: 'invoices:read' }), (req, res) => {
    res.json({ clientId: req.auth.clientId, userId: req.auth.userId });
  });
  // The browser asks the user to verify again, and repeats the request.
  app.delete('/account', requireAuth({ reverification: 'strict' }), (_req, res) => {
    res.json({ deleted: true });
  });
  return app;
}
