/** The headers that pass through the Frontend API proxy, in both directions. */

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
/** Headers that the proxy sets itself or leaves to `fetch`. */
const REPLACED = ['host', 'content-length', 'expect', 'accept-encoding', 'clerk-proxy-url', 'clerk-secret-key'];
/**
 * Headers in which proxies and platforms tell a server the address, host and scheme of its client (`X-Forwarded-For`,
 * `CF-Connecting-IP`, `True-Client-IP`, `Fastly-Client-IP`, `X-Real-IP`). Anyone can send them, so
 * the Frontend API gets only the values that this server has checked.
 */
const TELLS_CLIENT = /^(?:forwarded|x-forwarded.*|x-original-.*|x-real-ip|cf-.*|.*-client-?ip|.*-user-ip)$/;
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
  for (const [name, value] of given) {
    // Names that begin with a colon are fields of HTTP/2 (RFC 9113, section 8.3), not headers.
    if (!dropped.has(name) && !name.startsWith(':') && !TELLS_CLIENT.test(name)) headers.append(name, value);
  }

  const origin = new URL(request.publicOrigin);
  headers.set('clerk-proxy-url', instance.proxyUrl);
  headers.set('clerk-secret-key', instance.secretKey);
  headers.set('accept-encoding', 'identity');
  headers.set('x-forwarded-host', origin.host);
  headers.set('x-forwarded-proto', origin.protocol.slice(0, -1));
  if (request.clientAddress !== null) headers.set('x-forwarded-for', request.clientAddress);
  return headers;
}

/** The headers of the answer for the browser: each cookie on a line of its own. The caller rewrites `Location`. */
export function returnedHeaders(answer: Response): Headers {
  const dropped = unwanted(answer.headers.get('connection'), RECODED);
  const headers = new Headers();
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie' && !dropped.has(name)) headers.set(name, value);
  }
  for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', cookie);
  return headers;
}
