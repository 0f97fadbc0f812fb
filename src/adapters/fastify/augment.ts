import type { RequestAuth } from '../../types.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller of the request. Set by `clerkMiddleware()`, and again by a guard that accepts another kind of token. */
    auth: RequestAuth;
  }
}
