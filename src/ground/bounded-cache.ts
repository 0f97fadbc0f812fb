/**
 * Every cache with a bound is an `LRUCache` that is made here. lru-cache decides which entry leaves when there is no more room. What
 * it could also do, this package does by itself:
 *
 * - Expiry (`from`, `until`, the life of a key). In lru-cache `ttl: 0` means "for ever", an entry still counts at exactly its ttl,
 *   a clock that is set back lengthens its life, and `allowStaleOnFetchRejection` has no end.
 * - Single flight (`verify/single-flight.ts`). `fetchMethod` puts promises among the entries, so that a few bad tokens that Clerk is
 *   being asked about push good ones out.
 * - The key store: keys leave together, with the set that they came in.
 */
import { LRUCache } from 'lru-cache';

/** A bound for entries that differ in size, in any one unit. */
interface Room<V> {
  /** The size of all entries together; at least `max`. */
  readonly maxSize: number;
  readonly sizeOf: (value: V, key: string) => number;
}

/**
 * A cache of at most `max` entries, and fewer where they are large.
 *
 * `maxSize` alone: the option `max` reserves all places at once, which is 320 kB for each authenticator and 30 MB for a hundred
 * tenants. That each entry counts for its share at least bounds their number too.
 */
export function createBoundedCache<V extends object | string>(max: number, room?: Room<V>): LRUCache<string, V> {
  if (room === undefined) return new LRUCache({ maxSize: max, sizeCalculation: () => 1 });
  const { maxSize, sizeOf } = room;
  const share = Math.floor(maxSize / max);
  return new LRUCache({ maxSize, sizeCalculation: (value, key) => Math.max(sizeOf(value, key), share) });
}

/** Deletes what matches. A copy of the keys first: the iterators follow links that a deletion takes away. */
export function deleteWhere<V extends object>(cache: LRUCache<string, V>, matches: (value: V) => boolean): void {
  for (const [key, value] of [...cache]) if (matches(value)) cache.delete(key);
}
