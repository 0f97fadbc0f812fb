/**
 * What was decided about a token, by the whole token: never by a part of it, which others could share. Bounded in number
 * and in bytes: the one that was used longest ago leaves.
 */
import { createBoundedCache, deleteWhere } from '../shared/bounded-cache.js';
import type { Clock } from '../ports.js';
import type { VerificationKey } from './keys.js';

interface Entry<V> {
  readonly token: string;
  /** Null until the token is used again, where it can be made from the token. */
  value: V | null;
  /** Milliseconds since the epoch: used from `from` on, and before `until`. */
  readonly from: number;
  readonly until: number;
  /** The key that proved it; null where nothing but time ends it. */
  readonly key: VerificationKey | null;
}

export interface Lifetime {
  /** Not used before; also keeps an entry from living longer because a clock was set back. */
  readonly from: number;
  readonly until: number;
  readonly key: VerificationKey | null;
}

export interface VerdictCache<V> {
  /** Synchronous; from the second use on it neither decodes nor allocates. Null unless there is an entry and it may be used now. */
  get(token: string): V | null;
  put(token: string, value: V, lifetime: Lifetime): void;
  delete(token: string): void;
  /** Those that match, and those of which it is not known without reading their tokens again. */
  deleteWhere(matches: (value: V) => boolean): void;
  readonly size: number;
}

/** Bytes of a token, its claims as objects and the entry around them: 2,160 were measured for 894 characters. */
const costOf = (token: string): number => token.length * 2 + 600;
/**
 * Cache key: the last 32 characters, which are random or belong to the signature. The whole token is compared afterwards. To hash
 * all 800 characters of a token takes longer than the rest of the look-up.
 */
const cacheKey = (token: string): string => token.slice(-32);
/**
 * Engines cut a text out of another by pointing into it: a token out of a `Cookie` header would keep the whole header, 16 kB
 * of what a visitor likes. Joined to something and flattened by the cut, it is a text of its own.
 */
const ownCopy = (token: string): string => ` ${token}`.slice(1);
/** On average. Where tokens are longer, fewer of them are kept. */
const BYTES_FOR_EACH = 4_000;
const LEAST_BYTES = 200_000;

/**
 * @param settings.max how many entries; 0 turns the cache off
 * @param settings.usableUntil until when entries with a key may be used; asked at each look-up
 * @param settings.restore what a verified token says, from the token alone. Then a token that comes once leaves nothing behind but
 *   its text: to carry the claims of all of them along took the garbage collector half as long as checking the signatures.
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
