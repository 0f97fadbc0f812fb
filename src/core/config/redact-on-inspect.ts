/** Keeps secrets out of objects that are shown by accident: in a log line, an error report, a debugger's console. */

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Freezes `target` so that `util.inspect`, `console.log` and `JSON.stringify` show `shown()` instead of it. Properties
 * named in `secrets` are not enumerable either, so that a spread or `Object.entries` leaves them behind.
 */
export function redactOnInspect<T extends object>(
  target: T,
  shown: () => unknown,
  secrets: readonly (keyof T)[] = [],
): T {
  for (const key of secrets) Object.defineProperty(target, key, { enumerable: false });
  Object.defineProperty(target, 'toJSON', { value: shown });
  Object.defineProperty(target, INSPECT, { value: shown });
  return Object.freeze(target);
}
