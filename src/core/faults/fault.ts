/**
 * Faults: errors that neither a client nor Clerk can cause. They come from user code (an own `fetch`, clock or request view, a
 * callback) or from a bug. The request is refused with a 500 that says nothing; logger and listener get the error. (A 503 says
 * that Clerk did not answer, and nothing else.)
 */
import { AuthenticationFaultError, BailiffError } from '../../errors.js';
import type { TokenReason } from '../../reasons.js';
import { TOKEN_MEANINGS } from '../../ground/meanings.js';
import type { MaybePromise } from '../../ports.js';
import type { BailiffEvent, RequestView, TokenType } from '../../types.js';
import { withRealErrors } from './as-error.js';
import type { Config } from '../config/config.js';
import { safeError } from './error-text.js';
import { unavailable, type AuthOutcome } from '../outcome.js';
import { eventRequest } from '../request/event-request.js';

export type FaultContext = Extract<BailiffEvent, { type: 'fault' }>['during'];
/** The parts of a configuration that reporting a fault needs: listener, logger, clock, and the keys to cut out of the error. */
export type FaultListener = Pick<Config, 'secretKey' | 'machineSecretKey' | 'emit' | 'log' | 'now'>;

export const FAULT: Extract<TokenReason, 'authentication-fault'> = 'authentication-fault';

/** Errors that are meant as answers, and faults that were reported where they arose. */
const NO_FAULTS: ReadonlySet<string> = new Set([
  'ConfigurationError',
  'AuthUnavailableError',
  'AuthenticationFaultError',
]);

/**
 * Hands a fault to the listener and the logger. Never throws.
 *
 * @param view of the request during which it happened
 * @returns the error without secrets
 */
export function reportFault(to: FaultListener, during: FaultContext, thrown: unknown, view?: RequestView): Error {
  const secrets = [to.secretKey, to.machineSecretKey].filter((key) => key !== null);
  const error = safeError(thrown, secrets);
  if (NO_FAULTS.has(error.name)) return error;
  to.emit?.({ type: 'fault', during, error, ...eventRequest(view) });
  to.log.fault(error, during, to.now);
  return error;
}

/** Runs code that may call user code. Whatever that throws or rejects with is reported, and thrown on as a real error. */
export function watched<T>(
  to: FaultListener,
  during: FaultContext,
  run: () => MaybePromise<T>,
  view?: RequestView,
): MaybePromise<T> {
  return withRealErrors(run, (thrown) => void reportFault(to, during, thrown, view));
}

/** The outcome of a request during which something threw: no caller, and neither a refusal nor an outage. */
export function faultOutcome(to: FaultListener, tokenType: TokenType, thrown: unknown, view: RequestView): AuthOutcome {
  return unavailable(tokenType, FAULT, TOKEN_MEANINGS[FAULT], { cause: reportFault(to, 'request', thrown, view) });
}

/** Throws an error of Bailiff on as it is, and anything else as an {@link AuthenticationFaultError}, after reporting it. */
export function failWithFault(to: FaultListener, thrown: unknown): never {
  if (thrown instanceof BailiffError) throw thrown;
  throw new AuthenticationFaultError({ cause: reportFault(to, 'token', thrown) });
}
