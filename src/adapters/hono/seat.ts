/** Where a context keeps its visit: under a symbol of ours, out of reach of whatever else sets `auth`. */
import type { Context } from 'hono';
import type { Authenticator } from '../../core/authenticator.js';
import { middlewareMissing } from '../../core/middleware/guard.js';
import type { Visit } from '../../core/visit.js';
import type { OnDenied } from './settings.js';

/** A property of the context, not one of its variables: `c.var` does not list it, and it is found without a look-up in a map. */
const SEAT = Symbol('bailiff.visit');

export interface Seat {
  readonly authenticator: Authenticator;
  readonly visit: Visit;
  /** Of the middleware that ran last. */
  onDenied: OnDenied | undefined;
  /** An answer of ours carries the state's headers already. */
  answered: boolean;
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
export function showAuth(c: Context, auth: Visit['auth']): void {
  if (c.get('auth') !== auth) c.set('auth', auth);
}
