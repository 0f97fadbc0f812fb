/**
 * What was decided about a token, by the whole token: never by a part of it, which others could share. Bounded in number
 * and in bytes; the one that was not used for longest leaves first.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports.js';
import type { VerificationKey } from './keys.js';

interface Entry<V> {
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
  // Made when it is needed: it sets its room aside at once, and many servers see one kind of token only.
  let entries: LRUCache<string, Entry<V>> | null = null;

  return {
    get(token) {
      if (entries === null) return null;
      const entry = entries.get(token);
      if (entry === undefined) return null;
      const time = now();
      if (time < entry.from) return null;
      if (time >= entry.until || entry.key?.active === false) {
        entries.delete(token);
        return null;
      }
      if (entry.key !== null && usableUntil !== undefined && time >= usableUntil()) return null;
      return entry.value;
    },
    put(token, value, { from, until, key }) {
      if (max <= 0 || until <= now()) return;
      entries ??= new LRUCache({ max, maxSize: Math.max(max * BYTES_FOR_EACH, LEAST_BYTES) });
      entries.set(token, { value, from, until, key }, { size: costOf(token) });
    },
    delete(token) {
      entries?.delete(token);
    },
    deleteWhere(matches) {
      if (entries === null) return;
      for (const [token, entry] of [...entries.entries()]) if (matches(entry.value)) entries.delete(token);
    },
    get size() {
      return entries?.size ?? 0;
    },
  };
}
