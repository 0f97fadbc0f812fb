/**
 * Values that the ES modules and the CommonJS build of this package share when a process loads both: the one for `import`, the other
 * for `require`. Only builds of one version share them, because their form changes between versions.
 */
import { VERSION } from './version.js';

/** A symbol that is the same in both builds. */
export const symbolOf = (name: string): symbol => Symbol.for(`bailiff@${VERSION}.${name}`);

/** The shared value of a name. The build that is loaded first makes it. */
export function sharedByBuilds<T>(name: string, make: () => T): T {
  const holder = globalThis as unknown as Record<symbol, T | undefined>;
  return (holder[symbolOf(name)] ??= make());
}
