/** Answers, written without the application's settings (`json spaces`, `etag`, …): a denial looks the same everywhere. */
import type { Response } from 'express';
import { sessionCookiesOf } from '../../core/session/private-answer.js';
import type { HeaderPairs } from '../../core/request-state.js';
import type { Denial } from '../../types.js';
import { keepPrivate } from './keep-private.js';
import type { Seat } from './seat.js';

/** `Set-Cookie` and `Vary` join what is there already; of every other header there is one. */
const APPENDED = new Set(['set-cookie', 'vary']);

/** The lines of a header as they stand on the response. */
const linesOf = (res: Response, name: string): readonly string[] => [res.getHeader(name) ?? []].flat().map(String);

function put(res: Response, headers: HeaderPairs): void {
  for (const [name, value] of headers) {
    if (!APPENDED.has(name.toLowerCase())) res.setHeader(name, value);
    else if (!linesOf(res, name).includes(value)) res.appendHeader(name, value);
  }
  const cookies = sessionCookiesOf(headers);
  if (cookies.length > 0) keepPrivate(res, cookies);
}

/**
 * Puts the headers of the decision on the response; a decision that another has replaced takes its own back.
 *
 * @param headers those for the answer of a handler or a guard, or all of them for a redirect
 */
export function sendStateHeaders(res: Response, seat: Seat, headers = seat.visit.answerHeaders): void {
  const { sent } = seat;
  // The usual case, a known caller, has nothing to say.
  if ((headers.length === 0 && sent === null) || headers === sent || res.headersSent) return;
  for (const [name] of sent ?? []) if (!APPENDED.has(name.toLowerCase())) res.removeHeader(name);
  put(res, headers);
  seat.sent = headers;
}

/**
 * A refusal cannot be said any more where somebody in front has begun to answer: as an error it ends the connection, and
 * nobody waits for the rest of an answer that never comes.
 *
 * @throws Error if the head of the response is out and its end is not
 */
export function checkUnbegun(res: Response): void {
  if (res.headersSent && !res.writableEnded) throw new Error('The answer had begun before it was refused.');
}

/** Ends the response with a status and all headers of the state. */
export function stop(res: Response, status: number, seat: Seat): void {
  checkUnbegun(res);
  if (res.headersSent) return;
  sendStateHeaders(res, seat, seat.visit.headers);
  res.statusCode = status;
  res.end();
}

export function sendDenial(res: Response, denial: Denial): void {
  if (res.headersSent) return;
  res.statusCode = denial.status;
  for (const [name, value] of Object.entries(denial.headers)) res.setHeader(name, value);
  const body = JSON.stringify(denial.body);
  res.setHeader('Content-Type', 'application/json');
  res.setHeader('Content-Length', new TextEncoder().encode(body).length);
  res.end(body);
}

/** To the sign-in page. Not to be stored: after signing in, the same URL shows the page. */
export function redirect(res: Response, location: string): void {
  if (res.headersSent) return;
  res.statusCode = 302;
  res.setHeader('Location', location);
  res.setHeader('Cache-Control', 'no-store');
  res.end();
}
