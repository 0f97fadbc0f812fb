/**
 * Verified machine tokens for a whole fleet, in a store that the user brings. Bailiff neither trusts the store nor relies on
 * it: entries are sealed, every call has a short deadline, and a failure is a miss.
 *
 * Such a store has no transactions: a process that reads and then writes may overwrite a change that came in between. So an
 * invalidation has a name of its own, where no entry is ever written, and carries a random mark. An entry lists the marks
 * that its writer had seen *before* it asked Clerk. The entry is used only while no other mark stands. So the order in which
 * entries arrive does not matter, and no two clocks are compared.
 */
import { createBoundedCache } from '../ground/bounded-cache.js';
import { AuthUnavailableError } from '../errors.js';
import type { Clock, Store } from '../ports.js';
import { createSeal } from './seal.js';
import { createStoreGuard, READ_DEADLINE_MS, REST_MS, WRITE_DEADLINE_MS } from './store-guard.js';

export interface SharedEntry {
  readonly kind: string;
  readonly id: string;
  /** When Clerk was asked. Milliseconds since the epoch, as `until`. */
  readonly asked: number;
  readonly until: number;
  /** The marks of the invalidations that the writer had seen before it asked Clerk. */
  readonly seen: readonly string[];
  readonly data: unknown;
}

export type SharedAnswer =
  | { readonly state: 'hit'; readonly entry: SharedEntry }
  /** `seen`: the marks of the invalidations that stand. An answer that Clerk gives from now on is newer than they are. */
  | { readonly state: 'miss'; readonly seen: readonly string[] }
  /** The store did not answer. */
  | { readonly state: 'failed' };

export interface SharedStore {
  /** @param knownId the id of this token, if this process knows it: then a hit takes one round trip, else two */
  read(kind: string, token: string, knownId: string | null): Promise<SharedAnswer>;
  /** Never rejects. A late write does no harm: it brings no invalidated token back. */
  write(token: string, entry: SharedEntry): Promise<void>;
  /** @throws AuthUnavailableError when the store could not be told; then the invalidation holds for the reads of this process */
  invalidate(tokenOrId: string): Promise<void>;
}

/** The upper limit of `cache.machineTokens.ttlMs`: no process uses an entry for longer. */
export const LONGEST_TTL_MS = 86_400_000;
/** An hour longer, for clocks that differ (60 s at most) and stores that are late. */
const INVALIDATION_MS = LONGEST_TTL_MS + 3_600_000;
/** When two processes invalidate the same token at once, each may find the mark of the other. */
const TRIES = 3;
const MOST_UNCONFIRMED = 1_000;

const FAILED: SharedAnswer = { state: 'failed' };

/**
 * @param settings.secret from which names and keys are derived
 * @param settings.scope instance and options: entries of another scope do not open. Invalidations have none: they are for
 *   every process with this secret, whatever its options
 * @param settings.ttlMs how long after Clerk was asked an entry may be used, whatever its maker allows
 * @param settings.clockSkewMs how far the clocks of the fleet may be apart
 */
export function createSharedStore(settings: {
  readonly store: Store;
  readonly secret: string;
  readonly scope: string;
  readonly ttlMs: number;
  readonly clockSkewMs: number;
  readonly now: Clock;
}): SharedStore {
  const { store, secret, ttlMs, clockSkewMs, now } = settings;
  const entries = createSeal(secret, settings.scope);
  const invalidations = createSeal(secret, 'invalidations');
  /** The marks of invalidations by this process that the store has not confirmed. */
  const unconfirmed = createBoundedCache<string>(MOST_UNCONFIRMED);
  const guard = createStoreGuard(now);

  /** A record that opens was sealed by this code in this format, so its shape is known. */
  async function markIn(name: string, sealed: unknown): Promise<string | undefined> {
    const record = (await invalidations.open(name, sealed)) as Invalidation | undefined;
    return record?.mark;
  }

  async function entryIn(name: string, sealed: unknown): Promise<SharedEntry | null> {
    const entry = (await entries.open(name, sealed)) as SharedEntry | undefined;
    if (entry === undefined) return null;
    const time = now();
    // The writer may allow a longer life than this process does. An entry from the future would outlive its limit.
    const until = Math.min(entry.until, entry.asked + ttlMs);
    return time < until && entry.asked <= time + clockSkewMs ? { ...entry, until } : null;
  }

  /** Reads entry and invalidations in one round trip. */
  async function readOnce(token: string, id: string | null): Promise<Reading> {
    const texts = id === null ? [token] : [token, id];
    // Read before the store is asked, because confirmed marks leave `unconfirmed`.
    const ours = texts.map((text) => unconfirmed.get(text));
    const [name, ...names] = await Promise.all([
      entries.nameOf('entry', token),
      ...texts.map((text) => invalidations.nameOf('invalidation', text)),
    ]);
    // Invalidations first. Keyv reports an error as an event and answers "nothing there". A connection answers in order, so
    // an entry never arrives without the invalidation that was asked for before it.
    const asked = [...names, name];
    // Async, so that a store that throws synchronously in the middle leaves no unhandled promise behind.
    const found = await guard.run(READ_DEADLINE_MS, () => Promise.all(asked.map(async (each) => store.get(each))));
    const stored = await Promise.all(names.map((each, index) => markIn(each, found[index])));
    const marks = [...stored, ...ours].filter((mark) => mark !== undefined);
    return { entry: await entryIn(name, found.at(-1)), id, marks: [...new Set(marks)] };
  }

  async function lookUp(kind: string, token: string, knownId: string | null): Promise<SharedAnswer> {
    const first = await readOnce(token, knownId);
    const id = first.entry?.id ?? knownId;
    // Only the entry tells the id of its token, so the invalidation of the id is looked for in a second round. That round
    // reads everything again, because of the order above.
    const { entry, marks, ...read } = id === knownId ? first : await readOnce(token, id);
    const usable = entry?.kind === kind && entry.id === read.id && marks.every((mark) => entry.seen.includes(mark));
    return usable ? { state: 'hit', entry } : { state: 'miss', seen: marks };
  }

  /** Keyv reports errors as events and not to the caller of `set`, so a mark is confirmed only when it is read back. */
  async function writeMark(text: string): Promise<void> {
    let other: string | undefined;
    for (let turn = 0; turn < TRIES; turn += 1) {
      const mark = crypto.randomUUID();
      // In this process the invalidation holds at once.
      unconfirmed.set(text, mark);
      const name = await invalidations.nameOf('invalidation', text);
      await store.set(name, await invalidations.close(name, { mark } satisfies Invalidation), INVALIDATION_MS);
      const found = await markIn(name, await store.get(name));
      // A mark of another process that was not there a turn ago is as new as ours. One that stays may be older.
      const isConfirmed = found === mark || (found !== undefined && other !== undefined && found !== other);
      if (isConfirmed && unconfirmed.peek(text) === mark) unconfirmed.delete(text);
      if (isConfirmed) return;
      other = found;
    }
    throw new Error('The store does not keep what it is told.');
  }

  return {
    async read(kind, token, knownId) {
      if (guard.resting()) return FAILED;
      try {
        return await lookUp(kind, token, knownId);
      } catch {
        return FAILED;
      }
    },

    async write(token, entry) {
      try {
        const leftMs = entry.until - now();
        if (guard.resting() || leftMs <= 0) return;
        const name = await entries.nameOf('entry', token);
        const sealed = await entries.close(name, entry);
        await guard.run(WRITE_DEADLINE_MS, () => store.set(name, sealed, Math.ceil(leftMs)));
      } catch {
        // The next request asks Clerk again.
      }
    },

    async invalidate(tokenOrId) {
      try {
        await guard.run(WRITE_DEADLINE_MS, () => writeMark(tokenOrId));
      } catch (cause) {
        const message = 'The shared store could not be told of the invalidation; it holds in this process only.';
        throw new AuthUnavailableError('unexpected-error', message, REST_MS, { cause });
      }
    },
  };
}

interface Invalidation {
  readonly mark: string;
}

interface Reading {
  readonly entry: SharedEntry | null;
  /** The id whose invalidation was looked for, beside that of the token. */
  readonly id: string | null;
  readonly marks: readonly string[];
}
