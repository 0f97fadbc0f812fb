/**
 * The interfaces to the outside world. Everything that has an effect, or that a test must control, is injected as one of these;
 * `verify/` and `core/` use no global instead.
 */

import type { NotJson } from './ground/upstream-body.js';

/** A value, or a promise of one. The repeat path stays synchronous, because nothing on it has to be awaited. */
export type MaybePromise<T> = T | Promise<T>;

/** Milliseconds since the epoch, as `Date.now`. */
export type Clock = () => number;

/** The global `fetch`, or one with the same shape. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/**
 * A shared cache, as Keyv offers it: `ttlMs` in milliseconds. Bailiff bounds every call in time and treats any failure
 * as a miss, so a store that is down never blocks or fails a request. `get` has to see what `set` wrote before, from any
 * process: with a replica that lags, an invalidation is late by as much.
 */
export interface Store {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, ttlMs?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** Keeps a background task alive after the answer was sent (`ctx.waitUntil` on Workers). */
export type WaitUntil = (task: Promise<unknown>) => void;

/** What the Backend API answered: the status, the body if it was JSON (else `undefined`, and what it was), and `Retry-After` in ms. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Absent: it was JSON. */
  readonly notJson?: NotJson;
  readonly retryAfterMs: number | null;
}

/** The Backend API could not be asked at all. Thrown by an upstream port; carries no URL and no key. */
export class UpstreamUnreachable extends Error {
  constructor(
    readonly kind: 'timeout' | 'network' | 'circuit-open',
    /** When to try again, in milliseconds. */
    readonly retryAfterMs: number,
    options?: { cause?: unknown },
  ) {
    super(`The Backend API could not be reached (${kind}).`, options);
    this.name = 'UpstreamUnreachable';
  }
}

/** What verification asks of the Backend API. Each call is one attempt, bounded in time; rejects with {@link UpstreamUnreachable}. */
export interface VerificationUpstream {
  /** `GET /v1/jwks` */
  jwks(): Promise<UpstreamAnswer>;
  /** Asks about an opaque token. */
  verifyOpaque(operation: VerifyOperation, token: string): Promise<UpstreamAnswer>;
}

/** The keys that the Backend API accepts, by the names of their options. */
export type BackendKey = 'secretKey' | 'machineSecretKey';

/** An operation of the Backend API that verifies opaque tokens of one kind. It is a POST, with the token in its body. */
export interface VerifyOperation {
  /** The operation's id in the OpenAPI document. */
  readonly operation: string;
  /** Without a version, as Clerk's documentation has these paths. */
  readonly path: string;
  /** The member of the body that holds the token. */
  readonly parameter: string;
  /** The keys that may ask, the preferred one first. */
  readonly keys: readonly BackendKey[];
}
