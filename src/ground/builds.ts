/**
 * What the ES modules and the CommonJS build of this package share when a process loads both: the one for `import`, the other for
 * `require`. Only builds of one version share it, because what they keep there has no form that is promised.
 */
import { VERSION } from './version.js';

/** A symbol that is the same in both builds. */
export const symbolOf = (name: string): symbol => Symbol.for(`bailiff@${VERSION}.${name}`);

/** The value of a name: what the build that was loaded first has made. */
export function shared<T>(name: string, make: () => T): T {
  const holder = globalThis as unknown as Record<symbol, T | undefined>;
  return (holder[symbolOf(name)] ??= make());
}
