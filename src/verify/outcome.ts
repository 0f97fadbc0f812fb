/** Short ways to say no. The message comes from the one table of reasons unless a rule has something better to say. */
import { TOKEN_REASONS, type TokenReason } from '../errors.js';
import type { Refused, Unchecked, Verdict } from './verdict.js';

export function refuse(reason: TokenReason, message: string = TOKEN_REASONS[reason].meaning): Refused {
  return { outcome: 'refused', reason, message };
}

export function leaveUnchecked(
  reason: TokenReason,
  retryAfterMs: number,
  message: string = TOKEN_REASONS[reason].meaning,
): Unchecked {
  return { outcome: 'unchecked', reason, message, retryAfterMs };
}

export function accept<T>(value: T): Verdict<T> {
  return { outcome: 'accepted', value };
}

/** Freezes an acyclic value all the way down; a loop, since JSON may be nested deeper than the stack. */
export function deepFreeze<T>(value: T): T {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const inner of Object.values(next)) pending.push(inner);
  }
  return value;
}
