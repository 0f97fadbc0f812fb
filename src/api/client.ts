/** Sends requests: attempts, waits, time limits, errors. */
import type { Environment } from '../environment.js';
import { readAnswer } from './answer.js';
import { BackendApiError } from './errors.js';
import { bounded } from './limits.js';
import type { Operation } from './operation.js';
import { resolveOptions, type ClientConfig } from './options.js';
import { prepareRequest, type PreparedRequest } from './request.js';
import { backoff } from './retry.js';
import type { BackendApiOptions, BackendClient } from './values.js';

/**
 * A connection to one instance, for the functions of `bailiff/api/<resource>`.
 *
 * @throws ConfigurationError for options that cannot work. A missing key shows at the first call, since a call may bring its own.
 */
export function createBackendClient(options: BackendApiOptions = {}, env?: Environment): BackendClient {
  const config = resolveOptions(options, env);
  return { call: (operation, args) => send(config, operation, args) };
}

async function send(config: ClientConfig, operation: Operation, args: readonly unknown[]): Promise<unknown> {
  const request = prepareRequest(config, operation, args);
  const {
    timeoutMs = config.timeoutMs,
    deadlineMs = config.deadlineMs,
    retries = config.retries,
    signal,
  } = request.options;
  const deadline = config.now() + deadlineMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await sendOnce(config, operation, request, Math.min(timeoutMs, deadline - config.now()));
    } catch (error) {
      if (!(error instanceof BackendApiError) || !(attempt < retries) || !mayRepeat(operation, error)) throw error;
      const pauseMs = error.retryAfterMs ?? backoff(attempt);
      if (config.now() + pauseMs >= deadline) throw error;
      await config.wait(pauseMs, signal);
    }
  }
}

/** 429 was refused before anything happened. After other failures something may have happened: only repeatable operations. */
function mayRepeat({ method, flags }: Operation, { status, code }: BackendApiError): boolean {
  if (status === 429) return true;
  const repeatable = method !== 'POST' || flags.includes('i');
  return repeatable && (status === null ? code !== 'aborted' : status >= 500);
}

async function sendOnce(
  config: ClientConfig,
  operation: Operation,
  request: PreparedRequest,
  ms: number,
): Promise<unknown> {
  const { url, init, options, key } = request;
  const startedAt = config.now();
  let status: number | null = null;
  try {
    return await bounded(ms, options.signal, async (signal) => {
      const response = await config.fetch(url, { ...init, signal });
      status = response.status;
      const text = await response.text();
      return readAnswer(
        operation,
        response,
        response.ok || !key ? text : text.replaceAll(key, '[redacted]'),
        config.now(),
      );
    });
  } catch (error) {
    if (error instanceof BackendApiError) throw error;
    const stopped = typeof error === 'string';
    throw new BackendApiError(
      operation.name,
      stopped ? error : 'network-error',
      'no answer',
      undefined,
      stopped ? options.signal?.reason : withoutKey(error, key),
    );
  } finally {
    try {
      config.onEvent?.({
        type: 'backend-api.call',
        operation: operation.name,
        status,
        durationMs: config.now() - startedAt,
      });
    } catch {
      // A listener's failure is the listener's.
    }
  }
}

/** Causes come from elsewhere (an own `fetch`, a proxy agent) and may quote what they were given. */
function withoutKey(cause: unknown, key: string): unknown {
  const error = cause as Error | undefined;
  return key && [cause, error?.stack, error?.cause].join().includes(key) ? undefined : cause;
}
