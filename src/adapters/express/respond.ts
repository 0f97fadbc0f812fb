/** Answers in Node's own words, and without an application's settings (`json spaces`, `etag`, …): they look the same everywhere. */
import type { ServerResponse } from 'node:http';
import type { Answer, RequestAuthentication } from '../../core/index.js';
import { sharedByBuilds } from '../../ground/builds.js';
import type { HeaderPairs } from '../../ground/headers.js';
import { keepPrivate } from '../node/keep-private.js';

/** `Set-Cookie` and `Vary` join what is there already; of every other header there is one. */
const APPENDED = new Set(['set-cookie', 'vary']);

/** The headers of a decision that stand on a response. */
const sent = sharedByBuilds('sent', () => new WeakMap<ServerResponse, HeaderPairs>());

/** The lines of a header as they stand on the response. */
const linesOf = (res: ServerResponse, name: string): readonly string[] =>
  [res.getHeader(name) ?? []].flat().map(String);

function put(res: ServerResponse, headers: HeaderPairs): void {
  for (const [name, value] of headers) {
    if (!APPENDED.has(name.toLowerCase())) res.setHeader(name, value);
    else {
      const lines = linesOf(res, name);
      if (!lines.includes(value)) res.setHeader(name, lines.length === 0 ? value : [...lines, value]);
    }
  }
  keepPrivate(res, headers);
}

/** Puts the headers of the decision on the response; a decision that another has replaced takes its own back. */
export function sendStateHeaders(res: ServerResponse, { answerHeaders: headers }: RequestAuthentication): void {
  const before = sent.get(res);
  // The usual case, a known caller, has nothing to say.
  if ((headers.length === 0 && before === undefined) || headers === before || res.headersSent) return;
  for (const [name] of before ?? []) if (!APPENDED.has(name.toLowerCase())) res.removeHeader(name);
  put(res, headers);
  sent.set(res, headers);
}

/**
 * A refusal cannot be said any more where a handler in front has begun to answer: as an error it ends the connection, and
 * nobody waits for the rest of an answer that never comes.
 *
 * @returns false where the whole answer is out: there is nothing left to say
 * @throws Error if the head of the response is out and its end is not
 */
function isUnbegun(res: ServerResponse): boolean {
  if (res.headersSent && !res.writableEnded) throw new Error('The answer had begun before it was refused.');
  return !res.headersSent;
}

export function sendAnswer(res: ServerResponse, { status, headers, body = null }: Answer): void {
  if (!isUnbegun(res)) return;
  put(res, headers);
  res.statusCode = status;
  if (body !== null) res.setHeader('Content-Length', new TextEncoder().encode(body).length);
  res.end(body ?? undefined);
}
