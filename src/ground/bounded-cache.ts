/**
 * What is kept in bounds is an `LRUCache`, and this is the one place where it is made. It decides what leaves when there is no
 * more room, and nothing else:
 *
 * - Expiry is ours (`from`, `until`, the life of a key). There `ttl: 0` means "for ever", an entry still counts at exactly its ttl,
 *   a clock that is set back lengthens its life, and `allowStaleOnFetchRejection` has no end.
 * - Single flight is ours (`verify/single-flight.ts`). `fetchMethod` puts promises among the entries: a few bad tokens that are
 *   being asked about push good ones out.
 * - The key store is ours: keys leave together, with the set that they came in.
 */
import { LRUCache } from 'lru-cache';

/** Room for entries that differ in weight. */
interface Room<V> {
  /** How much they may weigh together; at least `max`. */
  readonly maxSize: number;
  readonly sizeOf: (value: V, key: string) => number;
}

/**
 * Keeps `max` entries, fewer where they are heavy.
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
