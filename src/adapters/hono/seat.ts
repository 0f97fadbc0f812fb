/** Where a context keeps its authentication: under a symbol of ours, out of reach of whatever else sets `auth`. */
import type { Context } from 'hono';
import type { Authenticator } from '../../core/authenticator.js';
import { middlewareMissing } from '../../core/middleware/guard.js';
import { sessionCookiesOf } from '../../core/session/private-answer.js';
import type { HeaderPairs } from '../../core/request-state.js';
import type { RequestAuthentication } from '../../core/middleware/request-authentication.js';
import type { OnDenied } from './settings.js';

/** A property of the context, not one of its variables: `c.var` does not list it, and it is found without a look-up in a map. */
const SEAT = Symbol('bailiff.authentication');

export interface Seat {
  readonly authenticator: Authenticator;
  readonly authentication: RequestAuthentication;
  /** Of the middleware that ran last. */
  onDenied: OnDenied | undefined;
  /** Cookies of sessions that middlewares before this one have renewed: Clerk does not give them twice. */
  readonly renewed: HeaderPairs;
  /** An answer of ours carries the state's headers already. */
  answered: boolean;
}

/** What the seat that takes the place of this one has to send for it. */
export function renewedBy(earlier: Seat | undefined): HeaderPairs {
  if (earlier === undefined) return [];
  const cookies = sessionCookiesOf(earlier.visit.answerHeaders);
  return [...earlier.renewed, ...cookies.map((cookie) => ['Set-Cookie', cookie] as const)];
}

/** Headers for an answer, behind the cookies of the seats before. A cookie that both have comes once. */
export function withRenewed({ renewed }: Seat, headers: HeaderPairs): HeaderPairs {
  if (renewed.length === 0) return headers;
  return [...renewed.filter(([, cookie]) => !headers.some(([, value]) => value === cookie)), ...headers];
}

interface Seated {
  [SEAT]?: Seat;
}

export function seatOf(c: Context): Seat | undefined {
  return (c as Seated)[SEAT];
}

/** @throws {ConfigurationError} if the middleware has not run */
export function requireSeat(c: Context, who: string): Seat {
  const seat = seatOf(c);
  if (seat === undefined) throw middlewareMissing(who);
  return seat;
}

export function takeSeat(c: Context, seat: Seat): void {
  (c as Seated)[SEAT] = seat;
}

/** Puts the caller at `c.var.auth`. */
export function showAuth(c: Context, auth: RequestAuthentication['auth']): void {
  if (c.get('auth') !== auth) c.set('auth', auth);
}
