/**
 * Faults: what throws although nothing that a client or Clerk does should make it. User code (an own `fetch`, clock or request
 * view, a callback), or a bug. The door stays closed, the answer is 500 and says nothing, and whoever runs the server is told
 * all of it. (A 503 says that Clerk did not answer, and nothing else.)
 */
import { AuthenticationFaultError, BailiffError } from '../../errors.js';
import type { TokenReason } from '../../reasons.js';
import { TOKEN_MEANINGS } from '../../ground/meanings.js';
import type { MaybePromise } from '../../ports.js';
import type { BailiffEvent, RequestView, TokenType } from '../../types.js';
import { withRealErrors } from './as-error.js';
import type { Config } from '../config/config.js';
import { presentable } from './error-text.js';
import { unavailable, type AuthOutcome } from '../outcome.js';
import { eventRequest } from '../request/event-request.js';

export type FaultContext = Extract<BailiffEvent, { type: 'fault' }>['during'];
/** What faults are told to. */
export type FaultListener = Pick<Config, 'secretKey' | 'machineSecretKey' | 'emit' | 'log' | 'now'>;

export const FAULT: Extract<TokenReason, 'authentication-fault'> = 'authentication-fault';

/** Answers that were meant, and faults that were told where they arose. */
const NO_FAULTS: ReadonlySet<string> = new Set([
  'ConfigurationError',
  'AuthUnavailableError',
  'AuthenticationFaultError',
]);

/**
 * Tells the listener and the logger. Never throws. Gives the error as it may be shown.
 *
 * @param view of the request that it happened to
 */
export function reportFault(to: FaultListener, during: FaultContext, thrown: unknown, view?: RequestView): Error {
  const secrets = [to.secretKey, to.machineSecretKey].filter((key) => key !== null);
  const error = presentable(thrown, secrets);
  if (NO_FAULTS.has(error.name)) return error;
  to.emit?.({ type: 'fault', during, error, ...eventRequest(view) });
  to.log.fault(error, during, to.now);
  return error;
}

/** Runs what may call user code: whatever that throws or rejects with is told, and leaves here as a real error. */
export function watched<T>(
  to: FaultListener,
  during: FaultContext,
  run: () => MaybePromise<T>,
  view?: RequestView,
): MaybePromise<T> {
  return withRealErrors(run, (thrown) => void reportFault(to, during, thrown, view));
}

/** The outcome of a request for which something threw: nobody, and neither a refusal nor an outage. */
export function faultOutcome(to: FaultListener, tokenType: TokenType, thrown: unknown, view: RequestView): AuthOutcome {
  return unavailable(tokenType, FAULT, TOKEN_MEANINGS[FAULT], { cause: reportFault(to, 'request', thrown, view) });
}

/** What a method that throws makes of a fault: the error of that name. What was meant to be thrown stays. */
export function failWithFault(to: FaultListener, thrown: unknown): never {
  if (thrown instanceof BailiffError) throw thrown;
  throw new AuthenticationFaultError({ cause: reportFault(to, 'token', thrown) });
}
