/** Where a verifier gets its keys: the interface, and the two sources that never load anything. */
import type { Deferred } from '#signature';
import type { MaybePromise, WaitUntil } from '../ports.js';
import type { VerificationKey } from './keys.js';
import { leaveUnchecked, type Refused, type Unchecked } from './verdict.js';

export type KeyLookup = VerificationKey | Refused | Unchecked;

export interface KeyHealth {
  /** `local`: a PEM is configured. `none`: there is no way to get keys. */
  readonly jwks: 'local' | 'fresh' | 'stale' | 'empty' | 'none';
  /** Milliseconds since the key set was loaded; null unless it was. */
  readonly ageMs: number | null;
  /** The number of usable keys. */
  readonly keys: number;
}

/** The keys that signatures are checked with. */
export interface KeySource {
  /**
   * Rejects when there are no keys through a fault of this server.
   *
   * @param kid the key id of an unverified header
   * @param waitUntil that of the request at hand
   */
  find(kid: unknown, waitUntil?: WaitUntil): MaybePromise<KeyLookup>;
  /** The end of the time in which verdicts that rest on these keys are used again without a call of {@link find}; ms since the epoch. */
  recallUntil(): number;
  /** Makes sure that there are keys. Null: there are. */
  prepare(): Promise<Unchecked | null>;
  health(): KeyHealth;
}

/** A key must be configured before a retry can help. */
const RETRY_AFTER_MS = 60_000;

/**
 * One configured key. It serves tokens with any key id and never needs the network. A key that turns out to be unusable lets
 * nobody in: every call of `find` rejects with the error.
 */
export function createLocalKeySource(given: Deferred<VerificationKey>): KeySource {
  let key = typeof given === 'function' ? null : given;
  let usable = true;
  // Every call loads the key until one has succeeded: in Workers, a promise may end with the request that made it.
  async function load(from: () => Promise<VerificationKey>): Promise<VerificationKey> {
    try {
      const loaded = await from();
      usable = true;
      return (key ??= loaded);
    } catch (error) {
      usable = false;
      throw error;
    }
  }
  const find = () => key ?? load(given as () => Promise<VerificationKey>);
  return {
    find,
    recallUntil: () => Infinity,
    prepare: async () => {
      await find();
      return null;
    },
    health: () => (usable ? { jwks: 'local', ageMs: null, keys: 1 } : { jwks: 'empty', ageMs: null, keys: 0 }),
  };
}

/** No key, and no way to load one. */
export function createMissingKeySource(): KeySource {
  const unchecked = leaveUnchecked('jwk-failed-to-resolve', RETRY_AFTER_MS);
  return {
    find: () => unchecked,
    recallUntil: () => -Infinity,
    prepare: () => Promise.resolve(unchecked),
    health: () => ({ jwks: 'none', ageMs: null, keys: 0 }),
  };
}
