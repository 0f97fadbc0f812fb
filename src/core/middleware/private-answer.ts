/**
 * The caching rules for answers that carry the cookies of a session. A shared cache that stored such an answer would give one
 * visitor's session to the next, so these rules hold whatever the handler behind the middleware says about caching.
 */
import type { HeaderPairs } from '../../ground/headers.js';
import { COOKIE } from '../request/cookie-names.js';

/** RFC 9111, sections 5.2.2.5 and 5.2.2.7. */
export const PRIVATE = 'private, no-store';

/**
 * `Cache-Control` in place of the handler's. A `no-transform` of the handler (section 5.2.2.6) stays: without it, `compression` and CDNs
 * would compress a stream of events and hold it back in their buffers.
 */
export function privateAfter(cacheControl: string | null): string {
  return /(?:^|,)\s*no-transform\s*(?:,|$)/i.test(cacheControl ?? '') ? `${PRIVATE}, no-transform` : PRIVATE;
}

/** Counts redirects and tells nothing about a session. */
const LOOP_COUNTER = `${COOKIE.redirectCount}=`;

/** The `Set-Cookie` lines among these headers that carry something of a session. */
export function sessionCookiesOf(headers: HeaderPairs): readonly string[] {
  return onlySessionCookies(headers).map(([, cookie]) => cookie);
}

/** The headers that {@link sessionCookiesOf} reads. */
export function onlySessionCookies(headers: HeaderPairs): HeaderPairs {
  return headers.filter(([name, value]) => name === 'Set-Cookie' && !value.startsWith(LOOP_COUNTER));
}

/** Headers that shared caches obey before `Cache-Control`: RFC 9213, section 2.1, and what CDNs had before it. */
const FOR_SHARED_CACHES = /^(?:(?:.+-)?cdn-cache-control|surrogate-control|edge-control|x-accel-expires)$/i;

export function isForSharedCaches(header: string): boolean {
  return FOR_SHARED_CACHES.test(header);
}

/** `Vary` with `Cookie` in it. */
export function variedByCookie(vary: string | null): string {
  const names = (vary ?? '').split(',').map((name) => name.trim());
  if (names.includes('*') || names.some((name) => name.toLowerCase() === 'cookie')) return vary ?? '';
  return [...names.filter((name) => name !== ''), 'Cookie'].join(', ');
}
