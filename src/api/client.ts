/** Sends requests: attempts, waits, time limits, errors. */
import type { Environment } from '../environment.js';
import { withDeadline } from '../ground/deadline.js';
import { fetchWithSignal } from '../ground/realm.js';
import { readAnswer } from './answer.js';
import { BackendApiError, type BackendApiFailure } from './errors.js';
import type { Operation } from './operation.js';
import { defined, resolveOptions, type ClientConfig } from './options.js';
import { prepareRequest } from './request.js';
import { backoff } from './retry.js';
import type { BackendApiOptions, BackendClient } from './values.js';

/**
 * A connection to one instance, for the functions of `bailiff/api/<resource>`.
 *
 * @param options fall back to the environment, as those of `createBackendApi`
 * @param env read instead of `process.env` (the bindings of a Worker)
 * @throws ConfigurationError for options that cannot work. A missing key shows at the first call, since a call may bring its own.
 *
 * @example
 * ```ts
 * import { createBackendClient } from 'bailiff/api';
 * import * as users from 'bailiff/api/users';
 *
 * const client = createBackendClient({ secretKey: 'sk_test_...', timeoutMs: 5_000 });
 * const user = await users.get(client, 'user_1');
 * ```
 */
export function createBackendClient(options?: BackendApiOptions, env?: Environment): BackendClient {
  const config = resolveOptions(options, env);
  return { call: (operation, args) => send(config, operation, args) };
}

/** @throws BackendApiError, and those of {@link prepareRequest} */
async function send(config: ClientConfig, operation: Operation, args: readonly unknown[]): Promise<unknown> {
  const { url, init, key, options, form } = prepareRequest(config, operation, args);
  const { fetch = globalThis.fetch, now, timeoutMs, deadlineMs, retries, signal } = { ...config, ...defined(options) };
  const fail = (code: BackendApiFailure, cause?: unknown) =>
    new BackendApiError(operation.name, code, 'no answer', defined({ cause }));

  const deadline = now() + deadlineMs;
  if (operation.encode) {
    const { type, body } = await withDeadline(deadlineMs, signal, fail, (signal) =>
      operation.encode!(form, operation.name, signal),
    );
    init.headers.set('Content-Type', type);
    init.body = body as BodyInit;
  }
  for (let attempt = 0; ; attempt++) {
    const startedAt = now();
    let status: number | null = null;
    try {
      return await withDeadline(Math.min(timeoutMs, deadline - startedAt), signal, fail, async (signal) => {
        const response = await fetchWithSignal(fetch, url, { ...init, signal });
        status = response.status;
        const text = await response.text();
        return readAnswer(operation, response, key && !response.ok ? text.replaceAll(key, '[redacted]') : text, now());
      }).finally(() => {
        try {
          config.onEvent?.({
            type: 'backend-api.call',
            operation: operation.name,
            status,
            durationMs: now() - startedAt,
          });
        } catch {
          // A listener's failure is the listener's.
        }
      });
    } catch (thrown) {
      const error = thrown as Error | undefined;
      // What comes from elsewhere (an own `fetch`, a proxy agent) may quote what it was given.
      const quotesKey = key && [error, error?.stack, error?.cause].join().includes(key);
      const failure = error instanceof BackendApiError ? error : fail('network-error', quotesKey ? undefined : error);
      const pauseMs = failure.retryAfterMs ?? backoff(attempt);
      // 429 was refused before anything happened. After other failures something may have happened: only what is repeatable.
      const mayRepeat =
        failure.status === 429 ||
        (operation.retry !== false && failure.code !== 'aborted' && (failure.status ?? 500) >= 500);
      if (!(attempt < retries && mayRepeat && now() + pauseMs < deadline)) throw failure;
      await config.wait(pauseMs, signal);
    }
  }
}
