/**
 * Where a request keeps its authentication: under a symbol of ours, out of reach of whatever else writes `req.auth`.
 *
 * Express gives each request a prototype, and V8 thereby a shape of its own to each: to add a property takes 2 to 4 µs (Node 20
 * and 22), to look for one that is not there 1 µs or 2. So the symbol goes to the list of raw headers, which belongs to one
 * request and has the shape of every list, and `Reflect` looks without learning the shape.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from '../../core/authenticator.js';
import { middlewareMissing } from '../../core/guards/create-guard.js';
import type { RequestAuthentication } from '../../core/middleware/request-authentication.js';
import { ConfigurationError } from '../../errors.js';
import type { OnDenied } from './settings.js';

const SLOT = Symbol('bailiff.authentication');

export interface Slot {
  readonly authenticator: Authenticator;
  readonly authentication: RequestAuthentication;
  /** Of the middleware that ran last. */
  onDenied: OnDenied | undefined;
  readonly res: ServerResponse;
  /** The state's headers that stand on the response. */
  sent: RequestAuthentication['headers'] | null;
}

interface WithSlot {
  [SLOT]?: Slot;
}

/** The list of raw headers; the request itself where a runtime makes a new list for each look, or has none. */
function holderOf(req: Partial<IncomingMessage>): WithSlot {
  const { rawHeaders } = req;
  return (Array.isArray(rawHeaders) && rawHeaders === req.rawHeaders ? rawHeaders : req) as WithSlot;
}

export function slotOf(req: object): Slot | undefined {
  return holderOf(req)[SLOT];
}

/** @throws {ConfigurationError} if the middleware has not run */
export function requireSlot(req: object, who: string): Slot {
  const slot = slotOf(req);
  if (slot === undefined) throw middlewareMissing(who);
  return slot;
}

export function setSlot(req: object, slot: Slot): void {
  holderOf(req)[SLOT] = slot;
}

/**
 * Puts the caller at `req.auth`. What another library left there is replaced, an accessor included; it has no say.
 *
 * @throws {ConfigurationError} if another library has made `req.auth` immutable
 */
export function showAuth(req: object, auth: RequestAuthentication['auth']): void {
  const before: unknown = Reflect.get(req, 'auth');
  if (before === auth) return;
  // What cannot be assigned to, or keeps the value to itself, is replaced below.
  if (before === undefined && Reflect.set(req, 'auth', auth) && Reflect.get(req, 'auth') === auth) return;
  const defined = Reflect.defineProperty(req, 'auth', {
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
