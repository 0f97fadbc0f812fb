/** Invalidations in a fleet: who hears of them, through which stores, and for how long. In which order: test/fleet/late-writes.test.ts. */
import Keyv from 'keyv';
import { createAuthenticator } from 'bailiff';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports.js';
import { LONGEST_TTL_MS } from '../../src/verify/shared-store.js';
import type { VerifierOptions } from '../../src/verify/verifier.js';
import { createMember, createStore, TOKEN, written } from '../support/fleet.js';
import { apiKeyAnswer, createClock, m2mAnswer } from '../support/tokens.js';
import { answerOf, CACHE, resultOf, type Bench } from '../support/verifying.js';

const ID = 'ak_one';
const NAMES = [
  ['token', TOKEN],
  ['id', ID],
] as const;
const REFUSED = 'refused token-invalid';

const revoke = (...members: readonly Bench[]): void => {
  for (const member of members) member.upstream.reply('verifyApiKey', answerOf(404));
};
const use = async (member: Bench): Promise<string> => resultOf(await member.machine(TOKEN));
const withTtl = (store: Store, ttlMs: number): Partial<VerifierOptions> => ({
  cache: { ...CACHE, machineTokens: { ...CACHE.machineTokens, ttlMs, store } },
});

describe.each(NAMES)('an invalidation by %s', (_by, name) => {
  it('is seen by all members at once', async () => {
    const store = createStore();
    const members = [createMember(store), createMember(store), createMember(store)] as const;
    for (const member of members) {
      await use(member);
      await written(store);
    }
    expect(members[2].upstream.calls.verifyApiKey).toBe(0);
    await members[1].verifier.invalidate(name);
    revoke(...members);
    for (const member of members) {
      expect(member.verifier.recall(TOKEN)).toBeNull();
      expect(await use(member)).toBe(REFUSED);
    }
  });

  it.each<[string, Partial<VerifierOptions>]>([
    ['another audience', { audience: ['https://api.example'] }],
    ['another machine', { machineId: 'mch_reports' }],
    ['another scope', { scope: 'other' }],
    ['a longer TTL', withTtl(createStore(), 600_000)],
  ])('reaches members with %s, whose entries are separate', async (_, changes) => {
    const store = createStore();
    const cache = { ...CACHE, machineTokens: { ...(changes.cache ?? CACHE).machineTokens, store } };
    const [a, b] = [createMember(store, { ...changes, cache }), createMember(store)];
    await use(a);
    await written(store);
    await b.verifier.invalidate(name);
    revoke(a);
    expect(await use(a)).toBe(REFUSED);
  });

  it('does not reach members with another secret key', async () => {
    const store = createStore();
    const [a, b] = [createMember(store), createMember(store, { sealKey: 'sk_test_other' })];
    await use(a);
    await written(store);
    await b.verifier.invalidate(name);
    revoke(a);
    expect(await use(a)).toBe('accepted');
  });

  it('reaches the others from a member that keeps nothing', async () => {
    const store = createStore();
    let reads = 0;
    const read: Store = { ...store, get: (place) => ((reads += 1), store.get(place)) };
    const [a, b] = [createMember(store), createMember(read, withTtl(read, 0))];
    await use(a);
    await written(store);
    await use(b);
    expect(b.upstream.calls.verifyApiKey).toBe(1);
    expect(reads).toBe(0);
    await b.verifier.invalidate(name);
    revoke(a);
    expect(await use(a)).toBe(REFUSED);
  });

  it('outlives every entry, whatever the TTL of the member that made it', async () => {
    const clock = createClock();
    const store = createStore(clock);
    const a = createMember(store, { now: clock, ...withTtl(store, LONGEST_TTL_MS) });
    const b = createMember(store, { now: clock });
    let release = (): void => undefined;
    const late: Store = {
      ...store,
      set: (...given) => new Promise<void>((done) => (release = done)).then(() => store.set(...given)),
    };
    const slow = createMember(late, { now: clock, ...withTtl(late, LONGEST_TTL_MS) });
    await use(slow);
    await b.verifier.invalidate(name);
    clock.advance(LONGEST_TTL_MS - 1);
    release();
    await written(store, 2);
    revoke(a);
    expect(await use(a)).toBe(REFUSED);
    expect(store.ttls).toContain(LONGEST_TTL_MS + 3_600_000);
  });

  it('reaches keys in a Keyv namespace, and no others', async () => {
    const map = new Map<string, unknown>();
    const create = (namespace: string) => createMember(new Keyv({ store: map, namespace }));
    const [a, same, other] = [create('one'), create('one'), create('two')];
    for (const member of [a, same, other]) {
      await use(member);
      while (map.size < (member === other ? 2 : 1)) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(same.upstream.calls.verifyApiKey).toBe(0);
    await a.verifier.invalidate(name);
    revoke(same, other);
    expect(await use(same)).toBe(REFUSED);
    expect(await use(other)).toBe('accepted');
  });

  it('succeeds if several members write it at the same time', async () => {
    const store = createStore();
    let telling = 10;
    let waiting: (() => void)[] = [];
    const together = (): void => {
      if (waiting.length < telling) return;
      for (const go of waiting) go();
      waiting = [];
    };
    // Nobody reads before all have written.
    const crowded: Store = {
      ...store,
      async get(place) {
        const turn = new Promise<void>((resolve) => waiting.push(resolve));
        together();
        await turn;
        return store.get(place);
      },
    };
    const tell = async (): Promise<void> => {
      await createMember(crowded).verifier.invalidate(name);
      telling -= 1;
      together();
    };
    await Promise.all(Array.from({ length: telling }, tell));
    expect(telling).toBe(0);
  });

  it('applies here at once, while the store is still being written', async () => {
    const store = createStore();
    let hangs = false;
    const hanging: Store = {
      ...store,
      set: (...given) => (hangs ? new Promise(() => undefined) : store.set(...given)),
    };
    const member = createMember(hanging);
    await use(member);
    await written(store);
    hangs = true;
    void member.verifier.invalidate(name).catch(() => undefined);
    revoke(member);
    expect(await use(member)).toBe(REFUSED);
  });

  it('is not undone by a store read that began earlier', async () => {
    const store = createStore();
    const state = { up: true, slow: false };
    const held: (() => void)[] = [];
    const slow: Store = {
      ...store,
      async get(place) {
        if (!state.up) throw new Error('ECONNREFUSED');
        const found = await store.get(place);
        if (state.slow) await new Promise<void>((resolve) => held.push(resolve));
        return found;
      },
    };
    const [a, b] = [createMember(slow), createMember(store)];
    await use(b);
    await written(store);
    expect(await use(a)).toBe('accepted');
    state.slow = true;
    const early = use(a);
    while (held.length < 3) await new Promise((resolve) => setImmediate(resolve));
    state.slow = false;
    await a.verifier.invalidate(name);
    revoke(a);
    expect(await use(a)).toBe(REFUSED);
    for (const go of held) go();
    expect(await early).toBe('accepted');
    // What it found is not remembered: neither when the store fails, nor after the refusal is forgotten.
    state.up = false;
    a.clock.advance(5_000);
    expect(await use(a)).toBe(REFUSED);
  });

  it("lets members use each other's new entries afterwards", async () => {
    const store = createStore();
    const [a, b, c] = [createMember(store), createMember(store), createMember(store)];
    await use(c);
    await written(store);
    await a.verifier.invalidate(name);
    await b.verifier.invalidate(name);
    await use(c);
    while (store.ttls.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(await use(a)).toBe('accepted');
    expect(await use(b)).toBe('accepted');
    expect([a, b, c].map(({ upstream }) => upstream.calls.verifyApiKey)).toEqual([0, 0, 2]);
  });

  it('leaves nothing readable in the store', async () => {
    const store = createStore();
    await createMember(store).verifier.invalidate(name);
    expect(store.entries.size).toBe(1);
    for (const [place, value] of store.entries) {
      expect(place).toMatch(/^bailiff:2:[A-Za-z0-9_-]{43}$/);
      for (const text of [place, value, Buffer.from(value, 'base64url').toString('latin1')])
        for (const secret of ['CANARY', 'ak_', 'mark']) expect(text).not.toContain(secret);
    }
  });
});

describe.each(NAMES)('a store with faults, and an invalidation by %s', (_by, name) => {
  const down = () => Promise.reject(new Error('READONLY'));
  const swallow = async () => true;

  it.each<[string, Store['set']]>([
    ['cannot be written to', down],
    ['reports its errors elsewhere, as Keyv does', swallow],
  ])('%s: rejects, but applies here', async (_, set) => {
    const store = createStore();
    let broken = false;
    const breaking: Store = { ...store, set: (...given) => (broken ? set(...given) : store.set(...given)) };
    const [a, b] = [createMember(breaking), createMember(store)];
    await use(a);
    await written(store);
    broken = true;
    await expect(a.verifier.invalidate(name)).rejects.toMatchObject({ code: 'auth-unavailable' });
    a.clock.advance(1_000);
    revoke(a);
    expect(await use(a)).toBe(REFUSED);
    expect(await use(b)).toBe('accepted');
    // Told again it is seen by all.
    broken = false;
    await a.verifier.invalidate(name);
    revoke(b);
    expect(await use(b)).toBe(REFUSED);
  });

  it('rejects also if only an older mark is in the store', async () => {
    const store = createStore();
    await createMember(store).verifier.invalidate(name);
    const member = createMember({ ...store, set: swallow });
    await expect(member.verifier.invalidate(name)).rejects.toMatchObject({ code: 'auth-unavailable' });
  });

  it('lets nobody in, wherever the one connection breaks', async () => {
    for (let answers = 0; answers <= 6; answers += 1) {
      const store = createStore();
      const [a, b] = [createMember(store), createMember(store)];
      await use(a);
      await written(store);
      await b.verifier.invalidate(name);
      let left = answers;
      let line: Promise<unknown> = Promise.resolve();
      const breaking: Store = {
        ...store,
        get: (place) => (line = line.then(() => (left-- > 0 ? store.get(place) : undefined))),
      };
      const reader = createMember(breaking);
      revoke(reader);
      expect(await use(reader), `after ${answers} answers`).toBe(REFUSED);
    }
  });

  it('writes nothing that others use after it read an old state', async () => {
    const store = createStore();
    const [a, b] = [createMember(store), createMember(store)];
    await use(a);
    await written(store);
    await b.verifier.invalidate(name);
    const lagging = createMember({ ...store, get: async () => undefined });
    expect(await use(lagging)).toBe('accepted');
    while (store.ttls.length < 3) await new Promise((resolve) => setImmediate(resolve));
    revoke(b);
    expect(await use(b)).toBe(REFUSED);
  });
});

describe('what a process remembers', () => {
  const flaky = (store: Store) => {
    const state = { up: true };
    const get: Store['get'] = (name) => (state.up ? store.get(name) : Promise.reject(new Error('ECONNREFUSED')));
    return Object.assign(state, { store: { ...store, get } });
  };

  it.each(NAMES)('is not used while the store fails after an invalidation by %s was seen', async (_by, name) => {
    const store = createStore();
    const reach = flaky(store);
    const [a, b] = [createMember(reach.store), createMember(store)];
    await use(a);
    await written(store);
    await b.verifier.invalidate(name);
    a.upstream.reply('verifyApiKey', answerOf(503));
    expect(await use(a)).toBe('unchecked unexpected-error');
    reach.up = false;
    expect(await use(a)).toBe('unchecked unexpected-error');
  });

  it.each(NAMES)('is not used if it was requested before an invalidation by %s that was seen', async (_by, name) => {
    const store = createStore();
    const reach = flaky(store);
    const [a, b] = [createMember(reach.store), createMember(store)];
    await use(b);
    await written(store);
    await b.verifier.invalidate(name);
    let release = (): void => undefined;
    a.upstream.reply(
      'verifyApiKey',
      new Promise((resolve) => (release = () => resolve(answerOf(200, apiKeyAnswer())))),
    );
    const early = use(a);
    while (a.upstream.calls.verifyApiKey === 0) await new Promise((resolve) => setImmediate(resolve));
    await b.verifier.invalidate(name);
    a.upstream.reply('verifyApiKey', answerOf(503));
    expect(await use(a)).toBe('unchecked unexpected-error');
    release();
    expect(await early).toBe('accepted');
    reach.up = false;
    expect(await use(a)).toBe('unchecked unexpected-error');
  });

  it('is used while the store fails, for the TTL since Clerk was asked', async () => {
    const store = createStore();
    const reach = flaky(store);
    const [a, b] = [createMember(reach.store), createMember(store)];
    a.upstream.reply('verifyApiKey', () => {
      a.clock.advance(3_000);
      return answerOf(200, apiKeyAnswer());
    });
    await use(a);
    await written(store);
    await b.verifier.invalidate(TOKEN);
    reach.up = false;
    revoke(a);
    a.clock.advance(6_999);
    expect(await use(a)).toBe('accepted');
    a.clock.advance(1);
    expect(await use(a)).toBe(REFUSED);
  });

  it('is used for no longer if it came from the store', async () => {
    const store = createStore();
    const reach = flaky(store);
    const clock = createClock();
    const [a, b] = [createMember(reach.store, { now: clock }), createMember(store, { now: clock })];
    await use(b);
    await written(store);
    clock.advance(6_000);
    expect(await use(a)).toBe('accepted');
    reach.up = false;
    revoke(a);
    clock.advance(3_999);
    expect(await use(a)).toBe('accepted');
    clock.advance(1);
    expect(await use(a)).toBe(REFUSED);
  });

  it('is not used if Clerk took longer than the TTL', async () => {
    const store = createStore();
    const member = createMember(store);
    member.upstream.reply('verifyApiKey', () => {
      member.clock.advance(10_000);
      return answerOf(200, apiKeyAnswer());
    });
    expect(await use(member)).toBe('accepted');
    expect(await use(member)).toBe('accepted');
    expect(member.upstream.calls.verifyApiKey).toBe(2);
    member.upstream.reply('verifyM2MToken', answerOf(200, m2mAnswer()));
    await member.machine('mt_quick');
    await written(store);
    expect(store.ttls).toEqual([10_000]);
  });

  it('stays bad for 5 s even if it was invalidated elsewhere', async () => {
    const store = createStore();
    const [a, b] = [createMember(store), createMember(store)];
    revoke(a);
    expect(await use(a)).toBe(REFUSED);
    await b.verifier.invalidate(TOKEN);
    a.upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer()));
    a.clock.advance(4_999);
    expect(await use(a)).toBe(REFUSED);
    a.clock.advance(1);
    expect(await use(a)).toBe('accepted');
  });
});

describe('round trips', () => {
  /** Answers all that was asked so far at once; how many are asked each time. */
  const counting = (store: Store) => {
    const rounds: number[] = [];
    let open = 0;
    const get: Store['get'] = async (name) => {
      open += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (open > 0) rounds.push(open);
      open = 0;
      return store.get(name);
    };
    return { rounds, store: { ...store, get } };
  };

  it('takes one for a known token, two for a new one, and one before Clerk is asked', async () => {
    const plain = createStore();
    const a = counting(plain);
    const first = createMember(a.store);
    await use(first);
    await written(plain);
    expect(a.rounds).toEqual([2]);
    const b = counting(plain);
    const second = createMember(b.store);
    await use(second);
    expect(b.rounds).toEqual([2, 3]);
    await use(second);
    expect(b.rounds).toEqual([2, 3, 3]);
    await use(first);
    expect(a.rounds).toEqual([2, 3]);
    expect(second.upstream.calls.verifyApiKey).toBe(0);
  });
});

it('refuses a TTL longer than the life of invalidations', () => {
  const create = (ttlMs: number) =>
    createAuthenticator({ secretKey: 'sk_test_one', cache: { machineTokens: { ttlMs } } }, {});
  expect(create(LONGEST_TTL_MS).config.cache.machineTokens.ttlMs).toBe(LONGEST_TTL_MS);
  expect(() => create(LONGEST_TTL_MS + 1)).toThrow('cache.machineTokens.ttlMs');
});
