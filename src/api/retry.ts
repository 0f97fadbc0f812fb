/** How long to wait before a call is sent again. */

const FIRST_PAUSE_MS = 125;

/** `Retry-After` in both forms (RFC 9110, section 10.2.3) as milliseconds from now; null if there is none that can be read. */
export function readRetryAfter(header: string | null, now: number): number | null {
  const text = header ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(/GMT$/.test(text) ? text : '') - now;
  return isNaN(ms) ? null : Math.max(0, ms);
}

/** Doubles with each attempt; half of it is random, so that clients that failed together do not return together. */
export const backoff = (attempt: number): number => FIRST_PAUSE_MS * 2 ** attempt * (1 + Math.random());
