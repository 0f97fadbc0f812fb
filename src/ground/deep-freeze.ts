/** Freezes an object that JSON made, and everything inside it. A loop, since JSON may be nested deeper than the stack. */
export function deepFreeze<T>(value: T): T {
  let pending: object[] | null = null;
  let next: object | undefined = isObject(value) ? value : undefined;
  while (next !== undefined) {
    Object.freeze(next);
    // Most objects hold no others: `for in` makes no list of the names.
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
