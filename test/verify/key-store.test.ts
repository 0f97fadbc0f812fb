import { setImmediate as settle } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { UpstreamUnreachable, type UpstreamAnswer } from '../../src/ports.js';
import { createKey, jwksOf, m2mToken, sessionToken, T0 } from '../support/tokens.js';
import { answerOf, CACHE, createBench, resultOf } from '../support/verifying.js';

const one = createKey('RS256', { kid: 'ins_one' });
const two = createKey('RS256', { kid: 'ins_two' });
const { freshMs, staleIfErrorMs, cooldownMs } = CACHE.jwks;
/** A session token that outlives every test here. */
const lasting = (key: typeof one, changes = {}) => sessionToken(key, { exp: T0 / 1000 + 1e6, ...changes });
const withKid = (kid: string) => sessionToken(one, {}, { kid });
const boom = new RangeError('boom');

describe('storms', () => {
  it('loads once for 10,000 concurrent first requests', async () => {
    const { session, upstream } = createBench([one]);
    const token = lasting(one);
    const results = await Promise.all(Array.from({ length: 10_000 }, () => session(token)));
    expect(results.every((verdict) => verdict.outcome === 'accepted')).toBe(true);
    expect(upstream.calls.jwks).toBe(1);
  });

  it('loads once for 50 concurrent requests with unknown key ids', async () => {
    const { session, upstream } = createBench([one]);
    const results = await Promise.all(Array.from({ length: 50 }, (_, i) => session(withKid(`ins_${i}`))));
    expect(new Set(results.map(resultOf))).toEqual(new Set(['refused jwk-kid-mismatch']));
    expect(upstream.calls.jwks).toBe(1);
  });

  it('loads nothing for a token without a key id or with a malformed one', async () => {
    const { session, upstream } = createBench([one]);
    for (const kid of [undefined, '', 7, null, ['ins_one'], { toString: 'ins_one' }]) {
      expect(resultOf(await session(sessionToken(one, {}, { kid })))).toBe('refused jwk-kid-mismatch');
    }
    expect(upstream.calls.jwks).toBe(0);
  });

  it('treats names of the prototype as unknown key ids', async () => {
    for (const kid of ['__proto__', 'constructor', 'toString']) {
      const { session } = createBench([one]);
      expect(resultOf(await session(withKid(kid)))).toBe('refused jwk-kid-mismatch');
    }
  });

  it('loads nothing for malformed tokens', async () => {
    const { session, machine, upstream } = createBench([one]);
    for (const token of ['', 'x', 'a.b.c', 'ak_', 'mt_ x', 'oat_é', `ak_${'x'.repeat(2_000)}`]) {
      expect((await session(token)).outcome).toBe('refused');
      expect((await machine(token)).outcome).toBe('refused');
    }
    expect(Object.values(upstream.calls)).toEqual([0, 0, 0, 0]);
  });
});

describe('freshness', () => {
  it('keeps verified tokens through a reload that changes nothing, until their key leaves', async () => {
    const { session, upstream, clock, verifier } = createBench([one]);
    const token = lasting(one);
    await session(token);
    clock.advance(freshMs);
    expect(resultOf(await session(lasting(one, { jti: 'another' })))).toBe('accepted');
    expect(upstream.calls.jwks).toBe(2);
    expect(verifier.recall(token)?.tokenType).toBe('session_token');
    upstream.reply('jwks', answerOf(200, jwksOf(two)));
    clock.advance(freshMs);
    expect(resultOf(await session(lasting(two)))).toBe('accepted');
    expect(verifier.recall(token)).toBeNull();
  });

  it('reloads in the background before the keys run out, without a waiting request', async () => {
    const { session, upstream, clock, verifier } = createBench([one]);
    await verifier.warmup();
    clock.advance(freshMs * 0.8 - 1);
    expect(resultOf(await session(lasting(one)))).toBe('accepted');
    expect(upstream.calls.jwks).toBe(1);
    clock.advance(1);
    let release: (answer: UpstreamAnswer) => void = () => undefined;
    upstream.reply('jwks', new Promise((resolve) => (release = resolve)));
    for (let i = 0; i < 5; i += 1) expect(resultOf(await session(lasting(one, { jti: `${i}` })))).toBe('accepted');
    expect(upstream.calls.jwks).toBe(2);
    release(answerOf(200, jwksOf(one)));
    await settle();
    clock.advance(freshMs * 0.8 - 1);
    expect(resultOf(await session(lasting(one)))).toBe('accepted');
    expect(upstream.calls.jwks).toBe(2);
    expect(verifier.health()).toMatchObject({ jwks: 'fresh', keys: 1 });
  });

  it('starts no second load while one runs in the background', async () => {
    const { session, upstream, clock } = createBench([one]);
    await session(lasting(one));
    clock.advance(freshMs * 0.8);
    upstream.reply('jwks', new Promise(() => undefined));
    await session(lasting(one, { jti: 'first' }));
    expect(upstream.calls.jwks).toBe(2);
    // Whoever joins a load sets a timer, so that it can give up.
    const timers = vi.spyOn(globalThis, 'setTimeout');
    for (let i = 0; i < 20; i += 1) expect(resultOf(await session(lasting(one, { jti: `${i}` })))).toBe('accepted');
    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
    expect(upstream.calls.jwks).toBe(2);
  });

  it('starts a background load again if the runtime has dropped it', async () => {
    const { session, upstream, clock, verifier } = createBench([one]);
    await session(lasting(one));
    clock.advance(freshMs * 0.8);
    upstream.reply('jwks', new Promise(() => undefined));
    await session(lasting(one, { jti: 'a' }));
    clock.advance(4_999);
    await session(lasting(one, { jti: 'b' }));
    expect(upstream.calls.jwks).toBe(2);
    upstream.reply('jwks', answerOf(200, jwksOf(one)));
    clock.advance(1);
    await session(lasting(one, { jti: 'c' }));
    await settle();
    expect(upstream.calls.jwks).toBe(3);
    expect(verifier.health()).toMatchObject({ jwks: 'fresh', ageMs: 0 });
  });

  it('ignores an answer that arrives after a newer one, so that a withdrawn key stays out', async () => {
    const { session, upstream, clock, verifier, events } = createBench([one]);
    await session(lasting(one));
    clock.advance(freshMs * 0.8);
    let release: (answer: UpstreamAnswer) => void = () => undefined;
    upstream.reply('jwks', new Promise((resolve) => (release = resolve)));
    await session(lasting(one, { jti: 'a' }));
    clock.advance(5_000);
    upstream.reply('jwks', answerOf(200, jwksOf(two)));
    await session(lasting(one, { jti: 'b' }));
    await settle();
    release(answerOf(200, jwksOf(one)));
    await settle();
    expect(resultOf(await session(lasting(two)))).toBe('accepted');
    expect((await session(lasting(one, { jti: 'c' }))).outcome).toBe('refused');
    expect(events.filter(({ type }) => type === 'jwks.refreshed')).toHaveLength(3);
    expect(verifier.health()).toMatchObject({ keys: 1 });
  });

  it('S27: reloads the keys under steady traffic with one cached token, and refuses it when its key is withdrawn', async () => {
    const { session, upstream, clock, verifier } = createBench([one]);
    const token = lasting(one);
    await session(token);
    let refused = 0;
    upstream.reply('jwks', answerOf(200, jwksOf(two)));
    for (let ms = 0; ms < freshMs; ms += 1_000) {
      if (verifier.recall(token) === null && (await session(token)).outcome === 'refused') refused = ms;
      await settle();
      if (refused > 0) break;
      clock.advance(1_000);
    }
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(freshMs);
  });

  it('reloads the keys for a cached machine token with a long life too', async () => {
    const { machine, upstream, clock, verifier } = createBench([one]);
    const token = m2mToken(one, { exp: T0 / 1000 + 1e6 });
    await machine(token);
    expect(verifier.recall(token)).toMatchObject({ tokenType: 'm2m_token' });
    upstream.reply('jwks', answerOf(200, jwksOf(two)));
    clock.advance(freshMs);
    expect(verifier.recall(token)).toBeNull();
    expect(resultOf(await machine(token))).toBe('refused token-verification-failed');
  });

  it('drops verdicts as soon as a load withdraws their key', async () => {
    const { session, upstream, verifier, clock } = createBench([one, two]);
    const tokens = [lasting(one), lasting(two)] as const;
    for (const token of tokens) await session(token);
    upstream.reply('jwks', answerOf(200, jwksOf(two)));
    await session(withKid('ins_three'));
    expect(verifier.recall(tokens[0])).toBeNull();
    expect(verifier.recall(tokens[1])).toMatchObject({ data: { sub: 'user_ada' } });
    expect(resultOf(await session(tokens[0]))).toBe('unchecked jwk-kid-unchecked');
    clock.advance(5_000);
    expect(resultOf(await session(tokens[0]))).toBe('refused jwk-kid-mismatch');
  });

  it('replaces a key and drops its verdicts if another key has the same id', async () => {
    const { session, upstream, verifier } = createBench([one]);
    const token = lasting(one);
    await session(token);
    const successor = createKey('RS256', { kid: one.kid });
    upstream.reply('jwks', answerOf(200, jwksOf(successor)));
    await session(withKid('ins_three'));
    expect(verifier.recall(token)).toBeNull();
    expect(resultOf(await session(token))).toBe('refused token-invalid-signature');
    expect(resultOf(await session(lasting(successor)))).toBe('accepted');
  });

  it('loads a new key with its first token', async () => {
    const { session, upstream } = createBench([one]);
    expect(resultOf(await session(lasting(one)))).toBe('accepted');
    upstream.reply('jwks', answerOf(200, jwksOf(one, two)));
    expect(resultOf(await session(lasting(two)))).toBe('accepted');
    expect(resultOf(await session(lasting(one)))).toBe('accepted');
    expect(upstream.calls.jwks).toBe(2);
  });

  it('S28: finds known keys while a load runs', async () => {
    const { session, upstream } = createBench([one]);
    await session(lasting(one));
    let release: (answer: UpstreamAnswer) => void = () => undefined;
    upstream.reply('jwks', new Promise((resolve) => (release = resolve)));
    const waiting = session(lasting(two));
    expect(resultOf(await session(lasting(one, { jti: 'a' })))).toBe('accepted');
    release(answerOf(200, jwksOf(one, two)));
    expect(resultOf(await waiting)).toBe('accepted');
    expect(resultOf(await session(lasting(one, { jti: 'b' })))).toBe('accepted');
  });

  it('does not extend the life of a key if the clock is set back', async () => {
    const { session, upstream, clock, verifier } = createBench([one]);
    const token = sessionToken(one, { exp: T0 / 1000 + 1e6, iat: 1, nbf: 1 });
    await session(token);
    clock.advance(-3_600_000);
    expect(verifier.recall(token)).toBeNull();
    upstream.reply('jwks', answerOf(200, jwksOf(two)));
    expect(resultOf(await session(token))).toBe('refused jwk-kid-mismatch');
  });
});

describe('outages', () => {
  const failures: readonly (readonly [string, UpstreamAnswer | Error, string])[] = [
    ['500', answerOf(500), 'jwk-remote-failed-to-load'],
    ['429', answerOf(429, undefined, 2_000), 'jwk-remote-failed-to-load'],
    ['404', answerOf(404), 'jwk-remote-failed-to-load'],
    ['a redirect', answerOf(302), 'jwk-remote-failed-to-load'],
    ['401', answerOf(401, { errors: [{ code: 'clerk_key_invalid' }] }), 'secret-key-invalid'],
    ['no JSON', answerOf(200, undefined), 'jwk-remote-failed-to-load'],
    ['no keys', answerOf(200, { keys: [] }), 'jwk-remote-failed-to-load'],
    ['a timeout', new UpstreamUnreachable('timeout', 0), 'jwk-remote-failed-to-load'],
    ['an open circuit', new UpstreamUnreachable('circuit-open', 4_000), 'jwk-remote-failed-to-load'],
  ];

  it.each(failures)(
    '%s at a cold start: reports unchecked, slows few requests, and recovers without a restart',
    async (_, reply, reason) => {
      const { session, upstream, clock, verifier, events } = createBench([one]);
      upstream.reply('jwks', reply);
      const first = await session(lasting(one));
      expect(first).toMatchObject({ outcome: 'unchecked', reason });
      const retryAfterMs = first.outcome === 'unchecked' ? first.retryAfterMs : 0;
      expect(retryAfterMs).toBeGreaterThan(0);
      // Nobody pays for the outage again until then.
      for (let i = 0; i < 20; i += 1) expect(resultOf(await session(lasting(one)))).toBe(`unchecked ${reason}`);
      // One failure alone may be a hiccup, unless Clerk says when to come back or does not know the key.
      const loads = retryAfterMs > 250 ? 1 : 2;
      expect(upstream.calls.jwks).toBe(loads);
      const failed = Array.from({ length: loads }, () => ({ reason, staleMs: null }));
      expect(events.filter(({ type }) => type === 'jwks.failed')).toMatchObject(failed);
      await expect(verifier.warmup()).rejects.toMatchObject({ code: 'auth-unavailable', reason });
      expect(verifier.health()).toMatchObject({ jwks: 'empty', ageMs: null, keys: 0 });
      upstream.reply('jwks', answerOf(200, jwksOf(one)));
      clock.advance(retryAfterMs);
      expect(resultOf(await session(lasting(one)))).toBe('accepted');
      await verifier.warmup();
    },
  );

  it.each(failures)('%s after the keys ran out: accepts known keys as long as it may', async (_, reply, reason) => {
    const { session, upstream, clock, verifier } = createBench([one]);
    const token = lasting(one);
    await session(token);
    upstream.reply('jwks', reply);
    clock.advance(freshMs);
    expect(resultOf(await session(lasting(one, { jti: 'a' })))).toBe('accepted');
    expect(verifier.health()).toMatchObject({ jwks: 'stale', ageMs: freshMs, keys: 1 });
    expect(resultOf(await session(withKid('ins_new')))).toBe(`unchecked ${reason}`);
    expect(verifier.recall(token)).not.toBeNull();
    await verifier.warmup();
    clock.advance(staleIfErrorMs - 1);
    expect(resultOf(await session(lasting(one, { jti: 'b' })))).toBe('accepted');
    clock.advance(1);
    expect(verifier.recall(token)).toBeNull();
    expect(resultOf(await session(lasting(one, { jti: 'c' })))).toBe(`unchecked ${reason}`);
    expect(verifier.health()).toMatchObject({ jwks: 'empty', keys: 0 });
    upstream.reply('jwks', answerOf(200, jwksOf(one)));
    clock.advance(60_000);
    expect(resultOf(await session(lasting(one, { jti: 'd' })))).toBe('accepted');
  });

  it('waits longer after each failure up to a bound, and starts over after a success', async () => {
    const { session, upstream, clock } = createBench([one]);
    upstream.reply('jwks', answerOf(500));
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const verdict = await session(lasting(one));
      const wait = verdict.outcome === 'unchecked' ? verdict.retryAfterMs : 0;
      waits.push(wait);
      clock.advance(wait);
    }
    expect(waits).toEqual([250, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000]);
    expect(upstream.calls.jwks).toBe(8);
    upstream.reply('jwks', answerOf(200, jwksOf(one)));
    await session(lasting(one));
    upstream.reply('jwks', answerOf(500));
    expect(await session(withKid('ins_new'))).toMatchObject({ retryAfterMs: 250 });
  });

  it('recovers with the next request after one failed load', async () => {
    const { session, upstream } = createBench([one]);
    upstream.reply('jwks', answerOf(500));
    expect(resultOf(await session(lasting(one)))).toBe('unchecked jwk-remote-failed-to-load');
    upstream.reply('jwks', answerOf(200, jwksOf(one)));
    expect(resultOf(await session(lasting(one)))).toBe('accepted');
  });

  it('obeys Retry-After within bounds', async () => {
    for (const [asked, granted] of [
      [7_000, 7_000],
      [3_600_000, 60_000],
    ] as const) {
      const { session, upstream, clock } = createBench([one]);
      upstream.reply('jwks', answerOf(429, undefined, asked));
      await session(lasting(one));
      clock.advance(granted - 1);
      await session(lasting(one));
      expect(upstream.calls.jwks).toBe(1);
      clock.advance(1);
      await session(lasting(one));
      expect(upstream.calls.jwks).toBe(2);
    }
  });

  it('reports unchecked, not refused, for an unknown key id that could not be looked up', async () => {
    const { session, upstream, clock } = createBench([one]);
    await session(lasting(one));
    upstream.reply('jwks', answerOf(503));
    expect(resultOf(await session(lasting(two)))).toBe('unchecked jwk-remote-failed-to-load');
    expect(resultOf(await session(lasting(two)))).toBe('unchecked jwk-remote-failed-to-load');
    clock.advance(cooldownMs);
    expect(resultOf(await session(lasting(two)))).toBe('unchecked jwk-remote-failed-to-load');
    expect(resultOf(await session(lasting(one)))).toBe('accepted');
    upstream.reply('jwks', answerOf(200, jwksOf(one, two)));
    clock.advance(cooldownMs);
    expect(resultOf(await session(lasting(two)))).toBe('accepted');
  });

  it('slows no request by a failed load in the background', async () => {
    const { session, upstream, clock, verifier, events } = createBench([one]);
    const token = lasting(one);
    await session(token);
    upstream.reply('jwks', answerOf(500));
    clock.advance(freshMs * 0.9);
    for (let i = 0; i < 10; i += 1) {
      expect(verifier.recall(token) ?? (await session(token))).toBeTruthy();
      await settle();
    }
    expect(upstream.calls.jwks).toBe(3);
    expect(events.at(-1)).toMatchObject({ type: 'token.cache', hit: true });
    expect(events.find(({ type }) => type === 'jwks.failed')).toMatchObject({ staleMs: freshMs * 0.9 });
    upstream.reply('jwks', answerOf(200, jwksOf(one)));
    clock.advance(1_000);
    await session(token);
    await settle();
    expect(verifier.health()).toMatchObject({ jwks: 'fresh', ageMs: 0 });
  });

  it.each<[string, Error | ReturnType<typeof answerOf>, readonly unknown[]]>([
    ['a fault of this server', boom, [boom]],
    ['an outage of Clerk', new UpstreamUnreachable('network', 0), []],
    ['an error of Clerk', answerOf(500), []],
  ])('tells of %s as a fault, or not, while the keys that it has serve on', async (_, reply, told) => {
    const faults: unknown[] = [];
    const { session, upstream, clock } = createBench([one], { onFault: (fault) => void faults.push(fault) });
    await session(lasting(one));
    upstream.reply('jwks', reply);
    clock.advance(freshMs);
    expect(resultOf(await session(lasting(one, { jti: 'next' })))).toBe('accepted');
    await vi.waitFor(() => expect(upstream.calls.jwks).toBe(2));
    await settle();
    expect(faults).toEqual(told);
  });

  it('waits after two failed background loads, however many tokens arrive', async () => {
    const { session, upstream, clock } = createBench([one]);
    await session(lasting(one));
    upstream.reply('jwks', answerOf(500));
    clock.advance(freshMs * 0.8);
    const use = async (from: string) => {
      for (let i = 0; i < 20; i += 1) {
        expect(resultOf(await session(lasting(one, { jti: `${from}${i}` })))).toBe('accepted');
        await settle();
      }
    };
    await use('a');
    expect(upstream.calls.jwks).toBe(3);
    clock.advance(249);
    await use('b');
    expect(upstream.calls.jwks).toBe(3);
    clock.advance(1);
    await use('c');
    expect(upstream.calls.jwks).toBe(4);
  });

  it('emits events about loads', async () => {
    const { verifier, events } = createBench([one, two]);
    await verifier.warmup();
    await verifier.warmup();
    expect(events).toEqual([{ type: 'jwks.refreshed', keys: 2, durationMs: 0 }]);
  });
});

describe('with a PEM', () => {
  it('makes no call, whatever the key id', async () => {
    const { session, machine, upstream, verifier, clock } = createBench([two], { jwtKey: one.pem });
    expect(resultOf(await session(lasting(one, {})))).toBe('accepted');
    expect(resultOf(await session(withKid('ins_other')))).toBe('accepted');
    expect(resultOf(await session(sessionToken(one, {}, { kid: undefined })))).toBe('accepted');
    expect(resultOf(await session(lasting(two)))).toBe('refused token-invalid-signature');
    expect(resultOf(await machine(m2mToken(one)))).toBe('accepted');
    clock.advance(freshMs + staleIfErrorMs);
    expect(resultOf(await session(lasting(one)))).toBe('accepted');
    await verifier.warmup();
    expect(upstream.calls.jwks).toBe(0);
    expect(verifier.health()).toMatchObject({ jwks: 'local', keys: 1, ageMs: null });
  });
});
