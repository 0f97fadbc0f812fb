/** Requests that no honest client sends: answered with 400 before anything is read from them. */
import type { RequestView } from '../../types.js';

/** A registered name, IPv4 or bracketed IPv6 address, with an optional port (RFC 9112, section 3.2). */
const HOST = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Whether a text can stand as the host of a URL. Bounded, because it comes from a header. */
export function isHost(host: string): boolean {
  return host.length <= 255 && HOST.test(host);
}

/**
 * `bad-request` for what cannot be a request to an application: the method TRACE (it would echo cookies), a target that
 * begins with `//`, a target with credentials, a target that does not parse, and a `Host` that is no host.
 */
export function checkRequest(view: RequestView): 'bad-request' | null {
  if (view.method === 'TRACE' || view.method === 'TRACK') return 'bad-request';
  const host = view.header('host');
  if (host != null && host !== '' && !isHost(host)) return 'bad-request';
  const { url } = view;
  if (url.startsWith('/')) return url.startsWith('//') ? 'bad-request' : null;
  if (url === '*') return view.method === 'OPTIONS' ? null : 'bad-request';
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return 'bad-request';
  return null;
}
