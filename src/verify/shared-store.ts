/**
 * Verified machine tokens for a whole fleet, in a store that the user brings. The store is neither trusted nor relied on:
 * entries are sealed, every call has a short deadline, and a failure is a miss.
 */
import { AuthUnavailableError } from '../errors.js';
import type { Clock, Store } from '../ports.js';
import { createSeal } from './seal.js';
import { withDeadline } from './single-flight.js';

export interface SharedEntry {
  readonly kind: string;
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly data: unknown;
}

export type SharedAnswer =
  | { readonly state: 'hit'; readonly entry: SharedEntry }
  | { readonly state: 'miss' }
  /** Invalidated a short while ago: ask Clerk, and do not write. */
  | { readonly state: 'gone' }
  /** The store did not answer. */
  | { readonly state: 'failed' };

export interface SharedStore {
  read(kind: string, token: string): Promise<SharedAnswer>;
  /** Never rejects. Writes nothing over an invalidation. */
  write(token: string, entry: SharedEntry): Promise<void>;
  /** Rejects with `AuthUnavailableError` when the store cannot be told. */
  invalidate(tokenOrId: string): Promise<void>;
}

/** On the way of a request. */
const READ_DEADLINE_MS = 50;
/** Off that way. */
const WRITE_DEADLINE_MS = 2_000;
/** After a failure the store is left alone for so long, so that a slow one is not paid for by each request. */
const REST_MS = 1_000;
/** An invalidation outlives calls that were under way when it was made. */
const GONE_MARGIN_MS = 10_000;

/**
 * @param settings.secret from which names and keys are derived
 * @param settings.scope instance and options: entries of another scope do not open
 * @param settings.ttlMs how long an entry may be used after it was made
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
  const { store, ttlMs, clockSkewMs, now } = settings;
  const seal = createSeal(settings.secret, settings.scope);
  let restUntil = -Infinity;

  const guarded = async <T>(deadlineMs: number, call: () => Promise<T>): Promise<T> => {
    try {
      return await withDeadline(Promise.resolve().then(call), deadlineMs);
    } catch (error) {
      restUntil = now() + REST_MS;
      throw error;
    }
  };
  const resting = (): boolean => {
    const left = restUntil - now();
    return left > 0 && left <= REST_MS;
  };

  async function readRecord(name: string, deadlineMs: number): Promise<StoredRecord | null> {
    const record = asRecord(await seal.open(name, await guarded(deadlineMs, () => store.get(name))));
    return record !== null && record.until > now() ? record : null;
  }

  async function writeRecord(name: string, record: StoredRecord): Promise<void> {
    const sealed = await seal.close(name, record);
    await guarded(WRITE_DEADLINE_MS, () => store.set(name, sealed, Math.max(1, record.until - now())));
  }

  return {
    async read(kind, token) {
      if (resting()) return { state: 'failed' };
      try {
        const record = await readRecord(await seal.nameOf('token', token), READ_DEADLINE_MS);
        if (record?.type === 'gone') return { state: 'gone' };
        if (record?.type !== 'entry' || record.kind !== kind || record.until > now() + ttlMs + clockSkewMs)
          return { state: 'miss' };
        return { state: 'hit', entry: record };
      } catch {
        return { state: 'failed' };
      }
    },

    async write(token, entry) {
      if (resting()) return;
      try {
        const [name, index] = await Promise.all([seal.nameOf('token', token), seal.nameOf('id', entry.id)]);
        const before = await Promise.all([name, index].map((each) => readRecord(each, WRITE_DEADLINE_MS)));
        if (before.some((record) => record?.type === 'gone')) return;
        await writeRecord(name, { type: 'entry', ...entry });
        await writeRecord(index, { type: 'index', name, until: entry.until });
      } catch {
        // The next request asks Clerk again.
      }
    },

    async invalidate(tokenOrId) {
      const gone: StoredRecord = { type: 'gone', until: now() + ttlMs + GONE_MARGIN_MS };
      // Both, because some ids look like tokens.
      const [name, index] = await Promise.all([seal.nameOf('token', tokenOrId), seal.nameOf('id', tokenOrId)]);
      try {
        const record = await readRecord(index, WRITE_DEADLINE_MS);
        const names = record?.type === 'index' ? [name, index, record.name] : [name, index];
        await Promise.all(names.map((each) => writeRecord(each, gone)));
      } catch (cause) {
        const message = 'The shared store could not be told of the invalidation; it holds in this process only.';
        throw new AuthUnavailableError('unexpected-error', message, REST_MS, { cause });
      }
    },
  };
}

type StoredRecord =
  | ({ readonly type: 'entry' } & SharedEntry)
  /** From an id to the name of its token. */
  | { readonly type: 'index'; readonly name: string; readonly until: number }
  | { readonly type: 'gone'; readonly until: number };

/** What opens was sealed by this code, so its shape is known; undefined is what did not open. */
function asRecord(value: unknown): StoredRecord | null {
  return value === undefined ? null : (value as StoredRecord);
}
