/** One HTTP call to the Backend API: bounded in time and size, to the configured origin alone. */
import { API_VERSION_DATE } from '../../ground/api-version.js';
import { UpstreamUnreachable, type UpstreamAnswer } from '../../ports.js';
import type { Config } from '../config/config.js';
import { withDeadline } from '../../ground/deadline.js';
import { safeCause } from '../../ground/error-text.js';
import { isNetworkFailure } from '../../ground/network-failure.js';
import { fetchWithSignal } from '../../ground/realm.js';
import { readUpstreamBody } from '../../ground/upstream-body.js';
import { stopwatch } from '../../ground/stopwatch.js';
import { VERSION } from '../../ground/version.js';
import { DEFAULT_RETRY_AFTER_MS, parseRetryAfter } from '../../ground/retry-after.js';

export interface Call {
  /** The operation's name in Clerk's API description, for events. */
  readonly operation: string;
  /** Starts with a slash; ids in it are encoded. */
  readonly path: string;
  readonly key: string;
  /** Sent as JSON; a call with a body is a POST. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** For the whole call, body included. */
export const TIMEOUT_MS = 3_000;
/** Far above any true answer; a JWKS is a few kB. */
export const MAX_BODY_BYTES = 1_048_576;
/** An hour: it is passed on to whoever waits for an answer. */
const MAX_RETRY_AFTER_MS = 3_600_000;
class BodyTooLarge extends Error {}

/** Rejects with {@link UpstreamUnreachable} when no whole answer came in time; with what was thrown, when this server is at fault. */
export function createCaller(config: Config): (call: Call) => Promise<UpstreamAnswer> {
  async function exchange({ path, key, body }: Call, signal: AbortSignal): Promise<UpstreamAnswer> {
    const response = await fetchWithSignal(config.fetch, config.apiUrl + path, {
      method: body === undefined ? 'GET' : 'POST',
      // A redirect would carry the key to wherever the answer points.
      redirect: 'manual',
      signal,
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${key}`,
        'Clerk-API-Version': API_VERSION_DATE,
        'Content-Type': 'application/json',
        'User-Agent': `bailiff@${VERSION}`,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!isResponse(response)) throw new TypeError('`fetch` gave no Response.');
    return {
      status: response.status,
      ...readUpstreamBody(await readText(response)),
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), config.now(), MAX_RETRY_AFTER_MS),
    };
  }

  return async (call) => {
    const passed = stopwatch(config);
    let answer: UpstreamAnswer | null = null;
    try {
      answer = await withDeadline(TIMEOUT_MS, undefined, tooLate, (signal) => exchange(call, signal)).catch(
        (error: unknown) => explain(error, call.key),
      );
      return answer;
    } finally {
      config.emit?.({
        type: 'backend-api.call',
        operation: call.operation,
        status: answer?.status ?? null,
        ...(answer?.notJson && { notJson: answer.notJson }),
        durationMs: passed(),
      });
    }
  };
}

const tooLate = () => Promise.reject(new UpstreamUnreachable('timeout', DEFAULT_RETRY_AFTER_MS));

/** An error that is none of the network is a fault of this server. One that is may hold the request, and with it the key: some HTTP clients do that. */
function explain(error: unknown, key: string): never {
  if (!(error instanceof BodyTooLarge || isNetworkFailure(error))) throw error;
  throw new UpstreamUnreachable('network', DEFAULT_RETRY_AFTER_MS, { cause: safeCause(error, [key]) });
}

/** By what is used of it: an own `fetch` may give one of another realm or library. */
function isResponse(value: unknown): value is Response {
  const { status, headers } = Object(value) as { readonly status?: unknown; readonly headers?: Partial<Headers> };
  return typeof status === 'number' && typeof headers?.get === 'function';
}

/** The text of an answer, as far as it is not too long. */
export async function readText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      await reader.cancel();
      throw new BodyTooLarge('The answer is too large.');
    }
    text += decoder.decode(value, { stream: true });
  }
}
