/** A browser's session or a session token in the header: from evidence to an outcome, effects included. */
import type { Reason } from '../../errors.js';
import type { MaybePromise } from '../../ports.js';
import type { ClassifiedToken } from '../../verify/classify.js';
import type { VerifiedSession } from '../../verify/verdict.js';
import type { Verifier } from '../../verify/verifier.js';
import type { Config } from '../config/config.js';
import type { Evidence } from '../request/evidence.js';
import type { Backend } from '../wire/backend.js';

/** Headers for the response, in order. Null when there are none. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

export type SessionOutcome =
  | { readonly status: 'signed-in'; readonly session: VerifiedSession; readonly headers: HeaderList | null }
  | {
      readonly status: 'signed-out';
      readonly reason: Reason;
      readonly message: string;
      readonly headers: HeaderList | null;
    }
  | { readonly status: 'handshake'; readonly reason: Reason; readonly message: string; readonly headers: HeaderList }
  | {
      readonly status: 'unavailable';
      readonly reason: Reason;
      readonly message: string;
      readonly retryAfterMs: number;
    };

export interface SessionParts {
  readonly config: Config;
  readonly verifier: Verifier;
  readonly backend: Backend | null;
}

export interface SessionFlow {
  /** A request without a header token: cookies, handshake, satellites, organizations. */
  fromCookies(evidence: Evidence): MaybePromise<SessionOutcome>;
  /** A session token from the `Authorization` header: verified, else refreshed or renewed by a handshake. */
  fromHeader(evidence: Evidence, token: ClassifiedToken): MaybePromise<SessionOutcome>;
}

export function createSessionFlow(parts: SessionParts): SessionFlow {
  void parts;
  throw new Error('not yet');
}
