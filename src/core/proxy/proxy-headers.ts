/** Which headers pass through the Frontend API proxy, in both directions. */

import { parseUrl } from '../request/target.js';

/** RFC 9110, section 7.6.1: meant for one connection alone. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** What we set ourselves, or what would tell the Frontend API another client address than the one we believe. */
const REPLACED = [
  'host',
  'content-length',
  'expect',
  'accept-encoding',
  'clerk-proxy-url',
  'clerk-secret-key',
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-for',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
];
/** The body arrives decoded, and is sent on in chunks. */
const RECODED = ['content-encoding', 'content-length'];

/** Names listed in `Connection` belong to the connection too. */
function unwanted(connection: string | null, always: readonly string[]): Set<string> {
  const names = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return new Set([...HOP_BY_HOP, ...always, ...names]);
}

export interface ForwardedFrom {
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly publicOrigin: string;
  readonly clientAddress: string | null;
}

/** The headers of a browser's request, made ready for the Frontend API. */
export function forwardedHeaders(
  request: ForwardedFrom,
  instance: { readonly proxyUrl: string; readonly secretKey: string },
): Headers {
  const given = [...request.headers].map(([name, value]) => [name.toLowerCase(), value] as const);
  const connection = given.filter(([name]) => name === 'connection').map(([, value]) => value);
  const dropped = unwanted(connection.join(','), REPLACED);
  const headers = new Headers();
  for (const [name, value] of given) if (!dropped.has(name) && !name.startsWith(':')) headers.append(name, value);

  const origin = new URL(request.publicOrigin);
  headers.set('clerk-proxy-url', instance.proxyUrl);
  headers.set('clerk-secret-key', instance.secretKey);
  headers.set('accept-encoding', 'identity');
  headers.set('x-forwarded-host', origin.host);
  headers.set('x-forwarded-proto', origin.protocol.slice(0, -1));
  if (request.clientAddress !== null) headers.set('x-forwarded-for', request.clientAddress);
  return headers;
}

/** The headers of the answer, made ready for the browser: each cookie apart, redirects within the Frontend API kept here. */
export function returnedHeaders(answer: Response, asked: URL, proxyUrl: string): Headers {
  const dropped = unwanted(answer.headers.get('connection'), RECODED);
  const headers = new Headers();
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie' && !dropped.has(name)) headers.set(name, value);
  }
  for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', cookie);
  const location = parseUrl(answer.headers.get('location') ?? '', asked.href);
  if (answer.headers.has('location') && location !== null && location.host === asked.host) {
    headers.set('location', proxyUrl + location.pathname + location.search + location.hash);
  }
  return headers;
}
