/** Values that may be promises. What is there already is handled without making a promise, which keeps the repeat path synchronous. */
import type { MaybePromise } from '../ports.js';
import { isPromise } from './realm.js';

/** `then` for a value that may be there already. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  // A thenable that is no promise may give nothing back from its own `then`.
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

/** `Promise.all` for values that may be there already. */
export function all<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  return values.some(isPromise) ? Promise.all(values) : (values as readonly T[]);
}

/**
 * Marks a value that may be a promise as handled, and returns it. A rejection that nobody awaits would end the process: that of a
 * callback whose result does not matter, or that of the first of several tasks when starting a later one throws.
 */
export function markHandled<V>(value: V): V {
  if (isPromise(value)) value.then(undefined, () => undefined);
  return value;
}
