/** What each reason means, in a sentence: all that a server carries up front. What to do about it stands in `reasons.ts`. */

/** Reasons for which a single token is refused or cannot be checked (Clerk's codes, plus those marked as ours). */
export const TOKEN_MEANINGS = {
  'token-expired': 'The token has expired.',
  'token-invalid': 'The token is malformed, revoked, unknown or of another kind.',
  'token-invalid-algorithm': 'The algorithm of the token is not accepted.',
  'token-invalid-authorized-parties': 'The token is not for an origin among `authorizedParties`.',
  'token-invalid-issuer': 'The token is not from the issuer that `issuer` names.',
  'token-invalid-signature': 'The signature does not match the key of this instance.',
  'token-not-active-yet': 'The token is not valid yet.',
  'token-iat-in-the-future': 'The token was issued in the future.',
  'token-verification-failed': 'The token does not meet the rules for its kind.',
  'token-type-mismatch': 'The token is of a kind that is not accepted here.',
  'jwk-kid-mismatch': 'The token names a key that this instance does not have.',
  // Ours.
  'jwk-kid-unchecked': 'The token names a key that cannot be looked for yet.',
  'jwk-local-missing': 'No key is configured for this token.',
  'jwk-failed-to-resolve': 'There is no way to find the key.',
  'jwk-remote-failed-to-load': 'The keys of the instance could not be loaded.',
  'secret-key-invalid': 'Clerk does not accept the secret key of this server.',
  'unexpected-error': 'Clerk could not check the token now.',
  // Ours.
  'not-verified': 'Nobody has verified this token yet.',
  'authentication-fault': 'Something failed on this server.',
} as const satisfies Record<string, string>;

/** Reasons that come from the request rather than from one token (sessions without a token, cookies that disagree, ...). */
export const REQUEST_MEANINGS = {
  'session-token-and-uat-missing': 'The request carries no credentials.',
  // Ours.
  'publishable-key-missing':
    'The request has a session cookie, but this server has no publishable key to read it with.',
  'session-token-missing': 'The session has ended.',
  'session-token-but-no-client-uat': 'The session cookie has no client cookie beside it.',
  'client-uat-but-no-session-token': 'The client is signed in, but sent no session token.',
  'session-token-iat-before-client-uat': 'The session changed after the token was issued.',
  'session-token-expired': 'The session token has expired.',
  'session-token-nbf': 'The session token is not valid yet.',
  'session-token-iat-in-the-future': 'The session token was issued in the future.',
  'session-token-missing-azp': 'The session token names no authorized party.',
  'session-pending': 'The session has unfinished tasks.',
  'dev-browser-missing': 'The request carries no token, and no cookie of a development browser.',
  'dev-browser-sync': 'The development browser is being synchronised.',
  'satellite-needs-syncing': 'The satellite has not synchronised with its primary.',
  'primary-responds-to-syncing': 'The primary answers a satellite.',
  'primary-domain-cross-origin-sync': 'The visitor came from another origin.',
  'active-organization-mismatch': 'The URL names another organization than the active one.',
  'No token in header': 'The request carries no token.',
} as const satisfies Record<string, string>;

export type TokenReason = keyof typeof TOKEN_MEANINGS;

const REFRESH_FAILED = 'session-token-expired-refresh-';

/** The reason that a table knows: why a refresh was not possible is part of the code, and explained with it. */
export const knownReason = (reason: string): string =>
  reason.startsWith(REFRESH_FAILED) ? 'session-token-expired' : reason;

const MEANINGS: Readonly<Record<string, string>> = { ...TOKEN_MEANINGS, ...REQUEST_MEANINGS };

/** Undefined for what is no reason. */
export function meaningOf(reason: string): string | undefined {
  const known = knownReason(reason);
  return Object.hasOwn(MEANINGS, known) ? MEANINGS[known] : undefined;
}

export function isTokenReason(reason: string | null): reason is TokenReason {
  return reason !== null && Object.hasOwn(TOKEN_MEANINGS, reason);
}
