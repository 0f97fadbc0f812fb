/** `authenticate(req, { acceptsToken })`: the reader that may verify. */
import { AuthUnavailableError, TOKEN_REASONS, type TokenReason } from '../../errors.js';
import type { AcceptsToken, AuthFor, Denial } from '../../types.js';
import { withRealErrors } from '../as-error.js';
import { unavailableDenial } from '../auth/challenge.js';
import { selectAuth } from '../auth/select.js';
import { DecidedState } from '../request-state.js';
import type { Visit } from '../visit.js';

/** When to try again, where Clerk did not say. */
const RETRY_AFTER_MS = 1_000;

/**
 * An outage is thrown: as a signed-out object, it would become somebody's 401.
 *
 * @param dress makes the error one that the framework answers with the denial, if nobody catches it
 * @throws {AuthUnavailableError} (rejects)
 */
export async function authenticateVisit<A extends AcceptsToken>(
  visit: Visit,
  acceptsToken: A,
  dress: (error: AuthUnavailableError, denial: Denial) => void,
): Promise<AuthFor<A>> {
  const state = await withRealErrors(() => visit.authenticate(acceptsToken));
  if (state.status !== 'unavailable') return selectAuth(visit.auth, acceptsToken) as AuthFor<A>;
  const known = state.reason !== null && Object.hasOwn(TOKEN_REASONS, state.reason);
  const reason = known ? (state.reason as TokenReason) : 'unexpected-error';
  const retryAfterMs = (state instanceof DecidedState ? state.retryAfterMs : null) ?? RETRY_AFTER_MS;
  const error = new AuthUnavailableError(reason, state.message, retryAfterMs);
  dress(error, unavailableDenial(reason, retryAfterMs));
  throw error;
}
