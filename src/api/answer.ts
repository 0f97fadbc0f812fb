/** From an HTTP answer to a value, or to the error that says what is wrong. */
import { parseRetryAfter } from '../ground/retry-after.js';
import { errorOfAnswer } from '../ground/backend-api-error.js';
import type { Operation } from './operation.js';

/** A day. The caller decides what to make of it. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/** @throws BackendApiError */
export function readAnswer(
  operation: Operation,
  { ok, status, headers }: Response,
  text: string,
  now: number,
): unknown {
  let body: unknown;
  let detail = `HTTP ${status}`;
  try {
    body = text ? JSON.parse(text) : undefined;
    if (ok) return body;
  } catch {
    // The one page among the operations.
    if (ok && operation.key === 'none') return text;
    detail += ', not JSON';
  }
  throw errorOfAnswer(operation.name, body, detail, {
    status,
    traceId: headers.get('cf-ray'),
    retryAfterMs: parseRetryAfter(headers.get('retry-after'), now, MAX_RETRY_AFTER_MS),
  });
}
