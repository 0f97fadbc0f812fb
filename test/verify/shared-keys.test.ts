/** A fleet with a store loads the key set once. The store is not trusted, and nothing waits for it for long. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/ports.js';
import { createSeal } from '../../src/verify/seal.js';
import { createSharedKeys } from '../../src/verify/shared-keys.js';
import type { VerifierOptions } from '../../src/verify/verifier.js';
import { deferred } from '../support/deferred.js';
import { createStore } from '../support/fleet.js';
import { createClock, createKey, jwksOf, sessionToken, T0 } from '../support/tokens.js';
import { answerOf, CACHE, createBench, createUpstream, resultOf } from '../support/verifying.js';

const one = createKey('RS256', { kid: 'ins_one' });
const two = createKey('RS256', { kid: 'ins_two' });
const lasting = (key = one, changes = {}) => sessionToken(key, { exp: T0 / 1000 + 1e6, ...changes });
const { freshMs, staleIfErrorMs } = CACHE.jwks;
const LIFETIME_MS = freshMs + staleIfErrorMs;
const SECRET = 'sk_test_seal';

/** WebCrypto works in other threads: timers may go on only when it has nothing left to do. */
let working = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  for (const name of ['importKey', 'deriveKey', 'sign', 'encrypt', 'decrypt'] as const) {
    const original = crypto.subtle[name].bind(crypto.subtle) as (...given: unknown[]) => Promise<unknown>;
    vi.spyOn(crypto.subtle, name).mockImplementation((async (...given: unknown[]) => {
      working += 1;
      return original(...given).finally(() => (working -= 1));
    }) as never);
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Runs timers until the tasks have settled, in steps that are shorter than any wait. */
async function settled<T>(tasks: readonly Promise<T>[]): Promise<{ values: T[]; ms: number }> {
  let done = false;
  let ms = 0;
  const all = Promise.all(tasks).finally(() => (done = true));
  all.catch(() => undefined);
  while (!done && ms < 20_000) {
    for (let turn = 0; (turn < 8 || working > 0) && !done; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (working > 0) turn = 0;
    }
    if (done) break;
    await vi.advanceTimersByTimeAsync(5);
    ms += 5;
  }
  return { values: await all, ms };
}

/** Processes with one store, one clock and one Clerk, which answers after 50 ms. */
function createFleet(size: number, store: Store = createStore(), changes: Partial<VerifierOptions> = {}) {
  const clock = createClock();
  const clerk = createUpstream([one]);
  const late = (keys: readonly (typeof one)[]) => () =>
    new Promise<ReturnType<typeof answerOf>>((resolve) =>
      setTimeout(() => resolve(answerOf(200, jwksOf(...keys))), 50),
    );
  const serve = (...keys: (typeof one)[]) => clerk.reply('jwks', late(keys));
  serve(one);
  const cache = { ...CACHE, machineTokens: { ...CACHE.machineTokens, store } };
  const join = (own: Partial<VerifierOptions> = {}) =>
    createBench([], { upstream: clerk, now: clock, cache, sealKey: SECRET, ...changes, ...own });
  const members = Array.from({ length: size }, () => join());
  const ask = (token: string, whom = members) => settled(whom.map(({ session }) => session(token)));
  return { clock, clerk, serve, members, join, ask, loads: () => clerk.calls.jwks };
}

const results = ({ values }: { values: Parameters<typeof resultOf>[0][] }) => new Set(values.map(resultOf));

describe('a fleet with a store', () => {
  it('starts within a second with a single load', async () => {
    const fleet = createFleet(300);
    const answer = await fleet.ask(lasting());
    expect(results(answer)).toEqual(new Set(['accepted']));
    expect(fleet.loads()).toBe(1);
    expect(answer.ms).toBeLessThan(1_000);
    const sources = fleet.members.flatMap(({ events }) => events).filter(({ type }) => type === 'jwks.refreshed');
    expect(sources.filter((event) => 'source' in event && event.source === 'store')).toHaveLength(299);
  });

  it('does not load a set again that arrived just after its look', async () => {
    const store = createStore();
    const fleet = createFleet(1, store);
    const set = deferred<void>();
    let looks = 0;
    const late = fleet.join({
      cache: {
        ...CACHE,
        machineTokens: {
          ...CACHE.machineTokens,
          // It finds no set, and hears that there is no lease when the set has come and the lease has gone.
          store: { ...store, get: async (name) => ((looks += 1) === 2 && (await set.promise), store.get(name)) },
        },
      },
    });
    const reply = deferred<ReturnType<typeof answerOf>>();
    fleet.clerk.reply('jwks', reply.promise);
    const early = fleet.members[0]!.session(lasting());
    await settled([new Promise((resolve) => setTimeout(resolve, 30))]);
    const answer = late.session(lasting());
    while (looks < 2) await new Promise((resolve) => setImmediate(resolve));
    reply.resolve(answerOf(200, jwksOf(one)));
    await settled([early, new Promise((resolve) => setTimeout(resolve, 10))]);
    set.resolve();
    expect(results(await settled([answer]))).toEqual(new Set(['accepted']));
    expect(fleet.loads()).toBe(1);
  });

  it('loads in every process without a store', async () => {
    const fleet = createFleet(20, undefined, { cache: CACHE });
    expect(results(await fleet.ask(lasting()))).toEqual(new Set(['accepted']));
    expect(fleet.loads()).toBe(20);
  });

  it('lets a later process start without a load, and counts the age of its set from the load', async () => {
    const fleet = createFleet(1);
    await fleet.ask(lasting());
    fleet.clock.advance(100_000);
    const second = fleet.join();
    await fleet.ask(lasting(), [second]);
    expect(fleet.loads()).toBe(1);
    expect(second.verifier.health()).toMatchObject({ jwks: 'fresh', ageMs: 100_000 });
  });

  it('loads once for a rotation', async () => {
    const fleet = createFleet(50);
    await fleet.ask(lasting());
    fleet.clock.advance(10_000);
    fleet.serve(two);
    expect(results(await fleet.ask(lasting(two)))).toEqual(new Set(['accepted']));
    expect(fleet.loads()).toBe(2);
    // Every member has let go of the key that was withdrawn.
    expect(results(await fleet.ask(lasting(one, { jti: 'again' })))).not.toContain('accepted');
  });

  it('renews the set once, in the background', async () => {
    const fleet = createFleet(50);
    await fleet.ask(lasting());
    fleet.clock.advance(freshMs * 0.9);
    const answer = await fleet.ask(lasting(one, { jti: 'later' }));
    expect([results(answer), answer.ms]).toEqual([new Set(['accepted']), 0]);
    await settled([new Promise((resolve) => setTimeout(resolve, 1_500))]);
    expect(fleet.loads()).toBe(2);
    expect(fleet.members.every(({ verifier }) => verifier.health().ageMs === 0)).toBe(true);
  });

  it('serves on while Clerk is down, in new processes too, as long as the set is valid', async () => {
    const fleet = createFleet(1);
    await fleet.ask(lasting());
    fleet.clerk.reply('jwks', answerOf(503));
    fleet.clock.advance(LIFETIME_MS - 1);
    // The load of the first fails, and leaves the set to the second.
    for (const newcomer of [fleet.join(), fleet.join()]) {
      expect(results(await fleet.ask(lasting(), [newcomer]))).toEqual(new Set(['accepted']));
    }
    fleet.clock.advance(1);
    expect(results(await fleet.ask(lasting(), [fleet.join()]))).toEqual(
      new Set(['unchecked jwk-remote-failed-to-load']),
    );
  });

  it('does not wait for a member that died during its load', async () => {
    const fleet = createFleet(3);
    fleet.clerk.reply('jwks', new Promise(() => undefined));
    void fleet.members[0]!.session(lasting());
    await settled([new Promise((resolve) => setTimeout(resolve, 30))]);
    fleet.serve(one);
    const answer = await fleet.ask(lasting(), fleet.members.slice(1));
    expect(results(answer)).toEqual(new Set(['accepted']));
    expect(answer.ms).toBeLessThan(1_500);
  });
});

describe('the shared key set', () => {
  it('does not refuse an unknown key id, which is looked up at Clerk', async () => {
    const fleet = createFleet(1);
    await fleet.ask(lasting());
    const second = fleet.join();
    fleet.clerk.reply('jwks', answerOf(503));
    expect(results(await fleet.ask(lasting(two), [second]))).toEqual(new Set(['unchecked jwk-remote-failed-to-load']));
    fleet.serve(one);
    const third = fleet.join();
    expect(results(await fleet.ask(lasting(two), [third]))).toEqual(new Set(['refused jwk-kid-mismatch']));
    expect(fleet.loads()).toBe(3);
  });

  it('limits a flood of key ids to the budget of each process', async () => {
    const fleet = createFleet(1);
    for (let i = 0; i < 60; i += 1) {
      await fleet.ask(sessionToken(one, {}, { kid: `ins_${i}` }));
      fleet.clock.advance(1_000);
    }
    expect(fleet.loads()).toBeLessThanOrEqual(7);
  });
});

describe('a store that others can write to', () => {
  /** What stands in a store after a member has loaded. */
  async function filled() {
    const store = createStore();
    const fleet = createFleet(1, store);
    await fleet.ask(lasting());
    await settled([new Promise((resolve) => setTimeout(resolve, 50))]);
    return { store, fleet };
  }

  it('cannot add a key', async () => {
    const forged = createKey('RS256', { kid: 'ins_one' });
    const record = { document: jwksOf(forged), askedAt: T0 };
    const { store, fleet } = await filled();
    const names = [...store.entries.keys()];
    const foreign = createSeal('sk_test_of_another_instance', 'jwks\0test');
    const elsewhere = createSeal(SECRET, 'jwks\0of another scope');
    const own = createSeal(SECRET, 'jwks\0test');
    for (const make of [
      async () => JSON.stringify(record),
      async () => JSON.stringify(jwksOf(forged)),
      async (name: string) => foreign.close(name, record),
      async (name: string) => elsewhere.close(name, record),
      async () => own.close('another name', record),
      async () => record as unknown as string,
    ]) {
      for (const name of names) store.entries.set(name, await make(name));
      const fresh = fleet.join();
      expect(results(await fleet.ask(lasting(forged), [fresh]))).toEqual(new Set(['refused token-invalid-signature']));
      expect(results(await fleet.ask(lasting(), [fresh]))).toEqual(new Set(['accepted']));
    }
  });

  it('cannot extend the life of an old set, nor date one in the future', async () => {
    const { store, fleet } = await filled();
    const own = createSeal(SECRET, 'jwks\0test');
    const name = await own.nameOf('entry', 'keys');
    expect(store.entries.has(name)).toBe(true);
    for (const [askedAt, result] of [
      [T0 - LIFETIME_MS, 'unchecked jwk-remote-failed-to-load'],
      [T0 + 5_001, 'unchecked jwk-remote-failed-to-load'],
      [Number.NaN, 'unchecked jwk-remote-failed-to-load'],
      [T0 - LIFETIME_MS + 1, 'accepted'],
      [T0 + 5_000, 'accepted'],
    ] as const) {
      fleet.clerk.reply('jwks', answerOf(503));
      store.entries.set(name, await own.close(name, { document: jwksOf(one), askedAt }));
      expect([askedAt, results(await fleet.ask(lasting(), [fleet.join()]))]).toEqual([askedAt, new Set([result])]);
    }
  });

  it('costs a request at most 50 ms if it accepts no writes', async () => {
    const never = () => new Promise<never>(() => undefined);
    const fleet = createFleet(5, { get: async () => undefined, set: never, delete: never });
    const answer = await fleet.ask(lasting());
    expect(results(answer)).toEqual(new Set(['accepted']));
    expect(answer.ms).toBeLessThanOrEqual(50 + 50 + 10);
    expect(fleet.loads()).toBe(5);
  });

  it('delays a load briefly if it keeps nothing', async () => {
    const nothing = async () => undefined;
    const fleet = createFleet(5, { get: nothing, set: nothing, delete: nothing });
    const answer = await fleet.ask(lasting());
    expect(results(answer)).toEqual(new Set(['accepted']));
    expect(answer.ms).toBeLessThanOrEqual(15 + 50 + 10);
    expect(fleet.loads()).toBe(5);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('ECONNREFUSED'))],
    ['never answers', () => new Promise<never>(() => undefined)],
    [
      'throws',
      () => {
        throw new Error('closed');
      },
    ],
  ])('costs a request at most 50 ms if it %s', async (_, call) => {
    const fleet = createFleet(5, { get: call, set: call, delete: call });
    const answer = await fleet.ask(lasting());
    expect(results(answer)).toEqual(new Set(['accepted']));
    expect(answer.ms).toBeLessThanOrEqual(50 + 50 + 10);
    expect(fleet.loads()).toBe(5);
  });

  it('survives a clock that fails, without an unhandled rejection', async () => {
    const now = (): never => {
      throw new TypeError('`now` gave no number of milliseconds.');
    };
    const settings = { store: createStore(), secret: SECRET, scope: 'x', lifetimeMs: LIFETIME_MS, clockSkewMs: 0, now };
    const shared = createSharedKeys(settings);
    expect(await shared.find(() => true)).toBeNull();
    expect(await shared.publish(jwksOf(one), T0)).toBeUndefined();
  });
});
