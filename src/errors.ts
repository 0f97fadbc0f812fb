/**
 * Every error that Bailiff throws on purpose, in one family.
 *
 * Inside, an expected outcome is a value (a verdict, a state, a denial); these classes are what public functions throw.
 * A message may name a variable, a reason or an id that we made ourselves; never a token, a key or a header's text.
 */
import { isInstance } from './ground/class-brand.js';
import type { TokenReason } from './ground/meanings.js';

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
