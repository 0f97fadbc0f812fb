/** Requests that no honest client sends: answered with 400 before anything is read from them. */
import type { RequestView } from '../../types.js';
import { isHost, parseUrl } from '../../ground/url.js';

/**
 * TRACE would echo cookies; some servers call it TRACK. Methods are case-sensitive (RFC 9110, section 9.1), but some routers ignore
 * the case.
 */
const isTraceMethod = (method: string): boolean => method.length === 5 && /^TRAC[EK]$/i.test(method);

/**
 * `bad-request` for a request that no application can want; else null.
 *
 * Refused are the methods TRACE and TRACK, a path that begins with `//` (some routers read another path
 * there, some URL parsers another host), a target with credentials or one that does not parse, and a `Host` header that
 * is no host. Everything else is the router's own business.
 */
export function checkRequest(view: RequestView): 'bad-request' | null {
  if (isTraceMethod(view.method)) return 'bad-request';
  const host = view.header('host');
  if (host && !isHost(host)) return 'bad-request';
  return isTarget(view.url, view.method) ? null : 'bad-request';
}

export type RequestCheck = typeof checkRequest;

/**
 * {@link checkRequest} with a memory, for a server with many requests: a host or an origin that was found good is not parsed
 * again while it stays the same. The text behind an origin cannot make the origin bad.
 */
export function createRequestCheck(): RequestCheck {
  let goodHost = '';
  let goodOrigin = '';
  return (view) => {
    if (isTraceMethod(view.method)) return 'bad-request';
    const host = view.header('host');
    if (host && host !== goodHost) {
      if (!isHost(host)) return 'bad-request';
      goodHost = host;
    }
    const { url } = view;
    if (goodOrigin !== '' && url.startsWith(goodOrigin)) {
      return isDoubled(url.charCodeAt(goodOrigin.length)) ? 'bad-request' : null;
    }
    if (!isTarget(url, view.method)) return 'bad-request';
    goodOrigin = plainOrigin(url) || goodOrigin;
    return null;
  };
}

/**
 * Scheme and host of a URL with the slash behind them, so that `https://app.example` does not vouch for
 * `https://app.example@evil`; empty unless the spelling shows plainly where the host begins and ends.
 */
function plainOrigin(url: string): string {
  const start = url.startsWith('https://') ? 8 : url.startsWith('http://') ? 7 : url.length;
  const end = url.indexOf('/', start);
  return end !== -1 && isHost(url.slice(start, end)) ? url.slice(0, end + 1) : '';
}

/**
 * Whether what follows the first slash of a path makes it begin with two. A backslash counts as a slash for URL parsers,
 * and blanks and control characters (which they drop) may hide one. Behind the last character there is NaN, which is fine.
 */
function isDoubled(code: number): boolean {
  return code === 0x2f || code === 0x5c || code <= 0x20;
}

/** Absolute form as RFC 9112, section 3.2.2 writes it: two slashes, a host, and then the path. URL parsers take far more. */
const ABSOLUTE = /^https?:\/\/[^/?#\\\0-\x20]+(?:$|[?#]|\/(?![/\\\0-\x20]))/i;

function isTarget(target: string, method: string): boolean {
  // Origin form: `/path?query`.
  if (target.startsWith('/')) return !isDoubled(target.charCodeAt(1));
  if (target === '*') return method === 'OPTIONS';
  // A server that was sent `//evil.example/x` may show it as `http://host//evil.example/x`.
  if (!ABSOLUTE.test(target)) return false;
  const url = parseUrl(target);
  return url !== null && url.username === '' && url.password === '';
}
