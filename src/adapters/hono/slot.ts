/** The slot of a context for its authentication: a symbol of ours, out of reach of whatever else sets `auth`. */
import type { Context } from 'hono';
import { middlewareMissing, type RequestAuthentication } from '../../core/index.js';
import type { Auth } from '../../types.js';
import type { OnDenied } from './settings.js';

/** A property of the context, not one of its variables: `c.var` does not list it, and it is found without a look-up in a map. */
const SLOT = Symbol('bailiff.authentication');

type Authentication = RequestAuthentication<OnDenied>;
type WithSlot = { [SLOT]?: Authentication };

export function getRequestAuthentication(c: Context): Authentication | undefined {
  return (c as WithSlot)[SLOT];
}

/** @throws {ConfigurationError} if the middleware has not run */
export function requireRequestAuthentication(c: Context, who: string): Authentication {
  const found = getRequestAuthentication(c);
  if (found === undefined) throw middlewareMissing(who);
  return found;
}

export function setRequestAuthentication(c: Context, authentication: Authentication): void {
  (c as WithSlot)[SLOT] = authentication;
}

/** Puts the caller at `c.var.auth`. */
export function showAuth(c: Context, auth: Auth): void {
  if (c.get('auth') !== auth) c.set('auth', auth);
}
