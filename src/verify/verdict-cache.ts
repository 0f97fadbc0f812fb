/**
 * What was decided about a token, by the whole token: never by a part of it, which others could share. Bounded in number
 * and in bytes; the one that was not used for longest leaves first.
 */
import { BoundedMap } from '../bounded-map.js';
import type { Clock } from '../ports.js';
import type { VerificationKey } from './keys.js';

interface Entry<V> {
  readonly token: string;
  readonly value: V;
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
  /** Synchronous; neither decodes nor allocates. Null unless there is an entry and it may be used now. */
  get(token: string): V | null;
  put(token: string, value: V, lifetime: Lifetime): void;
  delete(token: string): void;
  deleteWhere(matches: (value: V) => boolean): void;
  readonly size: number;
}

/** Bytes of a token, its claims as objects and the entry around them: 2,160 were measured for 894 characters. */
const costOf = (token: string): number => token.length * 2 + 600;
/**
 * A look-up hashes its key, which takes longer than all the rest for the 800 characters of a token. The end of one is
 * the end of its signature, or random: as good as the whole for finding the place.
 */
const placeOf = (token: string): string => token.slice(-32);
/** On average. Where tokens are longer, fewer of them are kept. */
const BYTES_FOR_EACH = 4_000;
const LEAST_BYTES = 200_000;

/**
 * @param settings.max how many entries; 0 turns the cache off
 * @param settings.usableUntil until when entries with a key may be used; asked at each look-up
 */
export function createVerdictCache<V extends object>(settings: {
  readonly max: number;
  readonly now: Clock;
  readonly usableUntil?: () => number;
}): VerdictCache<V> {
  const { max, now, usableUntil } = settings;
  const entries = new BoundedMap<Entry<V>>(max, Math.max(max * BYTES_FOR_EACH, LEAST_BYTES));

  return {
    get(token) {
      const entry = entries.get(placeOf(token));
      // The place is that of every token with this end. Whose verdict stands there, the whole token tells.
      if (entry?.token !== token) return null;
      const time = now();
      if (time < entry.from) return null;
      if (time >= entry.until || entry.key?.active === false) {
        entries.delete(placeOf(token));
        return null;
      }
      if (entry.key !== null && usableUntil !== undefined && time >= usableUntil()) return null;
      return entry.value;
    },
    put(token, value, { from, until, key }) {
      if (max <= 0 || until <= now()) return;
      entries.set(placeOf(token), { token, value, from, until, key }, costOf(token));
    },
    delete(token) {
      const place = placeOf(token);
      if (entries.peek(place)?.token === token) entries.delete(place);
    },
    deleteWhere(matches) {
      entries.deleteWhere((entry) => matches(entry.value));
    },
    get size() {
      return entries.size;
    },
  };
}
