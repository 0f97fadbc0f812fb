/** Sends requests: attempts, waits, time limits, errors. */
import type { Environment } from '../environment.js';
import { withDeadline } from '../ground/deadline.js';
import type { BackendApiFailure } from './errors.js';
import type { Operation } from './operation.js';
import { defined, resolveOptions, type ClientConfig } from './options.js';
import { prepareRequest } from './request.js';
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

/** Loaded when something fails, again if that fails. */
const failures = () => import('./failures.js');

/** @throws BackendApiError, InvalidArgumentError, and those of {@link prepareRequest} */
async function send(config: ClientConfig, operation: Operation, args: readonly unknown[]): Promise<unknown> {
  const request = prepareRequest(config, operation, args);
  if (typeof request === 'string') throw (await failures()).unsendable(operation, request);
  const { url, init, options, key } = request;
  const settings = { ...config, ...defined(options) };
  const { fetch = globalThis.fetch, now, timeoutMs, deadlineMs, signal, onEvent } = settings;
  const stopped = async (code: BackendApiFailure, cause: unknown) => {
    throw (await failures()).noAnswer(operation, code, cause);
  };

  const deadline = now() + deadlineMs;
  if (operation.encode)
    await withDeadline(deadlineMs, signal, stopped, (signal) => operation.encode!(init, operation.name, signal));
  for (let attempt = 0; ; attempt++) {
    const startedAt = now();
    let answer = null as Response | null;
    try {
      const text = await withDeadline(Math.min(timeoutMs, deadline - startedAt), signal, stopped, async (signal) => {
        try {
          answer = await fetch(url, { ...init, signal } as RequestInit);
        } catch (error) {
          answer = await (await failures()).sendWithoutSignal(error, fetch, url, init as RequestInit);
        }
        return answer.text();
      }).finally(() => {
        try {
          onEvent?.({
            type: 'backend-api.call',
            operation: operation.name,
            status: answer?.status ?? null,
            durationMs: now() - startedAt,
          });
        } catch {
          // A listener's failure is the listener's.
        }
      });
      if (answer!.ok) {
        try {
          return text ? JSON.parse(text) : undefined;
        } catch {
          // The one page among the operations.
          if (operation.key === 'none') return text;
        }
      }
      throw (await failures()).refusal(operation, answer!, text, key, now());
    } catch (thrown) {
      await (await failures()).recover(thrown, { ...settings, operation, key, attempt, deadline });
    }
  }
}
