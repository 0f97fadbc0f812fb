import type { RequestAuth } from '../../types.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which Express lets a request be extended
  namespace Express {
    interface Request {
      /** Who is at the door. Set by `clerkMiddleware()`, and again by a guard that accepts another kind of token. */
      auth: RequestAuth;
    }
  }
}
