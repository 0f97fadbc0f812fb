import type { RequestAuth } from '../../types.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which Express lets a request be extended
  namespace Express {
    interface Request {
      /** The caller of the request. Set by `clerkMiddleware()`, and again by a guard that accepts another kind of token. */
      auth: RequestAuth;
    }
    /** Named here as well, so that a server without Express's types finds it. */
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it joins Express's own
    interface Response {}
  }
}
