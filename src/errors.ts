/**
 * Every way in which Bailiff says no, in one family and one table.
 *
 * Inside, an expected outcome is a value (a verdict, a state, a denial); these classes are what public functions throw.
 * A message may name a variable, a reason or an id that we made ourselves; never a token, a key or a header's text.
 */
import { isInstance } from './ground/class-brand.js';
import { knownReason, REQUEST_MEANINGS, TOKEN_MEANINGS, type TokenReason } from './ground/meanings.js';

/** What a reason code means to a person: the cause, the HTTP status a guard answers with, and what to do about it. */
export interface ReasonInfo {
  readonly status: 401 | 500 | 503;
  readonly meaning: string;
  readonly remedy: string;
}

type Remedies<Meanings> = Readonly<Record<keyof Meanings, string>>;
type Reasons<Meanings> = Readonly<Record<keyof Meanings, ReasonInfo>>;

const SIGN_IN_AGAIN = 'Sign in again, or fetch a new token from the session.';
const CHECK_KEYS = 'Check that the token is from the Clerk instance whose keys this server uses.';
const CHECK_CLOCK = 'Check the clock of this server.';
const NEEDS_HANDSHAKE = 'Load a page, which renews the session by a handshake; an API client fetches a new token.';
const SET_A_KEY = 'Set CLERK_JWT_KEY or CLERK_SECRET_KEY.';

const TOKEN_REMEDIES: Remedies<typeof TOKEN_MEANINGS> = {
  'token-expired': SIGN_IN_AGAIN,
  'token-invalid': CHECK_KEYS,
  'token-invalid-algorithm': CHECK_KEYS,
  'token-invalid-authorized-parties': 'Add the origin of the frontend to `authorizedParties`.',
  'token-invalid-issuer': CHECK_KEYS,
  'token-invalid-signature': CHECK_KEYS,
  'token-not-active-yet': 'Check the clocks of this server and of the issuer.',
  'token-iat-in-the-future': CHECK_CLOCK,
  'token-verification-failed': CHECK_KEYS,
  'token-type-mismatch': 'Send a token of an accepted kind.',
  'jwk-kid-mismatch': CHECK_KEYS,
  'jwk-kid-unchecked': 'Retry when `Retry-After` says.',
  'jwk-local-missing': SET_A_KEY,
  'jwk-failed-to-resolve': SET_A_KEY,
  'jwk-remote-failed-to-load': 'Check that CLERK_API_URL can be reached.',
  'secret-key-invalid': 'Check CLERK_SECRET_KEY.',
  'unexpected-error': 'Retry later.',
  'not-verified':
    'Call `await authenticate(…, { acceptsToken })`, put a guard before the handler, or give `acceptsToken` to the middleware.',
  'authentication-fault': 'Look for the error in the log of this server, or in the event `fault`.',
};

const REQUEST_REMEDIES: Remedies<typeof REQUEST_MEANINGS> = {
  'session-token-and-uat-missing': 'Sign in.',
  'publishable-key-missing': 'Set CLERK_PUBLISHABLE_KEY.',
  'session-token-missing': 'Sign in.',
  'session-token-but-no-client-uat': NEEDS_HANDSHAKE,
  'client-uat-but-no-session-token': NEEDS_HANDSHAKE,
  'session-token-iat-before-client-uat': NEEDS_HANDSHAKE,
  'session-token-expired': NEEDS_HANDSHAKE,
  'session-token-nbf': CHECK_CLOCK,
  'session-token-iat-in-the-future': CHECK_CLOCK,
  'session-token-missing-azp': NEEDS_HANDSHAKE,
  'session-pending': 'Complete the tasks that sign-in asks for.',
  'dev-browser-missing': NEEDS_HANDSHAKE,
  'dev-browser-sync': NEEDS_HANDSHAKE,
  'satellite-needs-syncing': NEEDS_HANDSHAKE,
  'primary-responds-to-syncing': NEEDS_HANDSHAKE,
  'primary-domain-cross-origin-sync': NEEDS_HANDSHAKE,
  'active-organization-mismatch': NEEDS_HANDSHAKE,
  'No token in header': 'Send one as `Authorization: Bearer <token>`.',
};

/** What is not the client's doing. Everything else is a 401. */
const STATUS: Readonly<Record<string, ReasonInfo['status'] | undefined>> = {
  'jwk-kid-unchecked': 503,
  'jwk-failed-to-resolve': 503,
  'jwk-remote-failed-to-load': 503,
  'secret-key-invalid': 503,
  'unexpected-error': 503,
  'authentication-fault': 500,
};

// A call that bundlers may drop: a server carries the meanings alone.
const tableOf = /* @__NO_SIDE_EFFECTS__ */ <Meanings extends Readonly<Record<string, string>>>(
  meanings: Meanings,
  remedies: Remedies<Meanings>,
): Reasons<Meanings> =>
  Object.fromEntries(
    (Object.keys(meanings) as (keyof Meanings & string)[]).map((reason) => [
      reason,
      { status: STATUS[reason] ?? 401, meaning: meanings[reason], remedy: remedies[reason] },
    ]),
  ) as unknown as Reasons<Meanings>;

/**
 * Reasons for which a single token is refused or cannot be checked: Clerk's codes, and a few of our own.
 *
 * @example
 * ```ts
 * import { TOKEN_REASONS } from 'bailiff';
 *
 * for (const [reason, { status, remedy }] of Object.entries(TOKEN_REASONS)) console.log(reason, status, remedy);
 * ```
 */
export const TOKEN_REASONS = tableOf(TOKEN_MEANINGS, TOKEN_REMEDIES);

/**
 * Reasons that come from the request rather than from one token (sessions without a token, cookies that disagree, ...).
 *
 * @example
 * ```ts
 * import { REQUEST_REASONS } from 'bailiff';
 *
 * console.log(REQUEST_REASONS['session-pending'].remedy);
 * ```
 */
export const REQUEST_REASONS = tableOf(REQUEST_MEANINGS, REQUEST_REMEDIES);

export type { TokenReason };
export type RequestReason = keyof typeof REQUEST_MEANINGS | `session-token-expired-refresh-${string}`;
export type Reason = TokenReason | RequestReason;

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
  const known = knownReason(reason);
  const table: Readonly<Record<string, ReasonInfo | undefined>> = { ...TOKEN_REASONS, ...REQUEST_REASONS };
  return (Object.hasOwn(table, known) && table[known]) || null;
}

/** Where each code is explained. */
const PAGE = 'https://github.com/bailiff-auth/bailiff/blob/main/docs/errors.md#';

/**
 * The base of all errors that Bailiff throws on purpose. `code` is stable; `message` is for people.
 *
 * @example
 * ```ts
 * import { BailiffError } from 'bailiff';
 *
 * export const codeOf = (error: unknown) => (error instanceof BailiffError ? error.code : 'unknown');
 * ```
 */
export abstract class BailiffError extends Error {
  /** Written out in each class: minifiers rename classes. */
  abstract override readonly name: string;
  abstract readonly code: string;
  /** An error of another copy of this package, or of its other build, is an instance too. */
  protected static readonly bailiffClass: string = 'BailiffError';
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }

  /** @param section of the page that explains errors: the end of each message */
  constructor(message: string, section: string, options?: { cause?: unknown }) {
    super(`${message} ${PAGE}${section}`, options);
  }
}

/**
 * Options that cannot work. Thrown at creation; names the variable to set and what to set it to.
 *
 * @example
 * ```ts
 * import { ConfigurationError, createAuthenticator } from 'bailiff';
 *
 * try {
 *   createAuthenticator();
 * } catch (error) {
 *   if (!(error instanceof ConfigurationError)) throw error;
 *   console.error(`${error.option}: ${error.remedy}`);
 *   process.exitCode = 1;
 * }
 * ```
 */
export class ConfigurationError extends BailiffError {
  override readonly name = 'ConfigurationError';
  protected static override readonly bailiffClass = 'ConfigurationError';
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

/**
 * The token is bad: it was checked and refused.
 *
 * @example
 * ```ts
 * import { createAuthenticator, TokenVerificationError } from 'bailiff';
 *
 * const authenticator = createAuthenticator();
 *
 * export async function userOf(token: string): Promise<string | null> {
 *   try {
 *     return (await authenticator.verifySessionToken(token)).sub;
 *   } catch (error) {
 *     if (error instanceof TokenVerificationError) return null;
 *     throw error;
 *   }
 * }
 * ```
 */
export class TokenVerificationError extends BailiffError {
  override readonly name = 'TokenVerificationError';
  protected static override readonly bailiffClass = 'TokenVerificationError';
  readonly code: TokenReason;
  readonly reason: TokenReason;

  constructor(reason: TokenReason, message: string, options?: { cause?: unknown }) {
    super(message, reason, options);
    this.code = reason;
    this.reason = reason;
  }
}

/**
 * The token could not be checked now: Clerk cannot be reached, or does not accept this server. Never a reason to say 401.
 *
 * @example
 * ```ts
 * import { AuthUnavailableError, createAuthenticator } from 'bailiff';
 *
 * const authenticator = createAuthenticator();
 * await authenticator.warmup().catch((error: unknown) => {
 *   if (!(error instanceof AuthUnavailableError)) throw error;
 *   console.error(`${error.reason}: again in ${error.retryAfterMs} ms`);
 * });
 * ```
 */
export class AuthUnavailableError extends BailiffError {
  override readonly name = 'AuthUnavailableError';
  protected static override readonly bailiffClass = 'AuthUnavailableError';
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
 *
 * @example
 * ```ts
 * import { AuthenticationFaultError } from 'bailiff';
 *
 * export function report(error: unknown): void {
 *   if (error instanceof AuthenticationFaultError) console.error('look here first:', error.cause);
 * }
 * ```
 */
export class AuthenticationFaultError extends BailiffError {
  override readonly name = 'AuthenticationFaultError';
  protected static override readonly bailiffClass = 'AuthenticationFaultError';
  readonly code = 'authentication-fault';
  readonly reason = 'authentication-fault';
  /** What frameworks answer with if nobody catches it. */
  readonly status = 500;

  constructor(options?: { cause?: unknown }) {
    super('This server failed to authenticate the request.', 'authentication-fault', options);
  }
}
