/**
 * A class that both builds of this package have (see `builds.ts`), and each copy of it in an application: `instanceof` compares
 * constructors, and would say no to an error that the other build threw.
 */

/** Where a class has its brand. The same in every copy and every version. */
export const BRAND = Symbol.for('bailiff.class');

/**
 * What `instanceof` means for a class with a brand: its own instances, those of its descendants, and those of a class of the same
 * brand. A class without a brand of its own, an application's subclass, has its own instances alone.
 *
 * It reads prototypes, and nothing of the value itself: user code throws what it likes, a getter that throws included.
 */
export function isInstance(kind: abstract new (...args: never) => unknown, value: unknown): boolean {
  const brand = brandOf(kind);
  for (let link = value; isObject(link);) {
    link = Object.getPrototypeOf(link) as unknown;
    if (link === kind.prototype) return true;
    const maker: unknown = isObject(link) && Object.getOwnPropertyDescriptor(link, 'constructor')?.value;
    if (brand !== undefined && typeof maker === 'function' && brandOf(maker) === brand) return true;
  }
  return false;
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

const brandOf = (kind: object): unknown => Object.getOwnPropertyDescriptor(kind, BRAND)?.value;
