/** Verifiers that share a store, as the processes of a fleet do. */
import type { Clock, Store } from '../../src/ports.js';
import type { VerifierOptions } from '../../src/verify/verifier.js';
import { apiKeyAnswer } from './tokens.js';
import { answerOf, CACHE, createBench, type Bench } from './verifying.js';

export interface FakeStore extends Store {
  readonly entries: Map<string, string>;
  readonly ttls: (number | undefined)[];
}

/** A store that shows and lets change what is in it. With a clock it forgets in time; without one, never. */
export function createStore(now?: Clock): FakeStore {
  const entries = new Map<string, string>();
  const ends = new Map<string, number>();
  const ttls: (number | undefined)[] = [];
  return {
    entries,
    ttls,
    get: async (name) => (now !== undefined && now() >= (ends.get(name) ?? Infinity) ? undefined : entries.get(name)),
    set: async (name, value, ttlMs) => {
      ttls.push(ttlMs);
      entries.set(name, value);
      if (now !== undefined && ttlMs !== undefined) ends.set(name, now() + ttlMs);
    },
    delete: async (name) => entries.delete(name),
  };
}

export const TOKEN = 'ak_CANARYsecretCANARY';
/** How a verifier of these tests, which expects no audience and is no machine, binds its entries. */
export const SCOPE = JSON.stringify(['test', { audience: [], machineId: null }]);

/** Its Clerk says that every API key is good, until it is told otherwise. */
export function createMember(store: Store, changes: Partial<VerifierOptions> = {}): Bench {
  const bench = createBench([], {
    sealKey: 'sk_test_seal',
    cache: { ...CACHE, machineTokens: { ...CACHE.machineTokens, store } },
    ...changes,
  });
  bench.upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer()));
  return bench;
}

/** Until the writes that nobody waits for have been made. */
export async function written(store: FakeStore, count = 1): Promise<void> {
  while (store.entries.size < count) await new Promise((resolve) => setImmediate(resolve));
}
