/** Sends requests: attempts, waits, time limits, errors. */
import type { Environment } from '../environment.js';
import { readAnswer } from './answer.js';
import { BackendApiError, type BackendApiFailure } from './errors.js';
import { bounded } from './limits.js';
import type { Operation } from './operation.js';
import { defined, resolveOptions, type ClientConfig } from './options.js';
import { prepareRequest } from './request.js';
import { backoff } from './retry.js';
import type { BackendApiOptions, BackendClient } from './values.js';

/**
 * A connection to one instance, for the functions of `bailiff/api/<resource>`.
 *
 * @throws ConfigurationError for options that cannot work. A missing key shows at the first call, since a call may bring its own.
 */
export function createBackendClient(options?: BackendApiOptions, env?: Environment): BackendClient {
  const config = resolveOptions(options, env);
  return { call: (operation, args) => send(config, operation, args) };
}

/** @throws BackendApiError, and those of {@link prepareRequest} */
async function send(config: ClientConfig, operation: Operation, args: readonly unknown[]): Promise<unknown> {
  const { url, init, key, options } = prepareRequest(config, operation, args);
  const { fetch = globalThis.fetch, now } = config;
  const { timeoutMs, deadlineMs, retries, signal } = { ...config, ...defined(options) };
  const fail = (code: BackendApiFailure, cause?: unknown) =>
    new BackendApiError(operation.name, code, 'no answer', defined({ cause }));

  const deadline = now() + deadlineMs;
  for (let attempt = 0; ; attempt++) {
    const startedAt = now();
    let status: number | null = null;
    try {
      return await bounded(
        Math.min(timeoutMs, deadline - startedAt),
        signal,
        (code) => fail(code, signal?.reason),
        async (signal) => {
          const response = await fetch(url, { ...init, signal });
          status = response.status;
          const text = await response.text();
          return readAnswer(
            operation,
            response,
            key && !response.ok ? text.replaceAll(key, '[redacted]') : text,
            now(),
          );
        },
      ).finally(() => {
        try {
          config.onEvent?.({ type: 'backend-api.call', operation: operation.name, status, durationMs: now() - startedAt });
        } catch {
          // A listener's failure is the listener's.
        }
      });
    } catch (error) {
      const failure = error instanceof BackendApiError ? error : fail('network-error', withoutKey(error, key));
      const pauseMs = failure.retryAfterMs ?? backoff(attempt);
      if (!(attempt < retries && mayRepeat(operation, failure) && now() + pauseMs < deadline)) throw failure;
      await config.wait(pauseMs, signal);
    }
  }
}

/** 429 was refused before anything happened. After other failures something may have happened: only repeatable operations. */
const mayRepeat = (operation: Operation, error: BackendApiError): boolean =>
  error.status === 429 || (!operation.flags.includes('U') && error.code !== 'aborted' && (error.status ?? 500) >= 500);

/** Causes come from elsewhere (an own `fetch`, a proxy agent) and may quote what they were given. */
function withoutKey(cause: unknown, key: string): unknown {
  const error = cause as Error | undefined;
  return key && [cause, error?.stack, error?.cause].join().includes(key) ? undefined : cause;
}
