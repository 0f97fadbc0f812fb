/**
 * The key set of a whole fleet, in the store that the user brings: a fleet that starts at once loads it from Clerk once.
 *
 * The store cannot put a key in. A set counts only if it opens with the seal of this instance's secret key, and its age is that of
 * the question to Clerk: an old set that somebody put back gains no time. A failure of the store is a miss.
 *
 * Such a store has no transactions, so the member that loads is found by Fischer's algorithm: write a lease when there is none, wait
 * until every such write has arrived, and read. The last writer loads, the others wait for its set. When times go wrong there,
 * several members load, which costs calls and nothing else.
 */
import type { Clock, Store } from '../ports.js';
import { keySetFrom, type KeySet } from './jwks.js';
import { createSeal } from './seal.js';
import { createStoreGuard, READ_DEADLINE_MS, WRITE_DEADLINE_MS } from './store-guard.js';

export interface SharedKeySet {
  readonly keys: KeySet;
  /** When Clerk was asked. Milliseconds since the epoch; never in the future. */
  readonly askedAt: number;
}

export interface SharedKeys {
  /** The set that the fleet has, if it suffices. Null: the caller is to load one, and {@link publish} it. Never rejects. */
  find(suffices: (set: SharedKeySet) => boolean): Promise<SharedKeySet | null>;
  /** The last set that {@link find} saw, if it may be used at all: for the time in which Clerk does not answer. */
  last(): SharedKeySet | null;
  /**
   * Ends the load that this member was to make. Null: it failed. Never rejects. A set that is older than that of the store does no
   * harm: every member compares ages.
   */
  publish(document: unknown, askedAt: number): Promise<void>;
}

/** Longer than a write takes to arrive, as a rule. */
const SETTLE_MS = 15;
const FIRST_POLL_MS = 20;
const MAX_POLL_MS = 160;
/** The longest wait for the set of another member. Clerk answers well within it. */
const MAX_WAIT_MS = 800;
/** A lease outlives the wait for it a little. The member that holds it may have died. */
const LEASE_MS = 1_000;

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param settings.secret from which the seal is derived
 * @param settings.scope the instance: sets of another do not open
 * @param settings.lifetimeMs how long a set may be used at all
 * @param settings.clockSkewMs how far the clocks of the fleet may be apart
 * @param settings.wait resolves after so many milliseconds
 */
export function createSharedKeys(settings: {
  readonly store: Store;
  readonly secret: string;
  readonly scope: string;
  readonly lifetimeMs: number;
  readonly clockSkewMs: number;
  readonly now: Clock;
  readonly wait?: (ms: number) => Promise<void>;
}): SharedKeys {
  const { store, secret, scope, lifetimeMs, clockSkewMs, now, wait = later } = settings;
  const seal = createSeal(secret, `jwks\0${scope}`);
  const guard = createStoreGuard(now);
  let seen: SharedKeySet | null = null;
  /** The sealed text of `seen`, which is not opened again while it stays the same. */
  let seenSealed: unknown = null;

  const get = (name: string): Promise<unknown> => guard.run(READ_DEADLINE_MS, async () => store.get(name));
  const put = (deadlineMs: number, name: string, sealed: string, ttlMs: number): Promise<unknown> =>
    guard.run(deadlineMs, async () => store.set(name, sealed, ttlMs));

  async function readSet(): Promise<SharedKeySet | null> {
    const name = await seal.nameOf('entry', 'keys');
    const sealed = await get(name);
    if (sealed !== seenSealed) {
      const record = (await seal.open(name, sealed)) as KeyRecord | undefined;
      const keys = record === undefined ? null : keySetFrom(record.document);
      seen = record === undefined || keys === null ? null : { keys, askedAt: record.askedAt };
      seenSealed = sealed;
    }
    return last();
  }

  function last(): SharedKeySet | null {
    if (seen === null) return null;
    const time = now();
    // A set from the future would outlive its limit. One from the near future comes from a clock that is ahead of ours.
    if (seen.askedAt > time + clockSkewMs || time - seen.askedAt >= lifetimeMs) return null;
    return { ...seen, askedAt: Math.min(seen.askedAt, time) };
  }

  async function readLease(): Promise<string | null> {
    const name = await seal.nameOf('entry', 'lease');
    return ((await seal.open(name, await get(name))) as Lease | undefined)?.id ?? null;
  }

  /** Whether this member is to load. */
  async function takeLease(): Promise<boolean> {
    const id = crypto.randomUUID();
    const name = await seal.nameOf('entry', 'lease');
    // Requests wait for it, as for a read.
    await put(READ_DEADLINE_MS, name, await seal.close(name, { id } satisfies Lease), LEASE_MS);
    await wait(SETTLE_MS);
    const holder = await readLease();
    // Nothing there: the store does not keep what it is told, so there is nobody to wait for.
    return holder === id || holder === null;
  }

  async function findOrLead(suffices: (set: SharedKeySet) => boolean): Promise<SharedKeySet | null> {
    const satisfying = (set: SharedKeySet | null) => (set !== null && suffices(set) ? set : null);
    const first = await readSet();
    let set = first;
    let pollMs = FIRST_POLL_MS;
    for (let waited = 0; waited < MAX_WAIT_MS; waited += pollMs, pollMs = Math.min(2 * pollMs, MAX_POLL_MS)) {
      if (set !== null && suffices(set)) return set;
      // A new set that does not suffice: to wait for a third one is no use.
      if (set !== null && set.askedAt !== first?.askedAt) return null;
      const isLeader = (await readLease()) === null && (await takeLease());
      // The set that another member loaded may have come after the look above, and its lease gone before the look at that.
      if (isLeader) return satisfying(await readSet());
      await wait(pollMs);
      set = await readSet();
    }
    return satisfying(set);
  }

  return {
    async find(suffices) {
      try {
        return guard.resting() ? null : await findOrLead(suffices);
      } catch {
        return null;
      }
    },

    last,

    async publish(document, askedAt) {
      try {
        const leftMs = askedAt + lifetimeMs - now();
        if (guard.resting() || leftMs <= 0) return;
        const name = await seal.nameOf('entry', 'keys');
        const sealed = document === null ? null : await seal.close(name, { document, askedAt } satisfies KeyRecord);
        if (sealed !== null) await put(WRITE_DEADLINE_MS, name, sealed, Math.ceil(leftMs));
        const lease = await seal.nameOf('entry', 'lease');
        await guard.run(WRITE_DEADLINE_MS, async () => store.delete(lease));
      } catch {
        // The other members load the set themselves.
      }
    },
  };
}

interface KeyRecord {
  /** The JWKS as Clerk sent it. */
  readonly document: unknown;
  readonly askedAt: number;
}

interface Lease {
  readonly id: string;
}
