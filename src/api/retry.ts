/** How long to wait before a call is sent again. */

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;

/** `Retry-After` in both forms (RFC 9110, section 10.2.3) as milliseconds from now; null if there is none that can be read. */
export function readRetryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(/GMT$/.test(text) ? text : '') - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Doubles with each attempt; the upper half is random, so that clients that failed together do not return together. */
export function backoff(attempt: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return (pause / 2) * (1 + Math.random());
}
