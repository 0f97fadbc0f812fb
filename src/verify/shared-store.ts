/**
 * Verified machine tokens for a whole fleet, in a store that the user brings. The store is neither trusted nor relied on:
 * entries are sealed, every call has a short deadline, and a failure is a miss.
 *
 * A store like this has no transactions: whoever looks and then writes may write over what came in between. So an
 * invalidation stands under a name of its own, which no entry is ever written to, and carries a mark that is made up for
 * it. An entry lists the marks that its maker had seen *before* asking Clerk, and is used only while no other mark
 * stands. When an entry arrives does not matter then, and no two clocks are compared.
 */
import { createBoundedCache } from '../shared/bounded-cache.js';
import { AuthUnavailableError } from '../errors.js';
import type { Clock, Store } from '../ports.js';
import { createSeal } from './seal.js';
import { withDeadline } from './single-flight.js';

export interface SharedEntry {
  readonly kind: string;
  readonly id: string;
  /** When Clerk was asked. Milliseconds since the epoch, as `until`. */
  readonly asked: number;
  readonly until: number;
  /** The marks of invalidations that were seen before Clerk was asked. */
  readonly seen: readonly string[];
  readonly data: unknown;
}

export type SharedAnswer =
  | { readonly state: 'hit'; readonly entry: SharedEntry }
  /** `seen`: the marks of invalidations that stand; what Clerk says from now on is newer than they are. */
  | { readonly state: 'miss'; readonly seen: readonly string[] }
  /** The store did not answer. */
  | { readonly state: 'failed' };

export interface SharedStore {
  /** @param knownId the id of this token if it is known here: then one round trip is enough for a hit, else it takes two */
  read(kind: string, token: string, knownId: string | null): Promise<SharedAnswer>;
  /** Never rejects. May arrive as late as it likes: it brings nothing back that was invalidated. */
  write(token: string, entry: SharedEntry): Promise<void>;
  /** Rejects with `AuthUnavailableError` when the store cannot be told; then it holds for what this process reads there. */
  invalidate(tokenOrId: string): Promise<void>;
}

/** On the way of a request, for one round trip. */
const READ_DEADLINE_MS = 50;
/** Off that way. */
const WRITE_DEADLINE_MS = 2_000;
/** After a failure the store is left alone for so long, so that a slow one is not paid for by each request. */
const REST_MS = 1_000;
/** The most that `cache.machineTokens.ttlMs` may be: no entry of any process is used for longer. */
export const LONGEST_TTL_MS = 86_400_000;
/** An hour more, for clocks that differ (60 s at most) and stores that are late. It costs no calls: see the marks above. */
const INVALIDATION_MS = LONGEST_TTL_MS + 3_600_000;
/** Of two who invalidate the same at once, each may find the other's mark. */
const TRIES = 3;
const MOST_UNTOLD = 1_000;

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
  /** The marks of what this process has invalidated and the store does not know, or not yet. */
  const untold = createBoundedCache<string>(MOST_UNTOLD);
  let restUntil = -Infinity;

  async function guarded<T>(deadlineMs: number, call: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(Promise.resolve().then(call), deadlineMs);
    } catch (error) {
      restUntil = now() + REST_MS;
      throw error;
    }
  }
  function resting(): boolean {
    const left = restUntil - now();
    return left > 0 && left <= REST_MS;
  }

  /** What opens was sealed by this code in this format, so its shape is known. */
  async function markIn(name: string, sealed: unknown): Promise<string | undefined> {
    const record = (await invalidations.open(name, sealed)) as Invalidation | undefined;
    return record?.mark;
  }

  async function entryIn(name: string, sealed: unknown): Promise<SharedEntry | null> {
    const entry = (await entries.open(name, sealed)) as SharedEntry | undefined;
    if (entry === undefined) return null;
    const time = now();
    // Its maker may allow more than is allowed here. One from the future would live for longer than it may.
    const until = Math.min(entry.until, entry.asked + ttlMs);
    return time < until && entry.asked <= time + clockSkewMs ? { ...entry, until } : null;
  }

  /** One round trip. */
  async function look(token: string, id: string | null): Promise<Look> {
    const texts = id === null ? [token] : [token, id];
    // Before the store is asked: what is told meanwhile leaves this list.
    const ours = texts.map((text) => untold.get(text));
    const [name, ...names] = await Promise.all([
      entries.nameOf('entry', token),
      ...texts.map((text) => invalidations.nameOf('invalidation', text)),
    ]);
    // Invalidations first. Keyv reports an error as an event and answers "nothing there"; on one connection, which
    // answers in order, an entry then never comes without the invalidation that was asked for before it.
    const asked = [...names, name];
    // Async, so that a store that throws at once in the middle leaves no promise behind that nobody looks at.
    const found = await guarded(READ_DEADLINE_MS, () => Promise.all(asked.map(async (each) => store.get(each))));
    const told = await Promise.all(names.map((each, index) => markIn(each, found[index])));
    const marks = [...told, ...ours].filter((mark) => mark !== undefined);
    return { entry: await entryIn(name, found.at(-1)), id, marks: [...new Set(marks)] };
  }

  async function lookUp(kind: string, token: string, knownId: string | null): Promise<SharedAnswer> {
    const first = await look(token, knownId);
    const id = first.entry?.id ?? knownId;
    // Only the entry says which id its token has, so only now its invalidation can be looked for; all again, for the
    // order above.
    const { entry, marks, ...looked } = id === knownId ? first : await look(token, id);
    const usable = entry?.kind === kind && entry.id === looked.id && marks.every((mark) => entry.seen.includes(mark));
    return usable ? { state: 'hit', entry } : { state: 'miss', seen: marks };
  }

  /** Keyv reports errors as events, not to who calls `set`: only what can be read again has been told. */
  async function tell(text: string): Promise<void> {
    let other: string | undefined;
    for (let turn = 0; turn < TRIES; turn += 1) {
      const mark = crypto.randomUUID();
      // Here at once, whatever the store does.
      untold.set(text, mark);
      const name = await invalidations.nameOf('invalidation', text);
      await store.set(name, await invalidations.close(name, { mark } satisfies Invalidation), INVALIDATION_MS);
      const found = await markIn(name, await store.get(name));
      // A mark of somebody else that was not there a turn ago is as new as ours. One that stays may be older.
      const told = found === mark || (found !== undefined && other !== undefined && found !== other);
      if (told && untold.peek(text) === mark) untold.delete(text);
      if (told) return;
      other = found;
    }
    throw new Error('The store does not keep what it is told.');
  }

  return {
    async read(kind, token, knownId) {
      if (resting()) return FAILED;
      try {
        return await lookUp(kind, token, knownId);
      } catch {
        return FAILED;
      }
    },

    async write(token, entry) {
      const leftMs = entry.until - now();
      if (resting() || leftMs <= 0) return;
      try {
        const name = await entries.nameOf('entry', token);
        const sealed = await entries.close(name, entry);
        await guarded(WRITE_DEADLINE_MS, () => store.set(name, sealed, Math.ceil(leftMs)));
      } catch {
        // The next request asks Clerk again.
      }
    },

    async invalidate(tokenOrId) {
      try {
        await guarded(WRITE_DEADLINE_MS, () => tell(tokenOrId));
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

interface Look {
  readonly entry: SharedEntry | null;
  /** Whose invalidation was looked for, beside the token's. */
  readonly id: string | null;
  readonly marks: readonly string[];
}
