import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SessionClaims } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { classifyToken } from '../../src/verify/classify.js';
import { createVerdictCache } from '../../src/verify/verdict-cache.js';
import { createClock, createKey, m2mToken, oauthToken, sessionToken, T0, T0_S } from '../support/tokens.js';
import { CACHE, createBench, resultOf } from '../support/verifying.js';

const key = createKey('RS256', { kid: 'ins_one' });
const pem = { jwtKey: key.pem };
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapUsed = () => (collect(), process.memoryUsage().heapUsed);
const fresh = (text: string) => Buffer.from(text).toString();

describe('recall', () => {
  it('finds a verified token in an equal string too, and returns the same object from the first repetition on', async () => {
    const { session, verifier } = createBench([], pem);
    const token = sessionToken(key);
    expect(verifier.recall(token)).toBeNull();
    const verdict = await session(token);
    const verified = verifier.recall(fresh(token));
    expect(verdict).toMatchObject({ outcome: 'accepted' });
    expect(verdict.outcome === 'accepted' && verdict.value).toEqual(verified);
    expect(Object.isFrozen(verified!.data) && Object.isFrozen((verified!.data as SessionClaims).o)).toBe(true);
    expect(verifier.recall(token)).toBe(verified);
    verified!.attachment = { kept: true };
    expect(verifier.recall(token)?.attachment).toEqual({ kept: true });
  });

  it('ends with `exp` and the skew, to the millisecond', async () => {
    const { session, verifier, clock } = createBench([], pem);
    const token = sessionToken(key);
    await session(token);
    clock.advance(64_999);
    expect(verifier.recall(token)).not.toBeNull();
    expect(resultOf(await session(token))).toBe('accepted');
    clock.advance(1);
    expect(verifier.recall(token)).toBeNull();
    expect(resultOf(await session(token))).toBe('refused token-expired');
  });

  it('forgets a token whose time is in the future after the clock was set back', async () => {
    const { session, verifier, clock } = createBench([], { ...pem, clockSkewMs: 0 });
    const token = sessionToken(key, { nbf: T0_S, iat: T0_S });
    await session(token);
    clock.advance(-1);
    expect(verifier.recall(token)).toBeNull();
    expect(resultOf(await session(token))).toBe('refused token-not-active-yet');
    clock.advance(1);
    expect(verifier.recall(token)).not.toBeNull();
  });

  it('never finds a refused token', async () => {
    const { session, verifier } = createBench([], pem);
    const token = sessionToken(createKey('RS256'));
    await session(token);
    expect(verifier.recall(token)).toBeNull();
    expect(verifier.health().sessionTokens).toBe(0);
  });

  it('finds machine JWTs until they are invalidated or turned off', async () => {
    const { machine, session, verifier } = createBench([], pem);
    const tokens = [m2mToken(key), oauthToken(key)] as const;
    for (const token of tokens) await machine(token);
    expect(verifier.recall(tokens[0])).toMatchObject({ tokenType: 'm2m_token' });
    expect(verifier.recall(tokens[1])).toMatchObject({ tokenType: 'oauth_token' });
    await verifier.invalidate('mt_one');
    await verifier.invalidate(tokens[1]);
    expect(verifier.recall(tokens[0])).toBeNull();
    expect(verifier.recall(tokens[1])).toBeNull();
    for (const name of ['sess_one', 'tok_one', sessionToken(key)]) {
      const token = sessionToken(key, { nonce: name.length });
      await session(token);
      expect(verifier.recall(token)).not.toBeNull();
      await verifier.invalidate(name.length > 100 ? token : name);
      expect(verifier.recall(token)).toBeNull();
    }
    const machineTokens = { ...CACHE.machineTokens, ttlMs: 0 };
    const off = createBench([], { ...pem, cache: { ...CACHE, machineTokens } });
    expect(resultOf(await off.machine(tokens[0]))).toBe('accepted');
    expect(off.verifier.recall(tokens[0])).toBeNull();
  });

  it('keeps nothing with `max` 0', async () => {
    const { session, verifier } = createBench([], { ...pem, cache: { ...CACHE, sessionTokens: { max: 0 } } });
    const token = sessionToken(key);
    expect(resultOf(await session(token))).toBe('accepted');
    expect(verifier.recall(token)).toBeNull();
  });

  it('shares nothing between two verifiers', async () => {
    const [a, b] = [createBench([], pem), createBench([], pem)];
    const token = sessionToken(key);
    await a.session(token);
    expect(b.verifier.recall(token)).toBeNull();
  });

  it('works without an event listener', () => {
    const { verifier } = createBench([], { ...pem, emit: null });
    const token = sessionToken(key);
    expect(verifier.verifySession(classifyToken(token))).toMatchObject({ outcome: 'accepted' });
    expect(verifier.recall(token)).not.toBeNull();
  });
});

describe('createVerdictCache', () => {
  const forever = { from: 0, until: T0 * 2, key: null };
  const value = (n: number) => ({ n });

  it('keeps the most recently used entries', () => {
    const cache = createVerdictCache<{ n: number }>({ max: 3, now: createClock() });
    expect(cache.size).toBe(0);
    cache.delete('a');
    cache.deleteWhere(() => true);
    for (const name of ['a', 'b', 'c']) cache.put(name, value(1), forever);
    cache.get('a');
    cache.put('d', value(2), forever);
    expect(['a', 'b', 'c', 'd'].map((name) => cache.get(name) !== null)).toEqual([true, false, true, true]);
    expect(cache.size).toBe(3);
  });

  it('is bounded in bytes, whatever `max` says', () => {
    const cache = createVerdictCache<{ n: number }>({ max: 1_000, now: createClock() });
    for (let i = 0; i < 1_000; i += 1) cache.put(`${i}`.padStart(16_000, 'x'), value(i), forever);
    expect(cache.size).toBeLessThan(200);
    expect(cache.size).toBeGreaterThan(100);
    expect(cache.get('999'.padStart(16_000, 'x'))).toEqual({ n: 999 });
  });

  it('keeps the longest token even if `max` is 1', () => {
    const cache = createVerdictCache<{ n: number }>({ max: 1, now: createClock() });
    cache.put('x'.repeat(16_384), value(1), forever);
    expect(cache.get('x'.repeat(16_384))).toEqual({ n: 1 });
  });

  it('distinguishes tokens that differ in one character at any position', () => {
    const cache = createVerdictCache<{ n: number }>({ max: 1_000, now: createClock() });
    const token = Array.from({ length: 120 }, (_, i) => String.fromCharCode(65 + (i % 26))).join('');
    cache.put(token, value(1), forever);
    for (let i = 0; i < token.length; i += 1) {
      const other = `${token.slice(0, i)}_${token.slice(i + 1)}`;
      expect(cache.get(other)).toBeNull();
      cache.delete(other);
    }
    for (const other of [token.slice(1), `_${token}`, `${token}_`, token.slice(-32), '']) {
      expect(cache.get(other)).toBeNull();
      cache.delete(other);
    }
    expect(cache.get(token)).toEqual({ n: 1 });
    cache.put(`_${token}`, value(2), forever);
    expect(cache.get(`_${token}`)).toEqual({ n: 2 });
    expect(cache.get(token)).toBeNull();
  });

  it('evicts in order as 100,000 tokens pass through 10,000 places', () => {
    const cache = createVerdictCache<{ n: number }>({ max: 10_000, now: createClock() });
    for (let i = 0; i < 100_000; i += 1) cache.put(`t${i}`, value(i), forever);
    expect(cache.size).toBe(10_000);
    expect(cache.get('t89999')).toBeNull();
    expect(cache.get('t90000')).toEqual({ n: 90_000 });
  });

  it.each([
    ['at its first use', 1],
    ['when it comes again', 2],
  ])('keeps a token, but not the header string around it: %s', (_when, uses) => {
    const cache = createVerdictCache({ max: 1_000, now: createClock(), restore: (token) => ({ token }) });
    const cookies = (i: number) =>
      Buffer.from(`${'x'.repeat(20_000)}; __session=${`${i}`.padStart(1_000, 'y')}`).toString();
    const tokenOf = (i: number) => cookies(i).slice(20_012);
    const before = heapUsed();
    for (let i = 0; i < 1_000; i += 1) {
      cache.put(tokenOf(i), { token: '' }, forever);
      if (uses > 1) expect(cache.get(tokenOf(i))).toEqual({ token: tokenOf(i) });
    }
    expect(cache.size).toBe(1_000);
    // The headers would be 21 MB, the tokens are 1.
    expect(heapUsed() - before).toBeLessThan(8_000_000);
  });

  it('refuses expired entries', () => {
    const cache = createVerdictCache<{ n: number }>({ max: 3, now: createClock() });
    cache.put('a', value(1), { from: 0, until: T0, key: null });
    expect(cache.size).toBe(0);
  });
});
