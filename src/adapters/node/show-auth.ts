import { ConfigurationError } from '../../errors.js';
import type { Auth, Denial } from '../../types.js';

/**
 * Puts the caller at `req.auth`, in place of any value or accessor that another library has put there.
 *
 * @throws {ConfigurationError} if another library has made `req.auth` immutable
 */
export function showAuth(req: object, auth: Auth): void {
  const before: unknown = Reflect.get(req, 'auth');
  if (before === auth) return;
  // A property that refuses or ignores the assignment is redefined below.
  if (before === undefined && Reflect.set(req, 'auth', auth) && Reflect.get(req, 'auth') === auth) return;
  const defined = Reflect.defineProperty(req, 'auth', {
    value: auth,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  if (!defined) {
    throw new ConfigurationError(
      'clerkMiddleware',
      'Another library has made `req.auth` immutable.',
      'Mount clerkMiddleware() without it, or before it.',
    );
  }
}

/** For an error that nobody catches: the error handlers of Express and Fastify send `error.headers` with `error.status`. */
export function attachHeaders(error: Error, { headers }: Denial): void {
  Object.defineProperty(error, 'headers', { value: headers });
}
