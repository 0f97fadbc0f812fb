/** What a call does when it did not go well: the error that says what is wrong, and whether to try again. Loaded with the first failure. */
import { BackendApiError, errorOfAnswer } from '../ground/backend-api-error.js';
import { connectionName } from '../ground/connection.js';
import { safeCause } from '../ground/error-text.js';
import { fail } from '../ground/option-checks.js';
import { parseRetryAfter } from '../ground/retry-after.js';
import { InvalidArgumentError, type BackendApiFailure } from './errors.js';
import type { Operation } from './operation.js';
import type { ClientConfig } from './options.js';
import type { Missing } from './request.js';
import { backoff, pause } from './retry.js';

export { sendWithoutSignal } from '../ground/realm.js';

/** A day. The caller decides what to make of it. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Where nothing was sent.
 *
 * @throws ConfigurationError for want of a key
 */
export function unsendable({ name, list }: Operation, missing: Missing): InvalidArgumentError {
  if (missing === 'key') fail(connectionName('secretKey'), 'is not set', 'Set it, or give the call a key.');
  const problem = missing === 'id' ? 'an id is empty, or would change the path.' : `\`limit\` is at most ${list}.`;
  return new InvalidArgumentError(`${name}: ${problem}`);
}

/** Where no answer came. */
export const noAnswer = ({ name }: Operation, code: BackendApiFailure, cause: unknown): BackendApiError =>
  new BackendApiError(name, code, 'no answer', cause === undefined || cause === null ? {} : { cause });

/**
 * What a refusal says, or an answer that is not the API's.
 *
 * @param key is cut out of whatever the error will say
 */
export function refusal(
  { name }: Operation,
  { status, headers }: Response,
  text: string,
  key: string,
  now: number,
): BackendApiError {
  let body: unknown;
  let detail = `HTTP ${status}`;
  try {
    body = text ? JSON.parse(key ? text.replaceAll(key, '[redacted]') : text) : undefined;
  } catch {
    detail += ', not JSON';
  }
  return errorOfAnswer(name, body, detail, {
    status,
    traceId: headers.get('cf-ray'),
    retryAfterMs: parseRetryAfter(headers.get('retry-after'), now, MAX_RETRY_AFTER_MS),
  });
}

/** An attempt that failed, and what bounds the next ones. */
export interface FailedAttempt extends Pick<ClientConfig, 'now' | 'wait' | 'retries'> {
  readonly operation: Operation;
  readonly key: string;
  /** From 0. */
  readonly attempt: number;
  /** When the call ends at the latest. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until the call may be sent again.
 *
 * @throws BackendApiError where it may not
 */
export async function recover(
  thrown: unknown,
  { operation, key, attempt, deadline, signal, now, wait = pause, retries }: FailedAttempt,
): Promise<void> {
  // Errors of the application's own `fetch`, or of a proxy agent, may quote or hold the request that they were given.
  const failure =
    thrown instanceof BackendApiError
      ? thrown
      : noAnswer(operation, 'network-error', safeCause(thrown, key ? [key] : []));
  const pauseMs = failure.retryAfterMs ?? backoff(attempt);
  // 429 was refused before anything happened. After other failures something may have happened: only what is repeatable.
  const mayRepeat =
    failure.status === 429 ||
    (operation.retry !== false && failure.code !== 'aborted' && (failure.status ?? 500) >= 500);
  if (!(attempt < retries && mayRepeat && now() + pauseMs < deadline)) throw failure;
  await wait(pauseMs, signal);
}
