import {
  anyOf,
  clerkMiddleware,
  guarded,
  requireAuth,
  requirePermission,
  requireRole,
  requireScope,
} from 'bailiff/fastify';
import type { ClerkMiddlewareOptions } from 'bailiff/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { dashboardPage, homePage } from '../common/pages.js';

export interface AppOptions {
  /** Keys come from the environment; this is for what does not. */
  readonly clerk?: ClerkMiddlewareOptions;
  /** Where users manage their account: links on the dashboard. */
  readonly accountsUrl?: string;
}

/** A small invoicing API for users, machines and OAuth clients, with two pages for browsers. */
export function createApp({ clerk = {}, accountsUrl }: AppOptions = {}): FastifyInstance {
  const app = fastify();
  void app.register(clerkMiddleware(clerk));

  app.get('/', (_request, reply) => reply.type('text/html').send(homePage('Fastify')));
  app.get(
    '/dashboard',
    guarded(requireAuth({ redirect: true }), (request, reply) => {
      const here = `${request.protocol}://${request.host}/dashboard`;
      return reply.type('text/html').send(dashboardPage('Fastify', request.auth, here, accountsUrl ?? null));
    }),
  );

  // A signed-in user, and nobody else: an API key of the same user is refused.
  app.get(
    '/me',
    guarded(requireAuth(), ({ auth }) => ({ userId: auth.userId })),
  );
  app.get(
    '/admin',
    guarded(requireRole('org:admin'), ({ auth }) => ({ orgId: auth.orgId })),
  );
  // As `onRequest`, before the body is read.
  app.post('/invoices', { onRequest: requirePermission('org:invoices:manage') }, (_request, reply) =>
    reply.code(201).send({ created: true }),
  );
  // Users with the permission, keys with the scope, and the machines that we let in.
  app.get(
    '/invoices',
    guarded(
      requireAuth(
        anyOf(
          { permission: 'org:invoices:read' },
          { token: 'api_key', scope: 'invoices:read' },
          { token: 'm2m_token', scope: 'mch_invoices' },
        ),
      ),
      ({ auth }) => ({ invoices: [], readBy: auth.tokenType }),
    ),
  );
  app.post(
    '/ingest',
    guarded(requireScope('ingest:write'), ({ auth }, reply) => reply.code(202).send({ from: auth.subject })),
  );
  app.get(
    '/mcp',
    guarded(requireAuth({ token: 'oauth_token', scope: 'invoices:read' }), ({ auth }) => ({
      clientId: auth.clientId,
      userId: auth.userId,
    })),
  );
  // The browser asks the user to verify again, and repeats the request.
  app.delete(
    '/account',
    guarded(requireAuth({ reverification: 'strict' }), () => ({ deleted: true })),
  );
  return app;
}
