/** `Retry-After`: how it is read, and what callers are told where Clerk does not say. */

/** What a caller is told to wait after a failure that says nothing itself. */
export const DEFAULT_RETRY_AFTER_MS = 1_000;
/** At most this long is believed, whatever the header says. */
const MAX_MS = 3_600_000;

/** `Retry-After` in milliseconds from `nowMs`: seconds or an HTTP date (RFC 9110, section 10.2.3). Null if it is neither. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * 1_000, MAX_MS);
  // `Date.parse` accepts far more than HTTP dates, which all begin with the name of a day.
  const date = /^[A-Za-z]+, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(Math.max(0, date - nowMs), MAX_MS);
}

/** The header's value: whole seconds, and never 0, which would invite a loop. */
export function retryAfterSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000) || 1));
}
