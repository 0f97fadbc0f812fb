/** Key ids that nobody knows: refused once a set without them was asked for after the token came, and not before. */
import { setImmediate as settle } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { UpstreamAnswer } from '../../src/ports.js';
import { createKey, jwksOf, m2mToken, sessionToken, T0_S } from '../support/tokens.js';
import { answerOf, CACHE, createBench, resultOf } from '../support/verifying.js';

const one = createKey('RS256', { kid: 'ins_one' });
const two = createKey('RS256', { kid: 'ins_two' });
const lasting = (key: typeof one, changes = {}) => sessionToken(key, { exp: T0_S + 1e6, ...changes });
const madeUp = (kid: string) => sessionToken(one, { exp: T0_S + 1e6 }, { kid });
const UNKNOWN = 'refused jwk-kid-mismatch';
const NOT_YET = 'unchecked jwk-kid-unchecked';
const ROTATED = answerOf(200, jwksOf(one, two));

/** A bench whose keys are loaded, and whose loads for unknown key ids have just begun. */
async function createWarmBench(cache = CACHE) {
  const bench = createBench([one], { cache });
  await bench.verifier.warmup();
  expect(resultOf(await bench.session(madeUp('ins_before')))).toBe(UNKNOWN);
  expect(bench.upstream.calls.jwks).toBe(2);
  return bench;
}

describe('one unknown key id', () => {
  it('costs a process without keys one load and is refused', async () => {
    const { session, upstream } = createBench([one]);
    expect(resultOf(await session(madeUp('ins_x')))).toBe(UNKNOWN);
    expect(upstream.calls.jwks).toBe(1);
  });

  it('costs a process with keys one load and is refused', async () => {
    const { session, upstream, clock, verifier } = createBench([one]);
    await verifier.warmup();
    clock.advance(60_000);
    expect(resultOf(await session(madeUp('ins_x')))).toBe(UNKNOWN);
    expect(upstream.calls.jwks).toBe(2);
  });

  it('delays a new key by 5 s just before a rotation, and never refuses it', async () => {
    const { session, upstream, clock } = await createWarmBench();
    // The clock has not moved: what counts is what came first.
    upstream.reply('jwks', ROTATED);
    for (let ms = 0; ms < 5_000; ms += 250) {
      const verdict = await session(lasting(two));
      expect(verdict).toMatchObject({ outcome: 'unchecked', reason: 'jwk-kid-unchecked', retryAfterMs: 5_000 - ms });
      expect(resultOf(await session(lasting(one, { jti: `${ms}` })))).toBe('accepted');
      clock.advance(250);
    }
    expect(upstream.calls.jwks).toBe(2);
    expect(resultOf(await session(lasting(two)))).toBe('accepted');
  });

  it('delays the JWT of a machine in the same way', async () => {
    const { machine, upstream, clock } = await createWarmBench();
    upstream.reply('jwks', ROTATED);
    expect(resultOf(await machine(m2mToken(two)))).toBe(NOT_YET);
    clock.advance(5_000);
    expect(resultOf(await machine(m2mToken(two)))).toBe('accepted');
  });

  it('is looked up again later, because the JWKS may not show its key yet', async () => {
    const { session, upstream, clock } = createBench([one]);
    await session(lasting(one));
    expect(resultOf(await session(lasting(two)))).toBe(UNKNOWN);
    clock.advance(1_000);
    upstream.reply('jwks', ROTATED);
    expect(resultOf(await session(lasting(two)))).toBe(NOT_YET);
    clock.advance(4_000);
    expect(resultOf(await session(lasting(two)))).toBe('accepted');
  });
});

describe('a load under way when a token comes', () => {
  /** A load that was asked for before the token came. */
  async function during(bench: ReturnType<typeof createBench>, start: () => unknown) {
    let release: (answer: UpstreamAnswer) => void = () => undefined;
    bench.upstream.reply('jwks', new Promise((resolve) => (release = resolve)));
    const started = start();
    await settle();
    const waiting = bench.session(lasting(two));
    await settle();
    return { release, started, waiting };
  }

  it('is awaited, and may accept the token', async () => {
    const bench = createBench([one]);
    const { release, waiting } = await during(bench, () => bench.verifier.warmup());
    release(ROTATED);
    expect(resultOf(await waiting)).toBe('accepted');
    expect(bench.upstream.calls.jwks).toBe(1);
  });

  it('may not refuse the token: a load that began earlier is followed by another', async () => {
    const bench = createBench([one]);
    const { release, waiting } = await during(bench, () => bench.verifier.warmup());
    bench.upstream.reply('jwks', ROTATED);
    release(answerOf(200, jwksOf(one)));
    expect(resultOf(await waiting)).toBe('accepted');
    expect(bench.upstream.calls.jwks).toBe(2);
  });

  it('is treated alike in the background', async () => {
    const bench = createBench([one]);
    await bench.verifier.warmup();
    bench.clock.advance(CACHE.jwks.freshMs * 0.8);
    const { release, waiting } = await during(bench, () => bench.session(lasting(one)));
    expect(bench.upstream.calls.jwks).toBe(2);
    bench.upstream.reply('jwks', ROTATED);
    release(answerOf(200, jwksOf(one)));
    expect(resultOf(await waiting)).toBe('accepted');
    expect(bench.upstream.calls.jwks).toBe(3);
  });

  it('leaves the token unchecked if no further load is allowed', async () => {
    const bench = createBench([one]);
    await bench.verifier.warmup();
    const { release, started, waiting } = await during(bench, () => bench.session(madeUp('ins_x')));
    release(answerOf(200, jwksOf(one)));
    expect(resultOf(await (started as typeof waiting))).toBe(UNKNOWN);
    expect(await waiting).toMatchObject({ outcome: 'unchecked', reason: 'jwk-kid-unchecked', retryAfterMs: 5_000 });
    expect(bench.upstream.calls.jwks).toBe(2);
  });

  it('serves all that wait: a hundred first tokens of a new key cost one load', async () => {
    const bench = createBench([one]);
    await bench.verifier.warmup();
    const { release, waiting } = await during(bench, () => bench.session(lasting(two)));
    const others = Array.from({ length: 99 }, (_, i) => bench.session(lasting(two, { jti: `${i}` })));
    release(ROTATED);
    for (const verdict of await Promise.all([waiting, ...others])) expect(resultOf(verdict)).toBe('accepted');
    expect(bench.upstream.calls.jwks).toBe(2);
  });
});

describe('the budget', () => {
  it('limits 300 key ids to two loads, in a row or concurrent, with and without keys', async () => {
    for (const warm of [true, false]) {
      for (const atOnce of [true, false]) {
        const { session, upstream, verifier } = createBench([one]);
        if (warm) await verifier.warmup();
        const burst = Array.from({ length: 300 }, (_, i) => madeUp(`ins_${i}`));
        const results = new Set<string>();
        if (atOnce)
          for (const verdict of await Promise.all(burst.map((token) => session(token)))) results.add(resultOf(verdict));
        else for (const token of burst) results.add(resultOf(await session(token)));
        expect(upstream.calls.jwks).toBeLessThanOrEqual(2);
        for (const result of results) expect([UNKNOWN, NOT_YET]).toContain(result);
        expect(resultOf(await session(lasting(one)))).toBe('accepted');
      }
    }
  });

  it('is not spent by failed loads, for which the back-off decides', async () => {
    const { session, upstream, clock, verifier } = createBench([one]);
    await verifier.warmup();
    upstream.reply('jwks', answerOf(503));
    expect(resultOf(await session(lasting(two)))).toBe('unchecked jwk-remote-failed-to-load');
    upstream.reply('jwks', ROTATED);
    expect(resultOf(await session(lasting(two)))).toBe('accepted');
    expect(resultOf(await session(madeUp('ins_x')))).toBe(NOT_YET);
    clock.advance(5_000);
    expect(resultOf(await session(madeUp('ins_x')))).toBe(UNKNOWN);
  });

  it('does not bypass the back-off after two failures', async () => {
    const { session, upstream, clock, verifier } = createBench([one]);
    await verifier.warmup();
    upstream.reply('jwks', answerOf(503));
    for (let i = 0; i < 20; i += 1)
      expect(resultOf(await session(madeUp(`ins_${i}`)))).toBe('unchecked jwk-remote-failed-to-load');
    expect(upstream.calls.jwks).toBe(3);
    clock.advance(250);
    upstream.reply('jwks', ROTATED);
    expect(resultOf(await session(lasting(two)))).toBe('accepted');
  });

  it('follows a longer cooldown: six loads in twice that time', async () => {
    const cooldownMs = 120_000;
    const { session, upstream, clock } = await createWarmBench({ ...CACHE, jwks: { ...CACHE.jwks, cooldownMs } });
    const before = upstream.calls.jwks - 1;
    for (let ms = 0; ms < 2 * cooldownMs; ms += 1_000) {
      if (ms > 0) await session(madeUp(`ins_${ms}`));
      clock.advance(1_000);
    }
    expect(upstream.calls.jwks - before).toBe(6);
  });
});
