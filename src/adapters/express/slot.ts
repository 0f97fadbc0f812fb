/**
 * The slot of a request for its authentication: a symbol of ours, out of reach of whatever else writes `req.auth`.
 *
 * Express gives each request a prototype, and V8 thereby a shape of its own to each: to add a property takes 2 to 4 µs (Node 20
 * and 22), to look for one that is not there 1 µs or 2. So the symbol goes to the list of raw headers, which belongs to one
 * request and has the shape of every list, and `Reflect` looks without learning the shape.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { middlewareMissing, type RequestAuthentication } from '../../core/index.js';
import { ConfigurationError } from '../../errors.js';
import type { Auth } from '../../types.js';
import type { OnDenied } from './settings.js';

const AUTHENTICATION = Symbol('bailiff.authentication');
const RESPONSE = Symbol('bailiff.response');

type Authentication = RequestAuthentication<OnDenied>;

interface Slot {
  [AUTHENTICATION]?: Authentication;
  [RESPONSE]?: ServerResponse;
}

/** The list of raw headers; the request itself where a runtime makes a new list for each look, or has none. */
function holderOf(req: Partial<IncomingMessage>): Slot {
  const { rawHeaders } = req;
  return (Array.isArray(rawHeaders) && rawHeaders === req.rawHeaders ? rawHeaders : req) as object;
}

export function getRequestAuthentication(req: object): Authentication | undefined {
  return holderOf(req)[AUTHENTICATION];
}

/** @throws {ConfigurationError} if the middleware has not run */
export function requireRequestAuthentication(req: object, who: string): Authentication {
  const found = getRequestAuthentication(req);
  if (found === undefined) throw middlewareMissing(who);
  return found;
}

export function setRequestAuthentication(req: object, authentication: Authentication, res: ServerResponse): void {
  const slot = holderOf(req);
  slot[AUTHENTICATION] = authentication;
  slot[RESPONSE] = res;
}

/** The response to an authenticated request: not every server has it on the request. */
export function responseTo(req: object): ServerResponse | undefined {
  return holderOf(req)[RESPONSE];
}

/**
 * Puts the caller at `req.auth`. What another library left there is replaced, an accessor included; it has no say.
 *
 * @throws {ConfigurationError} if another library has made `req.auth` immutable
 */
export function showAuth(req: object, auth: Auth): void {
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
