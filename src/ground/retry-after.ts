/** The header `Retry-After`: reading it, writing it, and the default. */

/** The wait after a failure whose answer has no `Retry-After`. */
export const DEFAULT_RETRY_AFTER_MS = 1_000;

/**
 * `Retry-After` in milliseconds from `nowMs`: seconds, or an HTTP date as servers write it (RFC 9110, sections 10.2.3 and
 * 5.6.7). Null if it is neither.
 *
 * @param maxMs At most this long is believed, whatever the header says.
 */
export function parseRetryAfter(header: string | null, nowMs: number, maxMs: number): number | null {
  const text = header?.trim() ?? '';
  // `Date.parse` accepts far more than HTTP dates: those begin with the name of a day and end with GMT.
  const date = /^[a-z]+, .*GMT$/i.test(text) ? text : '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(date) - nowMs;
  return isNaN(ms) ? null : Math.min(Math.max(0, ms), maxMs);
}

/** The header's value: whole seconds, and never 0, which would invite a loop. */
export function retryAfterSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000) || 1));
}
