import Keyv from 'keyv';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports.js';
import { createSeal } from '../../src/verify/seal.js';
import type { SharedEntry } from '../../src/verify/shared-store.js';
import { createMember, createStore, SCOPE, TOKEN, written } from '../support/fleet.js';
import { apiKeyAnswer, m2mAnswer, T0 } from '../support/tokens.js';
import { answerOf, resultOf } from '../support/verifying.js';

describe('a fleet with one store', () => {
  it('asks Clerk once and shows the same caller in all processes', async () => {
    const store = createStore();
    const [a, b] = [createMember(store), createMember(store)];
    const first = await a.machine(TOKEN);
    await written(store);
    const second = await b.machine(TOKEN);
    expect(second).toEqual(first);
    expect(b.upstream.calls.verifyApiKey).toBe(0);
    expect(b.events).toMatchObject([{ type: 'token.cache', hit: true, source: 'store' }]);
    await a.machine(TOKEN);
    expect(a.upstream.calls.verifyApiKey).toBe(1);
    if (second.outcome !== 'accepted') return expect.unreachable();
    expect(() => ((second.value.data as { subject: string }).subject = 'user_eve')).toThrow(TypeError);
  });

  it('works with Keyv', async () => {
    const map = new Map<string, unknown>();
    const store = new Keyv({ store: map }) as unknown as Store;
    const [a, b] = [createMember(store), createMember(store)];
    await a.machine(TOKEN);
    while (map.size < 1) await new Promise((resolve) => setImmediate(resolve));
    expect(resultOf(await b.machine(TOKEN))).toBe('accepted');
    expect(b.upstream.calls.verifyApiKey).toBe(0);
  });

  it('keeps entries for the TTL, and never past the expiration', async () => {
    for (const [expiration, until] of [
      [null, 10_000],
      [T0 + 4_000, 4_000],
    ] as const) {
      const store = createStore();
      const [a, b] = [createMember(store), createMember(store)];
      a.upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer({ expiration })));
      await a.machine(TOKEN);
      await written(store);
      expect(store.ttls).toEqual([until]);
      b.clock.advance(until - 1);
      await b.machine(TOKEN);
      expect(b.upstream.calls.verifyApiKey).toBe(0);
      b.clock.advance(1);
      await b.machine(TOKEN);
      expect(b.upstream.calls.verifyApiKey).toBe(1);
    }
  });

  it('shares accepted tokens only', async () => {
    const store = createStore();
    const a = createMember(store);
    a.upstream.reply('verifyApiKey', answerOf(404));
    await a.machine(TOKEN);
    a.upstream.reply('verifyApiKey', answerOf(500));
    await a.machine('ak_other');
    for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(store.entries.size).toBe(0);
  });
});

describe('a reader of the store', () => {
  it('learns no token, no id and no claim', async () => {
    const store = createStore();
    const member = createMember(store);
    member.upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer({ claims: { secret: 'CANARYclaim' } })));
    await member.machine(TOKEN);
    await written(store);
    const text = JSON.stringify([...store.entries]);
    const decoded = [...store.entries.values()]
      .map((value) => Buffer.from(value, 'base64url').toString('latin1'))
      .join();
    for (const secret of ['CANARY', 'ak_', 'user_ada', 'sk_test']) expect(text + decoded).not.toContain(secret);
    for (const name of store.entries.keys()) expect(name).toMatch(/^bailiff:2:[A-Za-z0-9_-]{43}$/);
  });
});

/** An entry as only a member of the fleet can make it. */
const sealed = (name: string, changes: Partial<SharedEntry> = {}, seal = createSeal('sk_test_seal', SCOPE)) => {
  const entry: SharedEntry = {
    kind: 'api_key',
    id: 'x',
    asked: T0,
    until: T0 + 60_000,
    seen: [],
    data: {},
    ...changes,
  };
  return seal.close(name, entry);
};
const put =
  (changes: Partial<SharedEntry>, seal?: ReturnType<typeof createSeal>) =>
  async (entries: Map<string, string>, name: string): Promise<void> =>
    void entries.set(name, await sealed(name, changes, seal));

describe('a writer to the store', () => {
  const attack = async (tamper: (entries: Map<string, string>, name: string) => void | Promise<void>) => {
    const store = createStore();
    const [a, b] = [createMember(store), createMember(store)];
    await a.machine(TOKEN);
    await written(store);
    const name = await createSeal('sk_test_seal', SCOPE).nameOf('entry', TOKEN);
    expect(store.entries.has(name)).toBe(true);
    await tamper(store.entries, name);
    b.upstream.reply('verifyApiKey', answerOf(404));
    return resultOf(await b.machine(TOKEN));
  };

  it('is believed with the key only (the control)', async () => {
    expect(await attack(() => undefined)).toBe('accepted');
  });

  it.each<[string, (entries: Map<string, string>, name: string) => void | Promise<void>]>([
    [
      'changing a byte',
      (entries, name) =>
        void entries.set(
          name,
          entries.get(name)!.replace(/.$/, (c) => (c === 'A' ? 'Q' : 'A')),
        ),
    ],
    ['cutting', (entries, name) => void entries.set(name, entries.get(name)!.slice(0, 30))],
    ['adding a part', (entries, name) => void entries.set(name, `${entries.get(name)!}.AAAA`)],
    [
      'writing plain JSON',
      (entries, name) =>
        void entries.set(
          name,
          JSON.stringify({ kind: 'api_key', id: 'x', asked: T0, until: T0 + 5_000, seen: [], data: apiKeyAnswer() }),
        ),
    ],
    [
      'writing something that is no text',
      (entries, name) => void entries.set(name, { type: 'entry' } as unknown as string),
    ],
    ['writing an empty text', (entries, name) => void entries.set(name, '')],
    ['writing dots', (entries, name) => void entries.set(name, '.')],
    [
      'moving the entry of another token here',
      async (entries, name) => {
        const from = await createSeal('sk_test_seal', SCOPE).nameOf('entry', 'ak_admin');
        entries.set(name, await sealed(from));
      },
    ],
    ['replaying the entry of another scope', put({}, createSeal('sk_test_seal', 'other'))],
    ['sealing with another secret', put({}, createSeal('sk_test_evil', SCOPE))],
    ['an invalidation in place of an entry', put({}, createSeal('sk_test_seal', 'invalidations'))],
    ['an entry of another kind', put({ kind: 'm2m_token' })],
    // To look through one costs memory and time, whoever made it: 50 MB of dots took 9 s and 2 GB.
    ['an entry of more than any answer of Clerk', put({ data: { ...apiKeyAnswer(), pad: 'x'.repeat(2_000_000) } })],
    ['writing megabytes of dots', (entries, name) => void entries.set(name, '.'.repeat(50_000_000))],
  ])('gains nothing by %s', async (_, tamper) => {
    expect(await attack(tamper)).toBe('refused token-invalid');
  });

  // Clocks of the fleet may be 5 s apart here, and an answer is used for 10 s.
  it.each<[string, string, Partial<SharedEntry>]>([
    ['accepted', 'asked for now', {}],
    ['accepted', 'as far in the future as clocks may differ', { asked: T0 + 5_000 }],
    ['refused token-invalid', 'a millisecond further', { asked: T0 + 5_001 }],
    ['accepted', 'almost as old as the TTL', { asked: T0 - 9_999 }],
    ['refused token-invalid', 'as old as the TTL', { asked: T0 - 10_000 }],
    ['accepted', 'about to run out', { until: T0 + 1 }],
    ['refused token-invalid', 'run out now', { until: T0 }],
    ['accepted', 'allowed for longer by its maker', { asked: T0 - 9_999, until: T0 + 600_000 }],
    ['refused token-invalid', 'allowed for longer by its maker than here', { asked: T0 - 10_000, until: T0 + 600_000 }],
  ])('is %s: %s', async (expected, _, changes) => {
    expect(await attack(put(changes))).toBe(expected);
  });

  it.each([
    ['another secret', { sealKey: 'sk_test_other' }],
    ['another scope', { scope: 'other' }],
    ['another machine', { machineId: 'mch_reports' }],
    ['another audience', { audience: ['https://api.example'] }],
    ['no secret', { sealKey: null }],
    ['an empty secret', { sealKey: '' }],
  ])('shares nothing between instances with %s', async (_, changes) => {
    const store = createStore();
    const [a, b] = [createMember(store), createMember(store, changes)];
    await a.machine(TOKEN);
    await written(store);
    await b.machine(TOKEN);
    expect(b.upstream.calls.verifyApiKey).toBe(1);
    await b.machine(TOKEN);
    expect(a.upstream.calls.verifyApiKey).toBe(1);
  });
});

describe('a store that fails', () => {
  const down = () => Promise.reject(new Error('ECONNREFUSED'));
  const never = () => new Promise<never>(() => undefined);
  const broken: readonly (readonly [string, () => Store])[] = [
    ['is down', () => ({ get: down, set: down, delete: down })],
    ['hangs', () => ({ get: never, set: never, delete: never })],
    [
      'throws at once',
      () => {
        const thrower = () => {
          throw new Error('closed');
        };
        return { get: thrower, set: thrower, delete: thrower };
      },
    ],
  ];

  it.each(broken)('%s: serves on from memory, and costs the delay once', async (_, make) => {
    const bench = createMember(make());
    expect(resultOf(await bench.machine(TOKEN))).toBe('accepted');
    for (let i = 0; i < 50; i += 1) expect(resultOf(await bench.machine(TOKEN))).toBe('accepted');
    expect(bench.upstream.calls.verifyApiKey).toBe(1);
    expect(bench.events.at(-1)).toMatchObject({ hit: true, source: 'memory' });
    bench.clock.advance(10_000);
    bench.upstream.reply('verifyApiKey', answerOf(404));
    expect(resultOf(await bench.machine(TOKEN))).toBe('refused token-invalid');
  });

  it('is used again when it recovers', async () => {
    const store = createStore();
    let up = false;
    const flaky: Store = { ...store, get: (name) => (up ? store.get(name) : down()) };
    const a = createMember(flaky);
    await a.machine(TOKEN);
    up = true;
    a.clock.advance(1_000);
    await a.machine('mt_other');
    a.upstream.reply('verifyM2MToken', answerOf(200, m2mAnswer()));
    a.clock.advance(5_000);
    await a.machine('mt_other');
    await written(store);
    const b = createMember(store, { now: a.clock });
    expect(resultOf(await b.machine('mt_other'))).toBe('accepted');
    expect(b.upstream.calls.verifyM2MToken).toBe(0);
  });

  it('ignores a write that fails', async () => {
    const store = createStore();
    const bench = createMember({ ...store, set: down });
    expect(resultOf(await bench.machine(TOKEN))).toBe('accepted');
    for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(resultOf(await bench.machine(TOKEN))).toBe('accepted');
  });

  it('rejects a revocation that it cannot share, but applies it here', async () => {
    const bench = createMember({ get: down, set: down, delete: down });
    await bench.machine(TOKEN);
    await expect(bench.verifier.invalidate(TOKEN)).rejects.toMatchObject({ code: 'auth-unavailable' });
    bench.upstream.reply('verifyApiKey', answerOf(404));
    expect(resultOf(await bench.machine(TOKEN))).toBe('refused token-invalid');
  });
});
