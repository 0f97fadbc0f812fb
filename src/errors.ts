/**
 * Every way in which Bailiff says no, in one family and one table.
 *
 * Inside, an expected outcome is a value (a verdict, a state, a denial); these classes are what public functions throw.
 * A message may name a variable, a reason or an id that we made ourselves; never a token, a key or a header's text.
 */

/** What a reason code means to a person: the cause, the HTTP status a guard answers with, and what to do about it. */
export interface ReasonInfo {
  readonly status: 401 | 500 | 503;
  readonly meaning: string;
  readonly remedy: string;
}

const refused = /* @__NO_SIDE_EFFECTS__ */ (meaning: string, remedy: string): ReasonInfo => ({
  status: 401,
  meaning,
  remedy,
});
const unchecked = /* @__NO_SIDE_EFFECTS__ */ (meaning: string, remedy: string): ReasonInfo => ({
  status: 503,
  meaning,
  remedy,
});

const faulty = /* @__NO_SIDE_EFFECTS__ */ (meaning: string, remedy: string): ReasonInfo => ({
  status: 500,
  meaning,
  remedy,
});

const SIGN_IN_AGAIN = 'Sign in again, or fetch a new token from the session.';
const CHECK_KEYS = 'Check that the token comes from the Clerk instance whose keys this server uses.';
const NEEDS_HANDSHAKE = 'A page load renews the session by a handshake; an API client fetches a new token.';

/** Reasons for which a single token is refused or cannot be checked (Clerk's codes, plus those marked as ours). */
export const TOKEN_REASONS = {
  'token-expired': refused('The token has expired.', SIGN_IN_AGAIN),
  'token-invalid': refused('The token is malformed, revoked, unknown, or not of a kind that is accepted.', CHECK_KEYS),
  'token-invalid-algorithm': refused('The token is signed with an algorithm that is not accepted.', CHECK_KEYS),
  'token-invalid-authorized-parties': refused(
    'The token was issued for an origin that is not among `authorizedParties`, or names no origin.',
    'Add the origin of the frontend to `authorizedParties`.',
  ),
  'token-invalid-issuer': refused('The token was issued by another issuer than `issuer` names.', CHECK_KEYS),
  'token-invalid-signature': refused('The signature does not match the key of this instance.', CHECK_KEYS),
  'token-not-active-yet': refused('The token is not valid yet.', 'Check the clocks of this server and of the issuer.'),
  'token-iat-in-the-future': refused('The token was issued in the future.', 'Check the clock of this server.'),
  'token-verification-failed': refused('The token does not meet the rules for its kind.', CHECK_KEYS),
  'token-type-mismatch': refused(
    'The token is of a kind that is not accepted here.',
    'Send a token of an accepted kind.',
  ),
  'jwk-kid-mismatch': refused('The token names a key that this instance does not have.', CHECK_KEYS),
  // Ours.
  'jwk-kid-unchecked': unchecked(
    'The token names a key that is not known here, and it is too early to look for it again.',
    // One plain text: a template here would keep bundlers from dropping the whole table.
    'Retry when `Retry-After` says. If that does not help, check that the token comes from the Clerk instance whose keys this server uses.',
  ),
  'jwk-local-missing': refused('No key is configured for this token.', 'Set CLERK_JWT_KEY or CLERK_SECRET_KEY.'),
  'jwk-failed-to-resolve': unchecked('There is no way to find the key.', 'Set CLERK_JWT_KEY or CLERK_SECRET_KEY.'),
  'jwk-remote-failed-to-load': unchecked(
    'The keys of the instance could not be loaded.',
    'Check that CLERK_API_URL can be reached; known keys keep working meanwhile.',
  ),
  'secret-key-invalid': unchecked('Clerk does not accept the secret key of this server.', 'Check CLERK_SECRET_KEY.'),
  'unexpected-error': unchecked('Clerk could not check the token now.', 'Retry later.'),
  // Ours.
  'authentication-fault': faulty(
    'Something on this server failed before it could be told who sent the request.',
    'Look for the error in the log of this server, or in the event `fault`.',
  ),
} as const satisfies Record<string, ReasonInfo>;

/** Reasons that come from the request rather than from one token (sessions without a token, cookies that disagree, ...). */
export const REQUEST_REASONS = {
  'session-token-and-uat-missing': refused('The request carries no credentials.', 'Sign in.'),
  'session-token-missing': refused('The session has ended.', 'Sign in.'),
  'session-token-but-no-client-uat': refused('The session cookie has no client cookie beside it.', NEEDS_HANDSHAKE),
  'client-uat-but-no-session-token': refused('The client is signed in, but sent no session token.', NEEDS_HANDSHAKE),
  'session-token-iat-before-client-uat': refused('The session changed after the token was issued.', NEEDS_HANDSHAKE),
  'session-token-expired': refused('The session token has expired.', NEEDS_HANDSHAKE),
  'session-token-nbf': refused('The session token is not valid yet.', 'Check the clock of this server.'),
  'session-token-iat-in-the-future': refused(
    'The session token is from the future.',
    'Check the clock of this server.',
  ),
  'session-token-missing-azp': refused('The session token names no authorized party.', NEEDS_HANDSHAKE),
  'session-pending': refused('The session has unfinished tasks.', 'Complete the tasks that sign-in asks for.'),
  'dev-browser-missing': refused(
    'The request carries no token in a header, and no cookie of a development browser.',
    NEEDS_HANDSHAKE,
  ),
  'dev-browser-sync': refused('The development browser is being synchronised.', NEEDS_HANDSHAKE),
  'satellite-needs-syncing': refused('The satellite domain has not synchronised with its primary.', NEEDS_HANDSHAKE),
  'primary-responds-to-syncing': refused('The primary domain answers a satellite.', NEEDS_HANDSHAKE),
  'primary-domain-cross-origin-sync': refused('The visitor came from another origin.', NEEDS_HANDSHAKE),
  'active-organization-mismatch': refused('The URL names another organization than the active one.', NEEDS_HANDSHAKE),
  'No token in header': refused('The request carries no token.', 'Send one as `Authorization: Bearer <token>`.'),
} as const satisfies Record<string, ReasonInfo>;

export type TokenReason = keyof typeof TOKEN_REASONS;
export type RequestReason = keyof typeof REQUEST_REASONS | `session-token-expired-refresh-${string}`;
export type Reason = TokenReason | RequestReason;

// A call that bundlers may drop: whoever imports an error alone does not carry the table.
const allReasons = /* @__NO_SIDE_EFFECTS__ */ (): ReadonlyMap<string, ReasonInfo> =>
  new Map(Object.entries({ ...TOKEN_REASONS, ...REQUEST_REASONS }));
const REASONS = allReasons();
const REFRESH_FAILED = 'session-token-expired-refresh-';

/**
 * What a reason means and what to do about it; null for what is no reason.
 *
 * @example
 * ```ts
 * import { reasonInfo } from 'bailiff';
 *
 * console.log(reasonInfo('token-expired')?.remedy);
 * ```
 */
export function reasonInfo(reason: string): ReasonInfo | null {
  return REASONS.get(reason.startsWith(REFRESH_FAILED) ? 'session-token-expired' : reason) ?? null;
}

/** Where each code is explained. */
const PAGE = 'https://github.com/bailiff-auth/bailiff/blob/main/docs/errors.md#';

/** The base of all errors that Bailiff throws on purpose. `code` is stable; `message` is for people. */
export abstract class BailiffError extends Error {
  /** Written out in each class: minifiers rename classes. */
  abstract override readonly name: string;
  abstract readonly code: string;

  /** @param section of the page that explains errors: the end of each message */
  constructor(message: string, section: string, options?: { cause?: unknown }) {
    super(`${message} ${PAGE}${section}`, options);
  }
}

/** Options that cannot work. Thrown at creation; names the variable to set and what to set it to. */
export class ConfigurationError extends BailiffError {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration-invalid';
  /** The option at fault, as written in `createAuthenticator` (for example `secretKey`). */
  declare readonly option: string;
  /** What to do about it. */
  declare readonly remedy: string;

  constructor(option: string, message: string, remedy: string, options?: { cause?: unknown }) {
    super(`${message} ${remedy}`, 'configuration-invalid', options);
    this.option = option;
    this.remedy = remedy;
  }
}

/** The token is bad: it was checked and refused. */
export class TokenVerificationError extends BailiffError {
  override readonly name = 'TokenVerificationError';
  readonly code: TokenReason;
  readonly reason: TokenReason;

  constructor(reason: TokenReason, message: string, options?: { cause?: unknown }) {
    super(message, reason, options);
    this.code = reason;
    this.reason = reason;
  }
}

/** The token could not be checked now: Clerk cannot be reached, or does not accept this server. Never a reason to say 401. */
export class AuthUnavailableError extends BailiffError {
  override readonly name = 'AuthUnavailableError';
  readonly code = 'auth-unavailable';
  /** What frameworks answer with if nobody catches it. */
  readonly status = 503;
  readonly reason: TokenReason;
  /** When to try again, in milliseconds from now. */
  readonly retryAfterMs: number;

  constructor(reason: TokenReason, message: string, retryAfterMs: number, options?: { cause?: unknown }) {
    super(`${message} (reason=${reason})`, 'auth-unavailable', options);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Something on this server failed: a callback or an own `fetch`, clock or request view that threw, or a bug. Says nothing about
 * the credentials, and nothing about Clerk. `cause` is what was thrown, with its stack; see `AuthUnavailableError` for outages.
 */
export class AuthenticationFaultError extends BailiffError {
  override readonly name = 'AuthenticationFaultError';
  readonly code = 'authentication-fault';
  readonly reason = 'authentication-fault';
  /** What frameworks answer with if nobody catches it. */
  readonly status = 500;

  constructor(options?: { cause?: unknown }) {
    super('This server failed to authenticate the request.', 'authentication-fault', options);
  }
}
