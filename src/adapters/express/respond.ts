/** Answers, written without the application's settings (`json spaces`, `etag`, …): a denial looks the same everywhere. */
import type { Response } from 'express';
import type { Visit } from '../../core/visit.js';
import type { Denial } from '../../types.js';
import type { Seat } from './seat.js';

/** `Set-Cookie` and `Vary` join what is there already; of every other header there is one. */
const APPENDED = new Set(['set-cookie', 'vary']);

function put(res: Response, headers: Visit['headers']): void {
  for (const [name, value] of headers) {
    if (APPENDED.has(name.toLowerCase())) res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
}

/** Puts the state's headers on the response; a state that another has replaced takes its own back. */
export function sendStateHeaders(res: Response, seat: Seat): void {
  const { state, headers } = seat.visit;
  // The usual case, a known caller, has nothing to say.
  if (state === seat.sent?.state || (headers.length === 0 && seat.sent === null) || res.headersSent) return;
  for (const [name] of seat.sent?.headers ?? []) if (!APPENDED.has(name.toLowerCase())) res.removeHeader(name);
  put(res, headers);
  seat.sent = { state, headers };
}

/** Ends the response with a status and the state's headers. */
export function stop(res: Response, status: number, seat: Seat): void {
  if (res.headersSent) return;
  sendStateHeaders(res, seat);
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
