import { authenticateKinds, selectAuth, type GetAuthOptions } from '../../core/index.js';
import type { AcceptsToken, AuthFor, Denial } from '../../types.js';
import { requestOf, type AnyRequest } from './handler.js';
import { sendStateHeaders } from './respond.js';
import { requireRequestAuthentication, responseTo, showAuth } from './slot.js';

/**
 * Who is at the door, narrowed to the kinds that are asked for; a caller of another kind reads as signed out.
 * Never verifies anything: see {@link authenticate}.
 *
 * @throws {ConfigurationError} if the middleware has not run
 */
export function getAuth<const A extends AcceptsToken = 'session_token'>(
  req: AnyRequest,
  options?: GetAuthOptions<A>,
): AuthFor<A> {
  const { auth } = requireRequestAuthentication(req, 'getAuth()');
  return selectAuth(auth, options?.acceptsToken) as AuthFor<A>;
}

/**
 * As {@link getAuth}, but verifies kinds that the middleware did not accept; afterwards `req.auth` is that caller.
 *
 * @throws {ConfigurationError} (rejects) if the middleware has not run
 * @throws {AuthUnavailableError} (rejects) if the token could not be checked; left alone, it becomes a 503
 * @throws {AuthenticationFaultError} (rejects) if this server failed; left alone, it becomes a 500
 */
export async function authenticate<const A extends AcceptsToken>(
  req: AnyRequest,
  options: { readonly acceptsToken: A },
): Promise<AuthFor<A>> {
  const authentication = requireRequestAuthentication(req, 'authenticate()');
  const auth = await authenticateKinds(authentication, options.acceptsToken, withHeaders);
  showAuth(requestOf(req), authentication.auth);
  const res = responseTo(req);
  if (res !== undefined) sendStateHeaders(res, authentication);
  return auth;
}

/** Express's own error handler sends `error.headers` with `error.status`. */
function withHeaders(error: Error, { headers }: Denial): void {
  Object.defineProperty(error, 'headers', { value: headers });
}
