/**
 * `instanceof` for classes that exist several times: in both builds of this package (see `builds.ts`), and in each copy of it in an
 * application. By default `instanceof` compares constructors, and is false for an error that another build threw.
 *
 * A class names itself in its static `bailiffClass`, the same in every copy and every version. Minifiers rename classes and keep
 * such a name; and a name that is written out, unlike a symbol, leaves bundlers free to drop a class that nobody uses.
 */

/**
 * What `instanceof` means for a class with a brand: its own instances, those of its descendants, and those of a class of the same
 * brand. A class without a brand of its own, an application's subclass, has its own instances alone.
 *
 * It reads prototypes, and nothing of the value itself: user code throws what it likes, a getter that throws included.
 */
export function isInstance(kind: abstract new (...args: never) => unknown, value: unknown): boolean {
  const brand = own(kind, 'bailiffClass');
  for (let link = value; Object(link) === link;) {
    link = Object.getPrototypeOf(link) as unknown;
    if (link === kind.prototype || (brand && own(own(link, 'constructor'), 'bailiffClass') === brand)) return true;
  }
  return false;
}

/** A property that no getter gives and no prototype; undefined of what is no object. */
const own = (holder: unknown, key: string): unknown => Object.getOwnPropertyDescriptor(Object(holder), key)?.value;
