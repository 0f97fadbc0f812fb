/**
 * Where a request carries its authentication: under a symbol of this package, which no other library that writes `req.auth` reaches.
 *
 * Express gives each request a prototype, and V8 thereby a shape of its own to each: to add a property takes 2 to 4 µs (Node 20
 * and 22), to look for one that is not there 1 µs or 2. So the symbol goes to the list of raw headers, which belongs to one
 * request and has the shape of every list, and `Reflect` looks without learning the shape.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSlot } from '../../core/index.js';
import { symbolOf } from '../../ground/builds.js';
import type { OnDenied } from './middleware-options.js';

const RESPONSE = symbolOf('response');
type Holder = Record<symbol, ServerResponse | undefined>;

/** The list of raw headers; the request itself where a runtime makes a new list for each look, or has none. */
function holderOf(req: Partial<IncomingMessage>): Holder {
  const { rawHeaders } = req;
  return (Array.isArray(rawHeaders) && rawHeaders === req.rawHeaders ? rawHeaders : req) as unknown as Holder;
}

export const slot = createSlot<object, OnDenied>('express', holderOf);

export function noteResponse(req: object, res: ServerResponse): void {
  holderOf(req)[RESPONSE] = res;
}

/** The response to an authenticated request. Servers other than Express have no `req.res`. */
export function responseTo(req: object): ServerResponse | undefined {
  return holderOf(req)[RESPONSE];
}
