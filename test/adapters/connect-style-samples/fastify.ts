import middie from '@fastify/middie';
import { clerkMiddleware, getAuth, requireAuth } from 'bailiff/express';
import Fastify from 'fastify';

export const app = Fastify();
await app.register(middie);
app.use(clerkMiddleware());
app.use('/me', requireAuth());
app.get('/me', (request) => `Hello ${getAuth(request.raw).userId}`);
