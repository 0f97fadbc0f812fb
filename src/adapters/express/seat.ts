/** Where a request keeps its visit: under a symbol of ours, out of reach of whatever else writes `req.auth`. */
import type { Authenticator } from '../../core/authenticator.js';
import { middlewareMissing } from '../../core/middleware/guard.js';
import type { Visit } from '../../core/visit.js';
import { ConfigurationError } from '../../errors.js';
import type { OnDenied } from './settings.js';

const SEAT = Symbol('bailiff.visit');

export interface Seat {
  readonly authenticator: Authenticator;
  readonly visit: Visit;
  /** Of the middleware that ran last. */
  onDenied: OnDenied | undefined;
  /** The state whose headers stand on the response, and these headers. */
  sent: { readonly state: Visit['state']; readonly headers: Visit['headers'] } | null;
}

interface Seated {
  [SEAT]?: Seat;
  auth?: unknown;
}

export function seatOf(req: object): Seat | undefined {
  return (req as Seated)[SEAT];
}

/** @throws {ConfigurationError} if the middleware has not run */
export function requireSeat(req: object, who: string): Seat {
  const seat = seatOf(req);
  if (seat === undefined) throw middlewareMissing(who);
  return seat;
}

export function takeSeat(req: object, seat: Seat): void {
  (req as Seated)[SEAT] = seat;
}

/**
 * Puts the caller at `req.auth`. What another library left there is replaced, an accessor included; it has no say.
 *
 * @throws {ConfigurationError} if another library has made `req.auth` immutable
 */
export function showAuth(req: object, auth: Visit['auth']): void {
  const shown = req as Seated;
  const before = shown.auth;
  if (before === auth) return;
  if (before === undefined) {
    shown.auth = auth;
    if (shown.auth === auth) return;
  }
  const defined = Reflect.defineProperty(shown, 'auth', {
    value: auth,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  if (!defined) {
    throw new ConfigurationError(
      'clerkMiddleware',
      'Another library has made `req.auth` immutable.',
      'Mount clerkMiddleware() without it, or before it.',
    );
  }
}
