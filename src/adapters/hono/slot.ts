/** Where a context keeps its authentication: under a symbol of ours, out of reach of whatever else sets `auth`. */
import type { Context } from 'hono';
import type { Authenticator } from '../../core/authenticator.js';
import { middlewareMissing } from '../../core/guards/create-guard.js';
import { sessionCookiesOf } from '../../core/middleware/private-answer.js';
import type { HeaderPairs } from '../../core/outcome.js';
import type { RequestAuthentication } from '../../core/middleware/request-authentication.js';
import type { OnDenied } from './settings.js';

/** A property of the context, not one of its variables: `c.var` does not list it, and it is found without a look-up in a map. */
const SLOT = Symbol('bailiff.authentication');

export interface Slot {
  readonly authenticator: Authenticator;
  readonly authentication: RequestAuthentication;
  /** Of the middleware that ran last. */
  onDenied: OnDenied | undefined;
  /** Cookies of sessions that middlewares before this one have renewed: Clerk does not give them twice. */
  readonly renewed: HeaderPairs;
  /** An answer of ours carries the state's headers already. */
  answered: boolean;
}

/** What the slot that takes the place of this one has to send for it. */
export function renewedBy(earlier: Slot | undefined): HeaderPairs {
  if (earlier === undefined) return [];
  const cookies = sessionCookiesOf(earlier.authentication.answerHeaders);
  return [...earlier.renewed, ...cookies.map((cookie) => ['Set-Cookie', cookie] as const)];
}

/** Headers for an answer, behind the cookies of the slots before. A cookie that both have comes once. */
export function withRenewed({ renewed }: Slot, headers: HeaderPairs): HeaderPairs {
  if (renewed.length === 0) return headers;
  return [...renewed.filter(([, cookie]) => !headers.some(([, value]) => value === cookie)), ...headers];
}

interface WithSlot {
  [SLOT]?: Slot;
}

export function slotOf(c: Context): Slot | undefined {
  return (c as WithSlot)[SLOT];
}

/** @throws {ConfigurationError} if the middleware has not run */
export function requireSlot(c: Context, who: string): Slot {
  const slot = slotOf(c);
  if (slot === undefined) throw middlewareMissing(who);
  return slot;
}

export function setSlot(c: Context, slot: Slot): void {
  (c as WithSlot)[SLOT] = slot;
}

/** Puts the caller at `c.var.auth`. */
export function showAuth(c: Context, auth: RequestAuthentication['auth']): void {
  if (c.get('auth') !== auth) c.set('auth', auth);
}
