/** The same guarded routes on every framework. */
import { createServer, type Server } from 'node:http';
import { serve } from '@hono/node-server';
import { createAuthenticator, type AuthenticatorOptions } from 'bailiff';
import * as forExpress from 'bailiff/express';
import * as forFastify from 'bailiff/fastify';
import * as forHono from 'bailiff/hono';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { listen } from '../support/listen.js';

type Guards = Pick<typeof forExpress, 'requireAuth' | 'requirePermission'>;

/** One route for each way of being guarded. */
const ROUTES = {
  '/user': (guards: Guards) => guards.requireAuth(),
  '/user-or-key': (guards: Guards) => guards.requireAuth({ token: ['session_token', 'api_key'] }),
  '/any': (guards: Guards) => guards.requireAuth({ token: 'any' }),
  '/key': (guards: Guards) => guards.requireAuth({ token: 'api_key' }),
  '/m2m': (guards: Guards) => guards.requireAuth({ token: 'm2m_token' }),
  '/oauth': (guards: Guards) => guards.requireAuth({ token: 'oauth_token' }),
  '/permission': (guards: Guards) => guards.requirePermission('org:invoices:manage'),
  '/reverified': (guards: Guards) => guards.requireAuth({ reverification: 'strict' }),
};

/** Express has a setting of its own for proxies, and it decides there; `trustProxy` sets both. */
export async function startExpress(options: AuthenticatorOptions): Promise<Server> {
  const app = express();
  if (options.trustProxy === true) app.set('trust proxy', true);
  app.use(forExpress.clerkMiddleware(createAuthenticator(options)));
  for (const [path, guard] of Object.entries(ROUTES))
    app.get(path, guard(forExpress), (_req, res) => void res.json({ ok: true }));
  const server = createServer({ maxHeaderSize: 32_768 }, app);
  await listen(server);
  return server;
}

export async function startHono(options: AuthenticatorOptions): Promise<Server> {
  const app = new Hono();
  app.use(forHono.clerkMiddleware(createAuthenticator(options)));
  for (const [path, guard] of Object.entries(ROUTES)) {
    app.get(path, guard(forHono as unknown as Guards) as never, (c) => c.json({ ok: true }));
  }
  return new Promise((resolve) => {
    const server = serve(
      { fetch: app.fetch, port: 0, hostname: '127.0.0.1', serverOptions: { maxHeaderSize: 32_768 } },
      () => resolve(server as Server),
    );
  });
}

export async function startFastify(options: AuthenticatorOptions): Promise<Server> {
  const app = fastify({ http: { maxHeaderSize: 32_768 }, trustProxy: options.trustProxy === true });
  await app.register(forFastify.clerkMiddleware(createAuthenticator(options)));
  for (const [path, guard] of Object.entries(ROUTES)) {
    app.get(path, { preHandler: guard(forFastify as unknown as Guards) as never }, () => ({ ok: true }));
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}
