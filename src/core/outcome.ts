/** The outcome of authentication. One object goes from the decision to the answer; no layer wraps it anew. */
import { symbolOf } from '../ground/builds.js';
import type { Reason } from '../reasons.js';
import { meaningOf } from '../ground/meanings.js';
import type { HeaderPairs } from '../ground/headers.js';
import type { Clock } from '../ports.js';
import { DEFAULT_RETRY_AFTER_MS, retryAfterSeconds } from '../ground/retry-after.js';
import type { Auth, RequestState, RequestStatus, TokenType } from '../types.js';
import { invalidToken, signedOutSession, unauthenticated } from './auth/auth-objects.js';

export interface Decision {
  readonly status: RequestStatus;
  readonly tokenType: TokenType | null;
  readonly reason: Reason | null;
  readonly message: string;
  /** The message of the verdict on a token. It is a fixed text, so a guard's answer may repeat it. */
  readonly detail?: string | null;
  readonly auth: Auth;
  /** For a pending session: makes its auth object with pending counted as signed out, or not. */
  readonly pending?: ((isSignedOut: boolean) => Auth) | undefined;
  readonly token?: string | null;
  readonly headers?: HeaderPairs | null;
  /** Whose token it is, for events: a pending session has a user whom its auth object does not show. */
  readonly subject?: string;
  /** The error, with the reason `authentication-fault`. */
  readonly cause?: Error;
  /** When to try again, in milliseconds, if the status is `unavailable`. */
  readonly retryAfterMs?: number | null;
  /** When the credential ends, in milliseconds since the epoch and without any tolerance; null: it does not. */
  readonly expiresAt?: number | null;
  /** Until when it is accepted: `expiresAt` with the tolerance that goes with its form. */
  readonly usableUntil?: number;
}

/** Marks the prototype, because an authenticator of the other build makes outcomes of another class of this name. */
const OUTCOME = symbolOf('outcome');

/** Whether a state is an outcome, with what a state of somebody else lacks. */
export const isOutcome = (state: RequestState): state is AuthOutcome =>
  (state as unknown as Record<symbol, unknown>)[OUTCOME] === true;

const NONE: HeaderPairs = Object.freeze([]);

/**
 * `Headers` are built only on demand: the hot path has none. The token and the headers (which may carry one) are no own
 * properties, so logs and JSON do not show them.
 */
export class AuthOutcome implements RequestState {
  readonly status: RequestStatus;
  readonly isAuthenticated: boolean;
  readonly tokenType: TokenType | null;
  readonly reason: Reason | null;
  readonly message: string;
  readonly auth: Auth;
  readonly retryAfterMs: number | null;
  /** When the credential that signed the caller in ends, in milliseconds since the epoch; null if it does not. */
  readonly expiresAt: number | null;
  /** Until when it is accepted, in milliseconds since the epoch. A later look has to decide anew. */
  readonly usableUntil: number;
  readonly #pending: ((isSignedOut: boolean) => Auth) | null;
  readonly #detail: string | null;
  readonly #cause: Error | null;
  readonly #subject: string | null;
  readonly #token: string | null;
  readonly #given: HeaderPairs | null;
  #headers: Headers | undefined;
  #pairs: HeaderPairs | undefined;

  constructor(decision: Decision) {
    this.status = decision.status;
    this.isAuthenticated = decision.status === 'signed-in';
    this.tokenType = decision.tokenType;
    this.reason = decision.reason;
    this.message = decision.message;
    this.auth = decision.auth;
    this.retryAfterMs = decision.retryAfterMs ?? null;
    this.expiresAt = decision.expiresAt ?? null;
    this.usableUntil = decision.usableUntil ?? Infinity;
    this.#pending = decision.pending ?? null;
    this.#detail = decision.detail ?? null;
    this.#cause = decision.cause ?? null;
    this.#subject = decision.subject ?? null;
    this.#token = decision.token ?? null;
    this.#given = decision.headers ?? null;
  }

  /** The auth object, with a pending session as signed out, or not; undefined: as the options say. */
  authWhen(pendingIsSignedOut: boolean | undefined): Auth {
    return pendingIsSignedOut === undefined || this.#pending === null ? this.auth : this.#pending(pendingIsSignedOut);
  }

  get token(): string | null {
    return this.#token;
  }

  /** The message of the verdict on the refused token, a fixed text; null without one. */
  get detail(): string | null {
    return this.#detail;
  }

  get cause(): Error | null {
    return this.#cause;
  }

  get subject(): string | null {
    return this.#subject;
  }

  /** The headers that the decision itself brought (cookies, a redirect), without those that describe it; null: none. */
  get decidedHeaders(): HeaderPairs | null {
    return this.#given;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new Headers();
      for (const [name, value] of this.headerPairs()) this.#headers.append(name, value);
    }
    return this.#headers;
  }

  /** The same headers without a `Headers`. */
  headerPairs(): HeaderPairs {
    if (this.status === 'signed-in') return this.#given ?? NONE;
    const { retryAfterMs } = this;
    const more: HeaderPairs =
      retryAfterMs === null ? (this.#given ?? NONE) : [['Retry-After', retryAfterSeconds(retryAfterMs)]];
    return (this.#pairs ??= [...this.#describe(), ...more]);
  }

  /** Tools for developers read these; a value that cannot be a header is left out. */
  #describe(): HeaderPairs {
    const pairs = [
      ['x-clerk-auth-status', this.status],
      ['x-clerk-auth-reason', this.reason ?? ''],
      ['x-clerk-auth-message', this.message],
    ] as const;
    return pairs.filter(([, value]) => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value));
  }
}
Object.defineProperty(AuthOutcome.prototype, OUTCOME, { value: true });

/** @param tokenType null: no caller of any accepted kind */
export function signedOut(
  tokenType: TokenType | null,
  reason: Reason,
  more: Partial<Pick<Decision, 'message' | 'detail' | 'headers'>> = {},
): AuthOutcome {
  const auth = tokenType === null ? invalidToken(reason) : unauthenticated(tokenType, reason);
  const message = meaningOf(reason) ?? '';
  return new AuthOutcome({ status: 'signed-out', tokenType, reason, message, auth, ...more });
}

/** The outcome of a request that is answered with 400 before anything is read from it. */
export function impossibleRequest(): AuthOutcome {
  const message = 'The request is not one that an application can serve.';
  const auth = signedOutSession(null);
  return new AuthOutcome({ status: 'signed-out', tokenType: null, reason: null, message, auth });
}

/** The browser is sent away to come back with a new session: 307 with these headers. */
export function handshake(reason: Reason, message: string, headers: HeaderPairs): AuthOutcome {
  const auth = unauthenticated('session_token', reason);
  return new AuthOutcome({ status: 'handshake', tokenType: 'session_token', reason, message, auth, headers });
}

/** The request could not be authenticated now: 503. */
export function unavailable(
  tokenType: TokenType,
  reason: Reason,
  message: string,
  more: Pick<Decision, 'retryAfterMs' | 'cause'>,
): AuthOutcome {
  const auth = unauthenticated(tokenType, reason);
  return new AuthOutcome({ status: 'unavailable', tokenType, reason, message, auth, ...more });
}

/** `Headers` give names in lower case; these are looked for as we write them. */
const SPELLING = new Map(['Location', 'Set-Cookie', 'Vary'].map((name) => [name.toLowerCase(), name]));

/** The headers of a state as pairs, whoever made it: another copy of the package may have. */
export function headerPairsOf(state: RequestState): HeaderPairs {
  if (isOutcome(state)) return state.headerPairs();
  return [...state.headers].map(([name, value]) => [SPELLING.get(name) ?? name, value] as const);
}

export const hasLocation = (headers: HeaderPairs): boolean =>
  headers.length > 0 && headers.some(([name]) => name === 'Location');

/** Whether the credential that decided is no longer accepted. */
export const hasEnded = (state: RequestState, now: Clock): boolean =>
  isOutcome(state) && state.usableUntil !== Infinity && now() >= state.usableUntil;

/** When to try again, in milliseconds, whoever made the state. */
export function retryAfterOf(state: RequestState): number {
  return (isOutcome(state) ? state.retryAfterMs : null) ?? DEFAULT_RETRY_AFTER_MS;
}
