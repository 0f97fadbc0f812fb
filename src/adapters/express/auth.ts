import { selectAuth } from '../../core/auth/select.js';
import { authenticateKinds } from '../../core/middleware/authenticate.js';
import type { AcceptsToken, AuthFor, Denial } from '../../types.js';
import { requestOf, type AnyRequest } from './handler.js';
import { sendStateHeaders } from './respond.js';
import { requireSlot, showAuth } from './slot.js';

export interface GetAuthOptions<A extends AcceptsToken> {
  /** Default `session_token`: an API key that carries a user's id is then signed out. */
  readonly acceptsToken?: A;
}

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
  const { authentication } = requireSlot(req, 'getAuth()');
  return selectAuth(authentication.auth, options?.acceptsToken) as AuthFor<A>;
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
  const slot = requireSlot(req, 'authenticate()');
  const { authentication, res } = slot;
  const auth = await authenticateKinds(slot, options.acceptsToken, withHeaders);
  showAuth(requestOf(req), authentication.auth);
  sendStateHeaders(res, slot);
  return auth;
}

/** Express's own error handler sends `error.headers` with `error.status`. */
function withHeaders(error: Error, { headers }: Denial): void {
  Object.defineProperty(error, 'headers', { value: headers });
}
