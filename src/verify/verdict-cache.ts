/**
 * Remembers verdicts by the whole token, never by a part that another token could share. The cache is bounded in entries and
 * in bytes; the entry that was used longest ago leaves first.
 */
import { createBoundedCache, deleteWhere } from '../ground/bounded-cache.js';
import type { Clock } from '../ports.js';
import type { VerificationKey } from './keys.js';

interface Entry<V> {
  readonly token: string;
  /** Null until the token is used again, if the cache can restore the value from the token. */
  value: V | null;
  /** Milliseconds since the epoch. The entry is used from `from` on, and before `until`. */
  readonly from: number;
  readonly until: number;
  /** The key that proved the token; null where time alone ends the entry. */
  readonly key: VerificationKey | null;
}

export interface Lifetime {
  /** The entry is not used before this instant, so a clock that was set back does not prolong its life. */
  readonly from: number;
  readonly until: number;
  readonly key: VerificationKey | null;
}

export interface VerdictCache<V> {
  /** Null unless there is an entry that may be used now. Synchronous; from the second use on it neither decodes nor allocates. */
  get(token: string): V | null;
  put(token: string, value: V, lifetime: Lifetime): void;
  delete(token: string): void;
  /** Deletes the entries that match, and those whose value would have to be restored to tell. */
  deleteWhere(matches: (value: V) => boolean): void;
  readonly size: number;
}

/** The bytes of a token, its claims as objects and the entry around them: 2,160 were measured for 894 characters. */
const costOf = (token: string): number => token.length * 2 + 600;
/**
 * Cache key: the last 32 characters, which are random or belong to the signature. The whole token is compared afterwards.
 * Hashing all 800 characters of a token would take longer than the rest of the look-up.
 */
const cacheKey = (token: string): string => token.slice(-32);
/**
 * Engines store a substring as a pointer into the whole text, so a token from a `Cookie` header would keep the whole header in
 * memory: up to 16 kB that a visitor chooses. Joining the token to another text and cutting it off again makes a copy.
 */
const ownCopy = (token: string): string => ` ${token}`.slice(1);
/** The bytes of an entry on average. Where tokens are longer, fewer of them are kept. */
const BYTES_FOR_EACH = 4_000;
const LEAST_BYTES = 200_000;

/**
 * @param settings.max the number of entries; 0 turns the cache off
 * @param settings.usableUntil the instant until which entries with a key may be used; asked at each look-up
 * @param settings.restore makes the value of a verified token from the token alone. Then a token that comes once leaves only its
 *   text behind: keeping the claims of all of them cost the garbage collector half of the time that the signatures took.
 */
export function createVerdictCache<V extends object>(settings: {
  readonly max: number;
  readonly now: Clock;
  readonly usableUntil?: () => number;
  readonly restore?: (token: string) => V;
}): VerdictCache<V> {
  const { max, now, usableUntil, restore } = settings;
  const entries = createBoundedCache<Entry<V>>(max, {
    maxSize: Math.max(max * BYTES_FOR_EACH, LEAST_BYTES),
    sizeOf: ({ token }) => costOf(token),
  });

  return {
    get(token) {
      const entry = entries.get(cacheKey(token));
      // Another token may have the same key.
      if (entry?.token !== token) return null;
      const time = now();
      if (time < entry.from) return null;
      if (time >= entry.until || entry.key?.active === false) {
        entries.delete(cacheKey(token));
        return null;
      }
      if (entry.key !== null && usableUntil !== undefined && time >= usableUntil()) return null;
      return (entry.value ??= restore?.(entry.token) ?? null);
    },
    put(token, value, { from, until, key }) {
      if (max <= 0 || until <= now()) return;
      const own = ownCopy(token);
      entries.set(cacheKey(own), { token: own, value: restore ? null : value, from, until, key });
    },
    delete(token) {
      const key = cacheKey(token);
      if (entries.peek(key)?.token === token) entries.delete(key);
    },
    deleteWhere(matches) {
      deleteWhere(entries, ({ value }) => value === null || matches(value));
    },
    get size() {
      return entries.size;
    },
  };
}
