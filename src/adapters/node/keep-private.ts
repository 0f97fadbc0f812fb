/** The last word about caching, where a response carries the cookies of a session. */
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
 * Whatever the handler says about caching, and even if it sets cookies anew, the response leaves with the cookies of a session that are
 * among these headers, and to be stored by nobody. Handlers have their say until the head of the response is written, so that is the moment to look; `writeHead` is where Node
 * writes it for everybody.
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
    // As Node reads them: the headers come last, whatever stands for a message that is none.
    for (const [name, value] of listed(rest[1] ?? rest[0])) res.setHeader(name, value);
    insist(res, res[KEPT] ?? []);
    return writeHead(status, ...message);
  };
}

function insist(res: ServerResponse, cookies: readonly string[]): void {
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
function listed(given: unknown): readonly (readonly [name: string, value: HeaderValue])[] {
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
