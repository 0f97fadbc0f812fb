/** What was decided about a request. Cheap on the hot path: `Headers` are built only for who looks at them. */
import type { Reason } from '../errors.js';
import type { Auth, RequestState, RequestStatus, TokenType } from '../types.js';
import type { HeaderPairs } from '../shared/headers.js';
import { retryAfterSeconds } from './guards/challenge.js';

export type { HeaderPairs };

export interface Decision {
  readonly status: RequestStatus;
  readonly tokenType: TokenType | null;
  readonly reason: Reason | null;
  readonly message: string;
  /** What the verdict on a token says for itself, in fixed words: a guard's answer may repeat it. */
  readonly detail?: string;
  readonly auth: Auth;
  readonly token?: string | null;
  readonly headers?: HeaderPairs | null;
  /** Whose token it is, for events: a pending session has a user whom its auth object does not show. */
  readonly subject?: string;
  /** What went wrong, with the reason `authentication-fault`. */
  readonly cause?: Error;
  /** When to try again, in milliseconds, if the status is `unavailable`. */
  readonly retryAfterMs?: number | null;
  /** When the credential ends, in milliseconds since the epoch and without any tolerance; null: it does not. */
  readonly expiresAt?: number | null;
  /** Until when it is accepted: `expiresAt` with the tolerance that goes with its form. */
  readonly usableUntil?: number;
}

const NONE: HeaderPairs = Object.freeze([]);

/** The token and the headers (which may carry one) are no own properties: logs and JSON do not show them. */
export class DecidedState implements RequestState {
  readonly status: RequestStatus;
  readonly isAuthenticated: boolean;
  readonly tokenType: TokenType | null;
  readonly reason: Reason | null;
  readonly message: string;
  readonly auth: Auth;
  readonly retryAfterMs: number | null;
  /** When the credential that signed the caller in ends, in milliseconds since the epoch; null if it does not. */
  readonly expiresAt: number | null;
  /** Until when it is accepted, in milliseconds since the epoch. Who looks later than that has to decide anew. */
  readonly usableUntil: number;
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
    this.#detail = decision.detail ?? null;
    this.#cause = decision.cause ?? null;
    this.#subject = decision.subject ?? null;
    this.#token = decision.token ?? null;
    this.#given = decision.headers ?? null;
  }

  get token(): string | null {
    return this.#token;
  }

  /** What the verdict on the token that was refused says for itself, in fixed words; null where there was none. */
  get detail(): string | null {
    return this.#detail;
  }

  get cause(): Error | null {
    return this.#cause;
  }

  get subject(): string | null {
    return this.#subject;
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
    return (this.#pairs ??=
      this.retryAfterMs === null
        ? [...this.#describe(), ...(this.#given ?? NONE)]
        : [['Retry-After', retryAfterSeconds(this.retryAfterMs)]]);
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

/** `Headers` give names in lower case; these are looked for as we write them. */
const SPELLING = new Map(['Location', 'Set-Cookie', 'Vary'].map((name) => [name.toLowerCase(), name]));

/** The headers of a state as pairs, whoever made it: another copy of the package may have. */
export function headerPairsOf(state: RequestState): HeaderPairs {
  if (state instanceof DecidedState) return state.headerPairs();
  return [...state.headers].map(([name, value]) => [SPELLING.get(name) ?? name, value] as const);
}
