/** Answers in Node's own words, and without an application's settings (`json spaces`, `etag`, …): they look the same everywhere. */
import type { ServerResponse } from 'node:http';
import { sessionCookiesOf } from '../../core/middleware/private-answer.js';
import type { HeaderPairs } from '../../core/outcome.js';
import type { Denial } from '../../types.js';
import { keepPrivate } from './keep-private.js';
import type { Slot } from './slot.js';

/** `Set-Cookie` and `Vary` join what is there already; of every other header there is one. */
const APPENDED = new Set(['set-cookie', 'vary']);

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
  const cookies = sessionCookiesOf(headers);
  if (cookies.length > 0) keepPrivate(res, cookies);
}

/**
 * Puts the headers of the decision on the response; a decision that another has replaced takes its own back.
 *
 * @param headers those for the answer of a handler or a guard, or all of them for a redirect
 */
export function sendStateHeaders(res: ServerResponse, slot: Slot, headers = slot.authentication.answerHeaders): void {
  const { sent } = slot;
  // The usual case, a known caller, has nothing to say.
  if ((headers.length === 0 && sent === null) || headers === sent || res.headersSent) return;
  for (const [name] of sent ?? []) if (!APPENDED.has(name.toLowerCase())) res.removeHeader(name);
  put(res, headers);
  slot.sent = headers;
}

/**
 * A refusal cannot be said any more where somebody in front has begun to answer: as an error it ends the connection, and
 * nobody waits for the rest of an answer that never comes.
 *
 * @returns false where the whole answer is out: there is nothing left to say
 * @throws Error if the head of the response is out and its end is not
 */
function isUnbegun(res: ServerResponse): boolean {
  if (res.headersSent && !res.writableEnded) throw new Error('The answer had begun before it was refused.');
  return !res.headersSent;
}

/** Ends the response with a status and all headers of the state. */
export function endEarly(res: ServerResponse, status: number, slot: Slot): void {
  if (!isUnbegun(res)) return;
  sendStateHeaders(res, slot, slot.authentication.headers);
  res.statusCode = status;
  res.end();
}

export function sendDenial(res: ServerResponse, denial: Denial): void {
  if (!isUnbegun(res)) return;
  res.statusCode = denial.status;
  for (const [name, value] of Object.entries(denial.headers)) res.setHeader(name, value);
  const body = JSON.stringify(denial.body);
  res.setHeader('Content-Type', 'application/json');
  res.setHeader('Content-Length', new TextEncoder().encode(body).length);
  res.end(body);
}

/** To the sign-in page. Not to be stored: after signing in, the same URL shows the page. */
export function redirect(res: ServerResponse, location: string): void {
  if (!isUnbegun(res)) return;
  res.statusCode = 302;
  res.setHeader('Location', location);
  res.setHeader('Cache-Control', 'no-store');
  res.end();
}
