import type { RequestAuth } from '../../types.js';

declare module 'hono' {
  interface ContextVariableMap {
    /** The caller of the request. Set by `clerkMiddleware()`, and again by a guard that accepts another kind of token. */
    auth: RequestAuth;
  }
}
