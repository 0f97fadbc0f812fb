/**
 * An invalidation against whatever is under way elsewhere: three servers, one store, Clerk over HTTP, in every order of
 * what they read, ask, hear and write. Timers are held, so that no deadline depends on the machine.
 */
import fc from 'fast-check';
import type { LocalInstance } from 'bailiff-local';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PUBLISHABLE_KEY } from '../attacks/fixtures.js';
import { apiKeyRow, callsOf, OPERATIONS, startClerk } from '../support/clerk.js';
import { T0 } from '../support/tokens.js';
import { createServer, interleave, type Server, type Step } from './steps.js';

const KEY = `ak_${'l'.repeat(32)}`;
const ID = 'ak_one';
const BEFORE = 'signed-in invoices:read';

/** What happens to the key at Clerk just before it is invalidated, and what every request after that has to get. */
const CHANGES = {
  revoked: [{ revoked: true }, 'signed-out'],
  changed: [{ scopes: ['invoices:none'] }, 'signed-in invoices:none'],
} as const;
const CASES = (['revoked', 'changed'] as const).flatMap((what) =>
  ([KEY, ID] as const).map((name) => [what, name === KEY ? 'token' : 'id', name] as const),
);

let clerk: LocalInstance;
const clock = { now: T0 };
beforeAll(async () => {
  clerk = await startClerk({ now: () => clock.now, rows: { api_keys: [apiKeyRow(KEY, { expiration: null })] } });
});
afterAll(() => clerk.close());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  clock.now = T0;
  clerk.reset();
});
afterEach(() => vi.useRealTimers());

function createFleet(): [Server, Server, Server] {
  clerk.reset();
  const entries = new Map<string, string>();
  const create = () =>
    createServer(entries, {
      secretKey: clerk.secretKey,
      publishableKey: PUBLISHABLE_KEY,
      apiUrl: clerk.apiUrl,
      now: () => clock.now,
    });
  return [create(), create(), create()];
}
const change = (what: keyof typeof CHANGES): void =>
  void clerk.state.table('api_keys').update(ID, { ...CHANGES[what][0] });

/** A server that verifies the key and one that invalidates it, in steps. */
const VERIFIES = ['read', 'send', 'hear', 'write'] as const;
const INVALIDATES = ['start', 'land', 'confirm'] as const;
type Turn = (typeof VERIFIES)[number] | (typeof INVALIDATES)[number];
const ORDERS = interleave<Turn>(VERIFIES, INVALIDATES);

function verifying(server: Server): { readonly answer: Promise<string>; step(turn: Turn): Promise<void> } {
  server.hold(...VERIFIES);
  const done = { answered: false, heard: false };
  const answer = server.use(KEY).finally(() => (done.answered = true));
  return {
    answer,
    async step(turn) {
      // Only who was told by Clerk that the key is good has something to write.
      if (turn !== 'write') done.heard = await server.go(turn as Step, () => done.answered);
      else if (done.heard && (await answer).startsWith('signed-in')) await server.go('write');
    },
  };
}

function invalidating(server: Server, what: keyof typeof CHANGES, name: string) {
  let told: Promise<void> | undefined;
  server.hold('read', 'write');
  return async (turn: Turn): Promise<void> => {
    if (turn === 'start') {
      change(what);
      told = server.authenticator.invalidate(name);
    } else await server.go(turn === 'land' ? 'write' : 'read');
    if (turn === 'confirm') await told;
  };
}

describe.each(CASES)('a key that is %s and invalidated by %s', (what, _by, name) => {
  const after = CHANGES[what][1];

  it("has Clerk's verdict in all processes, in each of 35 orders", async () => {
    expect(ORDERS).toHaveLength(35);
    for (const order of ORDERS) {
      const [verifier, invalidator, third] = createFleet();
      const verification = verifying(verifier);
      const invalidation = invalidating(invalidator, what, name);
      for (const turn of order) {
        await (INVALIDATES.includes(turn as never) ? invalidation(turn) : verification.step(turn));
        if (turn === 'confirm') expect(await third.use(KEY), `at once: ${order.join(' ')}`).toBe(after);
      }
      // Who asked before it may get what it asked for; nobody who comes later.
      expect([BEFORE, after]).toContain(await verification.answer);
      for (const server of [third, verifier, invalidator]) expect(await server.use(KEY), order.join(' ')).toBe(after);
    }
  });

  it("has Clerk's verdict in all processes if two were verifying it", async () => {
    const orders = fc.shuffledSubarray(
      [...Array<'a'>(4).fill('a'), ...Array<'b'>(4).fill('b'), ...Array<'x'>(3).fill('x')],
      {
        minLength: 11,
      },
    );
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const [a, b, invalidator] = createFleet();
        const [first, second] = [verifying(a), verifying(b)];
        const invalidation = invalidating(invalidator, what, name);
        const steps = {
          a: VERIFIES.map((turn) => () => first.step(turn)),
          b: VERIFIES.map((turn) => () => second.step(turn)),
          x: INVALIDATES.map((turn) => () => invalidation(turn)),
        };
        for (const who of order) await steps[who].shift()?.();
        for (const server of [a, b, invalidator]) expect(await server.use(KEY)).toBe(after);
      }),
      { numRuns: 40 },
    );
  });

  it('is not restored by a write that was given up long ago', async () => {
    const [verifier, invalidator, third] = createFleet();
    verifier.hold('write');
    expect(await verifier.use(KEY)).toBe(BEFORE);
    change(what);
    await invalidator.authenticator.invalidate(name);
    await vi.advanceTimersByTimeAsync(2_000);
    await verifier.go('write');
    for (const server of [third, invalidator]) expect(await server.use(KEY)).toBe(after);
    // The server whose write failed leaves the store alone for a second, and then hears of it as well.
    expect(await verifier.use(KEY)).toBe(BEFORE);
    clock.now += 1_000;
    expect(await verifier.use(KEY)).toBe(after);
  });

  it('does not share the call of earlier questions', async () => {
    const [verifier, invalidator, third] = createFleet();
    await third.use(KEY);
    await invalidator.authenticator.invalidate(name);
    verifier.hold('hear');
    const early = verifier.use(KEY);
    const calls = () => callsOf(clerk, OPERATIONS.apiKey);
    await expect.poll(calls).toBe(2);
    change(what);
    await invalidator.authenticator.invalidate(name);
    const late = verifier.use(KEY);
    await expect.poll(calls).toBe(3);
    await verifier.go('hear');
    expect(await early).toBe(BEFORE);
    expect(await late).toBe(after);
  });
});

describe('a key that is still good', () => {
  it.each([
    ['token', KEY],
    ['id', ID],
  ])('is cached again after an invalidation by %s, with one call', async (_by, name) => {
    const [a, b, c] = createFleet();
    await a.use(KEY);
    await b.use(KEY);
    await c.authenticator.invalidate(name);
    const calls = callsOf(clerk, OPERATIONS.apiKey);
    c.hold('write');
    expect(await c.use(KEY)).toBe(BEFORE);
    await c.go('write');
    for (const server of [c, b, a, c, b, a]) expect(await server.use(KEY)).toBe(BEFORE);
    expect(callsOf(clerk, OPERATIONS.apiKey)).toBe(calls + 1);
  });
});
