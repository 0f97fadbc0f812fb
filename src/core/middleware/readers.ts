/** `getAuth` and `authenticate`, whatever the framework. */
import { AuthenticationFaultError, AuthUnavailableError } from '../../errors.js';
import { isTokenReason } from '../../ground/meanings.js';
import type { AcceptsToken, Auth, AuthFor, Denial } from '../../types.js';
import { selectAuth, type GetAuthOptions } from '../auth/select.js';
import { FAULT, watched } from '../faults/fault.js';
import { faultDenial, unavailableDenial } from '../guards/challenge.js';
import { retryAfterOf } from '../outcome.js';
import type { RequestAuthentication } from './request-authentication.js';
import type { Slot } from './slot.js';

export interface Readers<R> {
  /** Never verifies anything. */
  readonly getAuth: <const A extends AcceptsToken = 'session_token'>(
    request: R,
    options?: GetAuthOptions<A>,
  ) => AuthFor<A>;
  /** Verifies kinds that the middleware did not accept. */
  readonly authenticate: <const A extends AcceptsToken>(
    request: R,
    options: { readonly acceptsToken: A },
  ) => Promise<AuthFor<A>>;
}

/**
 * @param parts.show puts the caller where handlers find it, after a look that may have changed it
 * @param parts.attach makes the error one that the framework answers with the denial, if the application does not catch it
 */
export function createReaders<R, D>(parts: {
  readonly slot: Slot<R, D>;
  readonly show: (request: R, authentication: RequestAuthentication<D>) => void;
  readonly attach: (error: Error, denial: Denial) => void;
}): Readers<R> {
  const { slot, show, attach } = parts;
  return {
    getAuth: <A extends AcceptsToken>(request: R, options?: GetAuthOptions<A>) =>
      readAuth(slot.require(request, 'getAuth()'), options) as AuthFor<A>,
    async authenticate<A extends AcceptsToken>(request: R, { acceptsToken }: { readonly acceptsToken: A }) {
      const authentication = slot.require(request, 'authenticate()');
      await verify(authentication, acceptsToken, attach);
      show(request, authentication);
      return selectAuth(authentication.auth, acceptsToken) as AuthFor<A>;
    },
  };
}

function readAuth<D>(authentication: RequestAuthentication<D>, options: GetAuthOptions<AcceptsToken> = {}): Auth {
  const { acceptsToken, treatPendingAsSignedOut } = options;
  return selectAuth(authentication.authWhen(treatPendingAsSignedOut), acceptsToken, authentication.unverified);
}

/**
 * An outage is thrown, and so is a fault: as a signed-out object, it would become a 401.
 *
 * @throws {AuthUnavailableError} (rejects)
 * @throws {AuthenticationFaultError} (rejects)
 */
async function verify<D>(
  authentication: RequestAuthentication<D>,
  acceptsToken: AcceptsToken,
  attach: (error: Error, denial: Denial) => void,
): Promise<void> {
  const { authenticator, view } = authentication;
  const state = await watched(authenticator.config, 'request', () => authentication.authenticate(acceptsToken), view);
  if (state.status !== 'unavailable') return;
  if (state.reason === FAULT) {
    const cause = state.cause ?? null;
    const error = new AuthenticationFaultError(cause === null ? {} : { cause });
    attach(error, faultDenial(cause));
    throw error;
  }
  const reason = isTokenReason(state.reason) ? state.reason : 'unexpected-error';
  const retryAfterMs = retryAfterOf(state);
  const error = new AuthUnavailableError(reason, state.message, retryAfterMs);
  attach(error, unavailableDenial(reason, retryAfterMs));
  throw error;
}
