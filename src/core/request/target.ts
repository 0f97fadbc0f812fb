/** Requests that no honest client sends: answered with 400 before anything is read from them. */
import type { RequestView } from '../../types.js';

/** A registered name, IPv4 or bracketed IPv6 address, with an optional port (RFC 9112, section 3.2). */
const HOST = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const MAX_HOST = 255;

/** Whether a text from a header can stand as the host of a URL. */
export function isHost(host: string): boolean {
  return host.length <= MAX_HOST && HOST.test(host);
}

/** `new URL`, with null for what does not parse. (`URL.parse` needs Node 22.) */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

/**
 * `bad-request` for what cannot be a request to an application; else null.
 *
 * Refused are the method TRACE (it would echo cookies), a target that begins with `//` (some routers read another path
 * there, some URL parsers another host), a target with credentials or one that does not parse, and a `Host` header that
 * is no host. Everything else is the router's own business.
 */
export function checkRequest(view: RequestView): 'bad-request' | null {
  if (view.method === 'TRACE' || view.method === 'TRACK') return 'bad-request';
  const host = view.header('host');
  if (host && !isHost(host)) return 'bad-request';
  return isTarget(view.url, view.method) ? null : 'bad-request';
}

export type RequestCheck = typeof checkRequest;

/**
 * {@link checkRequest} for whoever sees many requests: a host, and an origin in front of a path, that were found good are
 * not taken apart again while they stay the same. What follows an origin cannot make it a bad one.
 */
export function createRequestCheck(): RequestCheck {
  let goodHost = '';
  let goodOrigin = '';
  return (view) => {
    if (view.method === 'TRACE' || view.method === 'TRACK') return 'bad-request';
    const host = view.header('host');
    if (host && host !== goodHost) {
      if (!isHost(host)) return 'bad-request';
      goodHost = host;
    }
    const { url } = view;
    if (goodOrigin !== '' && url.startsWith(goodOrigin)) return null;
    if (!isTarget(url, view.method)) return 'bad-request';
    goodOrigin = plainOrigin(url) || goodOrigin;
    return null;
  };
}

/**
 * Scheme and host of a URL with the slash behind them, so that `https://app.example` does not vouch for
 * `https://app.example@evil`; empty unless it is plain where the host begins and ends.
 */
function plainOrigin(url: string): string {
  const start = url.startsWith('https://') ? 8 : url.startsWith('http://') ? 7 : url.length;
  const end = url.indexOf('/', start);
  return end !== -1 && isHost(url.slice(start, end)) ? url.slice(0, end + 1) : '';
}

function isTarget(target: string, method: string): boolean {
  // Origin form: `/path?query`. A backslash counts as a slash for URL parsers.
  if (target.startsWith('/')) return target[1] !== '/' && target[1] !== '\\';
  if (target === '*') return method === 'OPTIONS';
  const url = parseUrl(target);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '';
}
