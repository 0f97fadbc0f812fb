import type { Context } from 'hono';
import { createSlot } from '../../core/index.js';
import type { Auth } from '../../types.js';
import type { OnDenied } from './middleware-options.js';

/** A property of the context, not one of its variables: `c.var` does not list it, and it is found without a look-up in a map. */
export const slot = createSlot<Context, OnDenied>('hono');

/** Puts the caller at `c.var.auth`. */
export function showAuth(c: Context, auth: Auth): void {
  if (c.get('auth') !== auth) c.set('auth', auth);
}
