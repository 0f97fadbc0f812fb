/** The outcomes of the session flow. */
import type { Reason } from '../../errors.js';
import type { VerifiedSession } from '../../verify/verdict.js';
import type { Verifier } from '../../verify/verifier.js';
import type { Config } from '../config/config.js';
import type { Backend } from '../backend-api/client.js';
import type { HeaderPairs } from '../../shared/headers.js';

export interface SignedIn {
  readonly status: 'signed-in';
  readonly session: VerifiedSession;
  readonly headers: HeaderPairs | null;
}
export interface SignedOut {
  readonly status: 'signed-out';
  readonly reason: Reason;
  readonly message: string;
  /** The message of the verdict, where a token was refused. */
  readonly detail?: string;
  readonly headers: HeaderPairs | null;
}
/** A redirect (307 with these headers) that brings the browser back with a new session. */
export interface Handshake {
  readonly status: 'handshake';
  readonly reason: Reason;
  readonly message: string;
  readonly headers: HeaderPairs;
}
/** The session could not be decided now: 503. */
export interface Unavailable {
  readonly status: 'unavailable';
  readonly reason: Reason;
  readonly message: string;
  /** Milliseconds from now. */
  readonly retryAfterMs: number;
}
export type SessionOutcome = SignedIn | SignedOut | Handshake | Unavailable;

/** The parts that the session flow works with. */
export interface SessionParts {
  readonly config: Config;
  readonly verifier: Verifier;
  /** Null without any key that the Backend API accepts: no refresh, no nonces. */
  readonly backend: Backend | null;
}
