/** A handshake token: a JWT that names no caller and carries the cookies that the Frontend API wants to set. */
import { expiry, issuedAt, isText, notBefore, type ClaimRule } from './claims.js';
import type { DecodedJwt } from './decode.js';
import { INVALID, PLAIN_TYPES, SESSION_CATEGORIES, WRONG_TYPE, type JwtPolicy } from './jwt-policy.js';
import { accept, refuse, type Verdict } from './verdict.js';

/**
 * The greatest age of a handshake, in milliseconds. Clerk's own live for about a minute, and the cookie that carries one
 * for seconds. The rest is for a redirect over a slow line, and for a tab that was suspended on its way.
 */
const MAX_AGE_MS = 600_000;

const STALE = refuse('token-expired', 'The handshake was issued too long ago.');
const NO_HANDSHAKE = refuse('token-invalid', 'The token is no handshake.');
const NO_DIRECTIVES = refuse('token-verification-failed', 'The handshake token holds no list of cookies.');

/**
 * A handshake has the header of a session token, and a machine may ask for a token with any claim of its own. The
 * difference is that a handshake has neither `sub` nor `sid`. A null counts as a name: a true handshake lacks both claims.
 */
const lacksCaller: ClaimRule = ({ sub, sid }) => (sub === undefined && sid === undefined ? null : NO_HANDSHAKE);

/** The protocol promises no `exp`; one that is there counts. */
const expiryIfAny: ClaimRule = (claims, expected, nowMs) =>
  claims['exp'] === undefined ? null : expiry(claims, expected, nowMs);

/**
 * Attack: an old handshake would sign out, or sign in again, everybody who still has its address. This rule comes after
 * `issuedAt`, which has found `iat` to be a date or absent.
 */
const recent: ClaimRule = ({ iat }, { clockSkewMs }, nowMs) =>
  typeof iat === 'number' && iat * 1000 <= nowMs - MAX_AGE_MS - clockSkewMs ? STALE : null;

/** The cookies are not judged here: the session token among them is verified before anybody is signed in. */
export const HANDSHAKE_POLICY: JwtPolicy = {
  types: PLAIN_TYPES,
  foreignType: WRONG_TYPE,
  categories: SESSION_CATEGORIES,
  foreignCategory: INVALID,
  claims: [lacksCaller, expiryIfAny, notBefore, issuedAt, recent],
};

/** The `Set-Cookie` values of a handshake that has been proved. */
export function directivesOf({ payload }: DecodedJwt): Verdict<readonly string[]> {
  const directives = payload['handshake'];
  return Array.isArray(directives) && directives.every(isText) ? accept(Object.freeze(directives)) : NO_DIRECTIVES;
}
