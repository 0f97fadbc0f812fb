/** `authenticate(req, { acceptsToken })`: the reader that may verify. */
import { AuthenticationFaultError, AuthUnavailableError, TOKEN_REASONS, type TokenReason } from '../../errors.js';
import type { AcceptsToken, AuthFor, Denial } from '../../types.js';
import { faultDenial, unavailableDenial } from '../guards/challenge.js';
import { selectAuth } from '../auth/select.js';
import { FAULT, watched } from '../faults/fault.js';
import { retryAfterOf } from '../outcome.js';
import type { RequestAuthentication } from './request-authentication.js';

/**
 * An outage is thrown, and so is a fault: as a signed-out object, it would become a 401.
 *
 * @param attach makes the error one that the framework answers with the denial, if the application does not catch it
 * @throws {AuthUnavailableError} (rejects)
 * @throws {AuthenticationFaultError} (rejects)
 */
export async function authenticateKinds<A extends AcceptsToken>(
  authentication: RequestAuthentication,
  acceptsToken: A,
  attach: (error: Error, denial: Denial) => void,
): Promise<AuthFor<A>> {
  const { config } = authentication.authenticator;
  const state = await watched(config, 'request', () => authentication.authenticate(acceptsToken));
  if (state.status !== 'unavailable') return selectAuth(authentication.auth, acceptsToken) as AuthFor<A>;
  if (state.reason === FAULT) {
    const cause = state.cause ?? null;
    const error = new AuthenticationFaultError(cause === null ? {} : { cause });
    attach(error, faultDenial(cause));
    throw error;
  }
  const known = state.reason !== null && Object.hasOwn(TOKEN_REASONS, state.reason);
  const reason = known ? (state.reason as TokenReason) : 'unexpected-error';
  const retryAfterMs = retryAfterOf(state);
  const error = new AuthUnavailableError(reason, state.message, retryAfterMs);
  attach(error, unavailableDenial(reason, retryAfterMs));
  throw error;
}
