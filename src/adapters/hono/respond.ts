/** Answers, made through the context so that headers of earlier middleware (CORS, request ids) stay on them. */
import type { Context } from 'hono';
import { isForSharedCaches, privateAfter, sessionCookiesOf, variedByCookie, type Answer } from '../../core/index.js';
import type { HeaderPairs } from '../../ground/headers.js';

/** `Set-Cookie` and `Vary` join what is there already; of every other header there is one. */
const APPENDED = new Set(['set-cookie', 'vary']);

export function sendStateHeaders(c: Context, headers: HeaderPairs): void {
  const hasSession = sessionCookiesOf(headers).length > 0;
  for (const [name, value] of headers) {
    // `keepPrivate` joins these with the values of the handler.
    if (hasSession && (name === 'Cache-Control' || (name === 'Vary' && value === 'Cookie'))) continue;
    c.header(name, value, { append: APPENDED.has(name.toLowerCase()) });
  }
  if (hasSession) keepPrivate(c);
}

/** Lets no cache store an answer with the cookies of a session, whatever the handler says about caching. */
function keepPrivate(c: Context): void {
  for (const name of [...c.res.headers.keys()]) if (isForSharedCaches(name)) c.header(name, undefined);
  c.header('Cache-Control', privateAfter(c.res.headers.get('cache-control')));
  c.header('Vary', variedByCookie(c.res.headers.get('vary')));
}

export function sendAnswer(c: Context, { status, headers, body = null }: Answer): Response {
  sendStateHeaders(c, headers);
  return c.newResponse(body, status as 400);
}
