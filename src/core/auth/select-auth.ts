/** The auth object that `getAuth` returns for the kinds that are asked for (Clerk's documentation, `getAuth`). */
import type { Reason } from '../../reasons.js';
import type { AcceptsToken, Auth, TokenType } from '../../types.js';
import { invalidToken, notVerified, unauthenticated } from './auth-objects.js';

/** @typeParam A the kinds that are asked for */
export interface GetAuthOptions<A extends AcceptsToken> {
  /** Default `session_token`: an API key that carries a user's id is then signed out. */
  readonly acceptsToken?: A;
  /** Whether a session with unfinished tasks is signed out. Default: the option of the middleware. */
  readonly treatPendingAsSignedOut?: boolean;
}

/**
 * The object itself, if its kind is asked for. Otherwise an object without a caller: of the one kind that was asked for, or
 * of no kind. An object of an accepted kind may be unauthenticated: test `isAuthenticated`, never the kind alone.
 *
 * @param unverified the kind of the credential that the request has and nobody has looked at; null: there is none
 */
export function selectAuth(
  auth: Auth,
  acceptsToken: AcceptsToken = 'session_token',
  unverified: TokenType | null = null,
): Auth {
  if (unverified !== null && isAmong(unverified, acceptsToken)) return notVerified(unverified);
  if (acceptsToken === 'any') return auth;
  const reason: Reason | null = auth.isAuthenticated ? 'token-type-mismatch' : auth.reason;
  if (typeof acceptsToken === 'string') {
    return auth.tokenType === acceptsToken ? auth : unauthenticated(acceptsToken, reason);
  }
  return auth.tokenType !== null && acceptsToken.includes(auth.tokenType) ? auth : invalidToken(reason);
}

const isAmong = (kind: TokenType, asked: AcceptsToken): boolean =>
  asked === 'any' || (typeof asked === 'string' ? asked === kind : asked.includes(kind));
