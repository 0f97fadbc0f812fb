/** Turns what user code throws or rejects with into an error that frameworks and callers can rely on. */
import type { MaybePromise } from '../../ports.js';
import { isError, isPromise } from '../../ground/realm.js';

/**
 * The value itself if it is an error of any realm; else an `Error` with the value as its `cause`.
 *
 * Express takes `next(undefined)` for "go on" and `next('route')` for "skip", so nothing but a real error may ever be handed on: a
 * callback that rejects with nothing would open the door behind a guard.
 */
export function asError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  const kind = thrown === null ? 'null' : typeof thrown;
  return new Error(`Something was thrown that is no error (${kind}).`, { cause: thrown });
}

/**
 * Runs code that may call a callback of the application. Whatever that throws or rejects with is thrown on as a real error.
 *
 * @param onThrown gets the value first
 */
export function withRealErrors<T>(run: () => MaybePromise<T>, onThrown?: (thrown: unknown) => void): MaybePromise<T> {
  const rethrow = (thrown: unknown): never => {
    onThrown?.(thrown);
    throw asError(thrown);
  };
  try {
    const result = run();
    return isPromise(result) ? Promise.resolve(result).catch(rethrow) : result;
  } catch (thrown) {
    return rethrow(thrown);
  }
}
