/** Keeps responses that carry the cookies of a session out of shared caches. */
import type { ServerResponse } from 'node:http';
import { isForSharedCaches, privateAfter, sessionCookiesOf, variedByCookie } from '../../core/index.js';
import type { HeaderPairs } from '../../ground/headers.js';

type HeaderValue = string | number | readonly string[];
type WriteHead = (status: number, ...rest: unknown[]) => ServerResponse;

const KEPT = Symbol('bailiff.private');

interface Kept {
  /** The cookies that the response has to carry. */
  [KEPT]?: readonly string[];
}

/**
 * Makes sure that a response leaves with the session cookies among these headers, and with a `Cache-Control` that lets nobody store
 * it, even if the handler sets cookies or `Cache-Control` later. A handler can do so until the head of the response is written, so
 * `writeHead`, through which Node writes every head, is wrapped.
 */
export function keepPrivate(res: ServerResponse & Kept, headers: HeaderPairs): void {
  const cookies = sessionCookiesOf(headers);
  if (cookies.length === 0) return;
  const before = res[KEPT];
  res[KEPT] = [...new Set([...(before ?? []), ...cookies])];
  if (before !== undefined) return;
  const writeHead = res.writeHead.bind(res) as WriteHead;
  res.writeHead = function (status: number, ...rest: unknown[]): ServerResponse {
    const message = typeof rest[0] === 'string' ? [rest[0]] : [];
    // As Node reads its arguments: the headers are the last one, whether a status message is given or not.
    for (const [name, value] of headersOf(rest[1] ?? rest[0])) res.setHeader(name, value);
    addPrivateHeaders(res, res[KEPT] ?? []);
    return writeHead(status, ...message);
  };
}

function addPrivateHeaders(res: ServerResponse, cookies: readonly string[]): void {
  if (res.headersSent) return;
  for (const name of res.getHeaderNames()) if (isForSharedCaches(name)) res.removeHeader(name);
  res.setHeader('Cache-Control', privateAfter(textOf(res.getHeader('Cache-Control'))));
  res.setHeader('Vary', variedByCookie(textOf(res.getHeader('Vary'))));
  const present = [res.getHeader('Set-Cookie') ?? []].flat().map(String);
  const missing = cookies.filter((cookie) => !present.includes(cookie));
  if (missing.length > 0) res.setHeader('Set-Cookie', [...present, ...missing]);
}

const textOf = (value: HeaderValue | undefined): string | null =>
  value === undefined ? null : [value].flat().join(', ');

/** Headers as `writeHead` takes them: an object, pairs, or names and values in turn. */
function headersOf(given: unknown): readonly (readonly [name: string, value: HeaderValue])[] {
  if (typeof given !== 'object' || given === null) return [];
  if (!Array.isArray(given)) return Object.entries(given as Record<string, HeaderValue>);
  const flat = (given as unknown[]).flatMap((item) => (Array.isArray(item) ? (item as unknown[]) : [item]));
  const byName = new Map<string, string[]>();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = String(flat[i]);
    byName.set(name.toLowerCase(), [...(byName.get(name.toLowerCase()) ?? []), String(flat[i + 1])]);
  }
  return [...byName];
}
