/** Where a context keeps its visit: under a symbol of ours, out of reach of whatever else sets `auth`. */
import type { Context } from 'hono';
import type { Authenticator } from '../../core/authenticator.js';
import { middlewareMissing } from '../../core/middleware/guard.js';
import type { Visit } from '../../core/visit.js';
import type { OnDenied } from './settings.js';

/** Hono keeps variables in a map and types their names as text; a symbol is as good a key. */
const SEAT = Symbol('bailiff.visit') as unknown as string;

export interface Seat {
  readonly authenticator: Authenticator;
  readonly visit: Visit;
  /** Of the middleware that ran last. */
  onDenied: OnDenied | undefined;
}

export function seatOf(c: Context): Seat | undefined {
  return c.get(SEAT) as Seat | undefined;
}

/** @throws {ConfigurationError} if the middleware has not run */
export function requireSeat(c: Context, who: string): Seat {
  const seat = seatOf(c);
  if (seat === undefined) throw middlewareMissing(who);
  return seat;
}

export function takeSeat(c: Context, seat: Seat): void {
  c.set(SEAT, seat);
}

/** Puts the caller at `c.var.auth`. */
export function showAuth(c: Context, auth: Visit['auth']): void {
  if (c.get('auth') !== auth) c.set('auth', auth);
}
