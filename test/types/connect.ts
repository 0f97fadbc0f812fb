/** Compiled, never run: middleware, guards and readers on servers that know nothing of Express, without a cast. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import middie from '@fastify/middie';
import {
  authenticate,
  clerkMiddleware,
  getAuth,
  protectedResourceMetadata,
  requireAuth,
  requirePermission,
  requireRole,
  requireScope,
  verifyWebhook,
  type Denial,
  type Handler,
  type SessionAuth,
} from 'bailiff/express';
import connect, { type NextHandleFunction } from 'connect';
import Fastify from 'fastify';
import polka from 'polka';
import { Server } from 'socket.io';
import { expectType } from './expect-type.js';

type ConnectHandler = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

const handlers: readonly Handler[] = [
  clerkMiddleware(),
  clerkMiddleware((req: IncomingMessage) => ({ secretKey: req.headers.host ?? null })),
  clerkMiddleware({
    onDenied: (denial: Denial, _req: IncomingMessage, res: ServerResponse) => res.writeHead(denial.status).end(),
    resourceMetadata: (req: IncomingMessage) => `https://${req.headers.host}/metadata`,
    publicUrl: 'https://app.example.com/prod',
  }),
  requireAuth({ token: 'any', redirect: true, check: (auth) => auth.isAuthenticated }),
  requireRole('org:admin'),
  requirePermission('org:invoices:read'),
  requireScope('invoices:read'),
  protectedResourceMetadata({ resource: 'https://api.example.com/mcp' }),
];
export const plain: readonly ConnectHandler[] = handlers;
export const forConnect: readonly NextHandleFunction[] = handlers;

const guard = requireAuth();
connect().use(guard).use('/me', guard);
polka().use(guard).get('/me', guard);
const fastify = Fastify();
await fastify.register(middie);
fastify.use(guard).use('/me', guard);
fastify.get('/me', {
  preHandler: (request, reply, done) => guard(request.raw, reply.raw, (error) => done(error as Error | undefined)),
  handler: (request) => {
    expectType<SessionAuth>(getAuth(request.raw));
    return {};
  },
});
const io = new Server(createServer());
io.engine.use(guard);
io.on('connection', (socket) => expectType<SessionAuth>(getAuth(socket.request)));

export async function readers(req: IncomingMessage): Promise<void> {
  expectType<SessionAuth>(getAuth(req));
  await authenticate(req, { acceptsToken: 'api_key' });
  expectType<string>((await verifyWebhook(req)).id);
  // @ts-expect-error a Web request is not Node's
  getAuth(new Request('https://app.example.com'));
}
