/** Exchanges the nonce of a handshake for its payload. The Backend API gives the payload once. */
import { UpstreamUnreachable, type UpstreamAnswer } from '../../ports.js';
import { createSingleFlight, FlightLost, WAITER_DEADLINE_MS } from '../../verify/single-flight.js';
import type { Backend } from '../backend-api/client.js';
import { directivesAt } from './set-cookie.js';
import { isRecord } from '../../ground/is-record.js';
import { isNoVerdict } from '../../ground/upstream-body.js';
import { DEFAULT_RETRY_AFTER_MS } from '../../ground/retry-after.js';

export interface Exchanged {
  /** `Set-Cookie` values; null: Clerk does not know the nonce, or was not reached. An empty list ends the session. */
  readonly directives: readonly string[] | null;
  /** Milliseconds to wait, where Clerk could not be asked; else null. */
  readonly outageMs: number | null;
}

export type NonceExchange = (nonce: string) => Promise<Exchanged>;

const nothing = (outageMs: number | null): Exchanged => ({ directives: null, outageMs });

/**
 * Concurrent requests with one nonce (a page and its parts, or a repeated request) share one call, because a second call would
 * find the nonce unknown. Nothing is kept after the call. A failure may be over at the next request, and a kept payload would
 * sign in everybody who repeats the nonce.
 */
export function createNonceExchange(backend: Backend, now: () => number): NonceExchange {
  const flights = createSingleFlight<Exchanged>(WAITER_DEADLINE_MS, now);
  return (nonce) => flights.run(nonce, () => backend.handshakePayload(nonce).then(read)).catch(unreachable);
}

function read({ status, body, retryAfterMs }: UpstreamAnswer): Exchanged {
  if (saysNothing({ status, body })) return nothing(retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
  // A payload without a list is no payload.
  const isPayload = status === 200 && isRecord(body) && Array.isArray(body['directives']);
  return isPayload ? { directives: directivesAt(body, 'directives'), outageMs: null } : nothing(null);
}

/** An outage is no error here, because the visitor can start over. */
function unreachable(error: unknown): Exchanged {
  if (error instanceof UpstreamUnreachable) return nothing(error.retryAfterMs);
  if (error instanceof FlightLost) return nothing(DEFAULT_RETRY_AFTER_MS);
  throw error;
}

/** A 200 without a JSON object comes from something between, and a 401 is about this server's key. */
function saysNothing(answer: Pick<UpstreamAnswer, 'status' | 'body'>): boolean {
  const { status, body } = answer;
  return status === 200 ? !isRecord(body) : status === 401 || isNoVerdict(answer);
}
