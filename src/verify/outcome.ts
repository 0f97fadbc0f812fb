/** Short ways to say no. The message comes from the one table of reasons unless a rule has something better to say. */
import { TOKEN_MEANINGS, type TokenReason } from '../shared/meanings.js';
import type { Refused, Unchecked, Verdict } from './verdict.js';

export function refuse(reason: TokenReason, message: string = TOKEN_MEANINGS[reason]): Refused {
  return { outcome: 'refused', reason, message };
}

/** @param detail what came instead of an answer, in a sentence */
export function leaveUnchecked(reason: TokenReason, retryAfterMs: number, detail: string | null = null): Unchecked {
  const meaning = TOKEN_MEANINGS[reason];
  return { outcome: 'unchecked', reason, message: detail === null ? meaning : `${meaning} ${detail}`, retryAfterMs };
}

export function accept<T>(value: T): Verdict<T> {
  return { outcome: 'accepted', value };
}

/** Freezes what JSON made, all the way down; a loop, since JSON may be nested deeper than the stack. */
export function deepFreeze<T>(value: T): T {
  let pending: object[] | null = null;
  let next: object | undefined = isObject(value) ? value : undefined;
  while (next !== undefined) {
    Object.freeze(next);
    // Most objects hold no others: `for in` makes no list of what is inside.
    for (const name in next) {
      const inner: unknown = (next as Record<string, unknown>)[name];
      if (isObject(inner)) (pending ??= []).push(inner);
    }
    next = pending?.pop();
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
