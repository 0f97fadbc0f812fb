/**
 * Finds options that are made anew for each request. Functions and stores have no value to compare, so that each new one
 * gets an authenticator of its own: no cache ever hits, and every request loads the keys.
 */
import { createBoundedCache } from '../../ground/bounded-cache.js';

/** Two may be two tenants with a store each. */
const TOO_MANY = 3;
/** The depth of `cache.machineTokens.store`, the deepest option. What lies within it belongs to the store. */
const DEEPEST = 3;

/** Sets of options that differ in functions and stores alone. */
interface Family {
  /** The numbers of the objects in each set that was seen. */
  readonly seen: Set<string>;
  readonly first: ReadonlyMap<string, number>;
  /** Paths of the objects that were not always the same. */
  readonly differing: Set<string>;
}

/**
 * @param max the number of families that are remembered
 * @param warn called once, when one family has {@link TOO_MANY} different sets of objects
 * @returns a function for options that are new to the cache. `shape`: everything in them that can be compared, as text. `objects`: the
 *   numbers of the functions and stores in them, by path
 */
export function createChurnDetector(
  max: number,
  warn: (message: string) => void,
): (shape: string, objects: ReadonlyMap<string, number>) => void {
  let families: ReturnType<typeof createBoundedCache<Family>> | null = createBoundedCache(max);
  return (shape, objects) => {
    if (families === null || objects.size === 0) return;
    const family = families.get(shape) ?? { seen: new Set(), first: objects, differing: new Set() };
    families.set(shape, family);
    family.seen.add([...objects.values()].join());
    for (const [path, number] of objects) if (family.first.get(path) !== number) family.differing.add(path);
    if (family.seen.size < TOO_MANY) return;
    families = null;
    warn(messageFor([...family.differing]));
  };
}

function messageFor(paths: readonly string[]): string {
  const options = new Set(paths.map((path) => path.split('.').slice(0, DEEPEST).join('.')));
  const names = [...options].map((name) => `\`${name}\``).join(' and ');
  return (
    `${TOO_MANY} sets of options for clerkMiddleware() differ in ${names} alone. ` +
    `Make ${names} once, outside of the function.`
  );
}
