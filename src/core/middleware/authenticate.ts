/** `authenticate(req, { acceptsToken })`: the reader that may verify. */
import { AuthenticationFaultError, AuthUnavailableError } from '../../errors.js';
import { isTokenReason } from '../../shared/meanings.js';
import type { AcceptsToken, AuthFor, Denial } from '../../types.js';
import { faultDenial, unavailableDenial } from '../guards/challenge.js';
import { selectAuth } from '../auth/select.js';
import type { Config } from '../config/config.js';
import { FAULT, watched } from '../faults/fault.js';
import { DecidedState } from '../outcome.js';
import type { RequestAuthentication } from './request-authentication.js';
import { DEFAULT_RETRY_AFTER_MS } from '../../shared/retry-after.js';

/**
 * An outage is thrown, and so is a fault: as a signed-out object, it would become somebody's 401.
 *
 * @param dress makes the error one that the framework answers with the denial, if nobody catches it
 * @throws {AuthUnavailableError} (rejects)
 * @throws {AuthenticationFaultError} (rejects)
 */
export async function authenticateKinds<A extends AcceptsToken>(
  {
    authentication,
    authenticator: { config },
  }: { readonly authentication: RequestAuthentication; readonly authenticator: { readonly config: Config } },
  acceptsToken: A,
  dress: (error: Error, denial: Denial) => void,
): Promise<AuthFor<A>> {
  const state = await watched(config, 'request', () => authentication.authenticate(acceptsToken));
  if (state.status !== 'unavailable') return selectAuth(authentication.auth, acceptsToken) as AuthFor<A>;
  if (state.reason === FAULT) {
    const cause = state.cause ?? null;
    const error = new AuthenticationFaultError(cause === null ? {} : { cause });
    dress(error, faultDenial(cause));
    throw error;
  }
  const reason = isTokenReason(state.reason) ? state.reason : 'unexpected-error';
  const retryAfterMs = (state instanceof DecidedState ? state.retryAfterMs : null) ?? DEFAULT_RETRY_AFTER_MS;
  const error = new AuthUnavailableError(reason, state.message, retryAfterMs);
  dress(error, unavailableDenial(reason, retryAfterMs));
  throw error;
}
