/** `getAuth`, `authenticate` and `currentUser`, whatever the framework. */
import type { User } from '../../api/generated/types.js';
import { AuthenticationFaultError, AuthUnavailableError } from '../../errors.js';
import { isTokenReason } from '../../ground/meanings.js';
import type { AcceptsToken, AuthFor, Denial, RequestState } from '../../types.js';
import { selectAuth, type GetAuthOptions } from '../auth/select-auth.js';
import type { Config } from '../config/config.js';
import { FAULT, failWithFault } from '../faults/fault.js';
import { faultDenial, unavailableDenial } from '../guards/challenge.js';
import { retryAfterOf } from '../outcome.js';
import type { RequestAuthentication } from './request-authentication.js';
import type { Slot } from './slot.js';

type Attach = (error: Error, denial: Denial) => void;

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
  /** The signed-in user from the Backend API, with one call for each request; null if nobody is signed in. */
  readonly currentUser: (request: R) => Promise<User | null>;
}

/**
 * @param parts.show puts the caller where handlers find it, after a look that may have changed it
 * @param parts.attach makes the error one that the framework answers with the denial, if the application does not catch it
 */
export function createReaders<R, D>(parts: {
  readonly slot: Slot<R, D>;
  readonly show: (request: R, authentication: RequestAuthentication<D>) => void;
  readonly attach: Attach;
}): Readers<R> {
  const { slot, show, attach } = parts;
  return {
    getAuth<A extends AcceptsToken>(request: R, { acceptsToken, treatPendingAsSignedOut }: GetAuthOptions<A> = {}) {
      const authentication = slot.require(request, 'getAuth');
      const auth = authentication.authWhen(treatPendingAsSignedOut);
      return selectAuth(auth, acceptsToken, authentication.unverified) as AuthFor<A>;
    },
    async authenticate<A extends AcceptsToken>(request: R, { acceptsToken }: { readonly acceptsToken: A }) {
      const authentication = slot.require(request, 'authenticate');
      const state = await authentication.watched('request', () => authentication.authenticate(acceptsToken));
      if (state.status === 'unavailable') throw answered(errorOf(state), attach);
      show(request, authentication);
      return selectAuth(authentication.auth, acceptsToken) as AuthFor<A>;
    },
    currentUser: async (request) => userOf(slot.require(request, 'currentUser'), attach),
  };
}

/** The users that were asked for, by the authentication of the request. */
const users = new WeakMap<object, { readonly userId: string; readonly user: Promise<User | null> }>();

function userOf<D>(authentication: RequestAuthentication<D>, attach: Attach): Promise<User | null> | null {
  const { auth } = authentication;
  // A machine is not the user that it acts for.
  if (auth.tokenType !== 'session_token' || !auth.isAuthenticated) return null;
  const { userId } = auth;
  let known = users.get(authentication);
  if (known?.userId !== userId) {
    known = { userId, user: fetchUser(authentication.authenticator.config, userId, attach) };
    users.set(authentication, known);
  }
  return known.user;
}

async function fetchUser(config: Config, userId: string, attach: Attach): Promise<User | null> {
  try {
    // Loaded with the first user that is asked for.
    const loaded = import('../auth/current-user.js').then((module) => module.fetchUser);
    const fetch = await loaded.catch((error: unknown) => failWithFault(config, error));
    return await fetch(config, userId);
  } catch (error) {
    throw answered(error, attach);
  }
}

/** Makes an outage and a fault that the application does not catch end as a guard would answer them. */
function answered(error: unknown, attach: Attach): unknown {
  if (error instanceof AuthUnavailableError) attach(error, unavailableDenial(error.reason, error.retryAfterMs));
  if (error instanceof AuthenticationFaultError) attach(error, faultDenial(null));
  return error;
}

/** An outage is thrown, and so is a fault: as a signed-out object, it would become a 401. */
function errorOf(state: RequestState): AuthUnavailableError | AuthenticationFaultError {
  const { cause, reason, message } = state;
  if (reason === FAULT) return new AuthenticationFaultError(cause ? { cause } : {});
  return new AuthUnavailableError(isTokenReason(reason) ? reason : 'unexpected-error', message, retryAfterOf(state));
}
