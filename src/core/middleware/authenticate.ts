/** `authenticate(req, { acceptsToken })`: the reader that may verify. */
import { AuthUnavailableError, TOKEN_REASONS, type TokenReason } from '../../errors.js';
import type { AcceptsToken, AuthFor } from '../../types.js';
import { selectAuth } from '../auth/select.js';
import type { Visit } from '../visit.js';

/** When to try again, where Clerk did not say. */
const RETRY_AFTER_MS = 1_000;

/** An outage is thrown: as a signed-out object, it would become somebody's 401. */
export async function authenticateVisit<A extends AcceptsToken>(visit: Visit, acceptsToken: A): Promise<AuthFor<A>> {
  const state = await visit.authenticate(acceptsToken);
  if (state.status === 'unavailable') {
    const reason = state.reason !== null && state.reason in TOKEN_REASONS ? state.reason : 'unexpected-error';
    const seconds = Number(visit.headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1]);
    throw new AuthUnavailableError(reason as TokenReason, state.message, seconds > 0 ? seconds * 1000 : RETRY_AFTER_MS);
  }
  return selectAuth(visit.auth, acceptsToken) as AuthFor<A>;
}
