import type { Context } from 'hono';
import { authenticateKinds, selectAuth, type GetAuthOptions } from '../../core/index.js';
import type { AcceptsToken, AuthFor, Denial } from '../../types.js';
import { requireRequestAuthentication, showAuth } from './slot.js';

/**
 * Who is at the door, narrowed to the kinds that are asked for; a caller of another kind reads as signed out.
 * Never verifies anything: see {@link authenticate}.
 *
 * @throws {ConfigurationError} if the middleware has not run
 */
export function getAuth<const A extends AcceptsToken = 'session_token'>(
  c: Context,
  options?: GetAuthOptions<A>,
): AuthFor<A> {
  const { auth } = requireRequestAuthentication(c, 'getAuth()');
  return selectAuth(auth, options?.acceptsToken) as AuthFor<A>;
}

/**
 * As {@link getAuth}, but verifies kinds that the middleware did not accept; afterwards `c.var.auth` is that caller.
 *
 * @throws {ConfigurationError} (rejects) if the middleware has not run
 * @throws {AuthUnavailableError} (rejects) if the token could not be checked; left alone, it becomes a 503
 * @throws {AuthenticationFaultError} (rejects) if this server failed; left alone, it becomes a 500
 */
export async function authenticate<const A extends AcceptsToken>(
  c: Context,
  options: { readonly acceptsToken: A },
): Promise<AuthFor<A>> {
  const authentication = requireRequestAuthentication(c, 'authenticate()');
  const auth = await authenticateKinds(authentication, options.acceptsToken, withResponse);
  showAuth(c, authentication.auth);
  return auth;
}

/** Hono's own error handler sends what `error.getResponse()` gives. */
function withResponse(error: Error, { status, headers, body }: Denial): void {
  Object.defineProperty(error, 'getResponse', { value: () => Response.json(body, { status, headers }) });
}
