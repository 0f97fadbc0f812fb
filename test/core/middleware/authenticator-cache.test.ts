import { describe, expect, it } from 'vitest';
import { ConfigurationError, type AuthenticatorOptions } from 'bailiff';
import { createAuthenticatorCache } from '../../../src/core/middleware/authenticator-cache.js';
import { createKey, T0 } from '../../support/tokens.js';

const base: AuthenticatorOptions = { secretKey: 'sk_test_one' };
const store = () => ({
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
});
class Shop {
  get = () => Promise.resolve(undefined);
  set = () => Promise.resolve();
  delete = () => Promise.resolve();
}

describe('the cache of authenticators', () => {
  it('keeps one authenticator for equal values', () => {
    const cache = createAuthenticatorCache();
    const fetch = () => Promise.reject(new Error('unused'));
    const options = (): AuthenticatorOptions => ({
      ...base,
      fetch,
      audience: ['a', 'b'],
      cache: { jwks: { freshMs: 5 } },
    });
    const one = cache.get(options(), {});
    expect(cache.get(options(), {})).toBe(one);
    expect(
      cache.get({ cache: { jwks: { freshMs: 5 } }, audience: ['a', 'b'], fetch, secretKey: 'sk_test_one' }, {}),
    ).toBe(one);
    expect(cache.get({ ...options(), domain: undefined as never }, {})).toBe(one);
  });

  it('S31: never shares one between different values', () => {
    const cache = createAuthenticatorCache();
    const shared = store();
    const shop = new Shop();
    const different: [AuthenticatorOptions, Record<string, string>?][] = [
      [base],
      [{ secretKey: 'sk_test_two' }],
      [{ ...base, audience: 'a' }],
      [{ ...base, audience: ['a'] }],
      [{ ...base, audience: ['a', 'b'] }],
      [{ ...base, audience: ['a","b'] }],
      [{ ...base, clockSkewMs: 0 }],
      [{ ...base, clockSkewMs: 1 }],
      [{ ...base, trustProxy: true }],
      [{ ...base, trustProxy: false }],
      [{ ...base, fetch: () => Promise.reject(new Error('1')) }],
      [{ ...base, fetch: () => Promise.reject(new Error('1')) }],
      [{ ...base, cache: { machineTokens: { store: shared } } }],
      [{ ...base, cache: { machineTokens: { store: shop } } }],
      [{ ...base, cache: { machineTokens: { store: new Shop() } } }],
      [base, { CLERK_JWT_KEY: '', CLERK_DOMAIN: 'a.test' }],
      [base, { CLERK_DOMAIN: 'b.test' }],
    ];
    const all = different.map(([options, env]) => cache.get(options, env ?? {}));
    expect(new Set(all).size).toBe(all.length);
    expect(cache.get({ ...base, cache: { machineTokens: { store: shop } } }, {})).toBe(all[13]);
  });

  it.each([
    ['not enumerable', (party: string) => Object.defineProperty({ ...base }, 'authorizedParties', { value: [party] })],
    [
      'inherited',
      (party: string) =>
        Object.create(Object.assign(Object.create(null), base, { authorizedParties: [party] })) as typeof base,
    ],
  ])('S31: refuses options that are %s, which cannot be compared', (_, make) => {
    const cache = createAuthenticatorCache();
    expect(() => cache.get(make('https://a.example'), {})).toThrow(/plain object/);
  });

  it('compares values, not objects, and sees later changes of options', () => {
    const cache = createAuthenticatorCache();
    const options = { ...base };
    const one = cache.get(options, {});
    Object.assign(options, { secretKey: 'sk_test_two' });
    expect(cache.get(options, {})).not.toBe(one);
    expect(cache.get(options, {}).config.secretKey).toBe('sk_test_two');
  });

  it('is bounded', () => {
    const cache = createAuthenticatorCache({ max: 2 });
    const get = (name: string) => cache.get({ secretKey: `sk_test_${name}` }, {});
    const [a, b] = [get('a'), get('b')];
    get('a');
    get('c');
    expect(get('a')).toBe(a);
    expect(get('b')).not.toBe(b);
  });

  it('keeps no failure', () => {
    const cache = createAuthenticatorCache();
    expect(() => cache.get({}, {})).toThrow(ConfigurationError);
    expect(() => cache.get({}, {})).toThrow(ConfigurationError);
    expect(cache.get({}, { CLERK_SECRET_KEY: 'sk_test_x' }).config.secretKey).toBe('sk_test_x');
  });

  it('throws for values that are no options, whatever the environment holds', () => {
    const cache = createAuthenticatorCache();
    const env = { CLERK_SECRET_KEY: 'sk_test_env' };
    expect(cache.get({}, env).config.secretKey).toBe('sk_test_env');
    for (const none of [undefined, null, [], new Map(), () => ({}), 'x', Promise.resolve({})]) {
      expect(() => cache.get(none as never, env)).toThrow(ConfigurationError);
    }
  });

  it('takes null as not given', () => {
    const cache = createAuthenticatorCache();
    const one = cache.get(base, {});
    expect(cache.get({ ...base, audience: null, onEvent: null, cache: null }, {})).toBe(one);
  });
});

describe('objects that cannot be compared', () => {
  const key = createKey();
  const options: AuthenticatorOptions = { jwtKey: key.pem, now: () => T0 };
  const request = { method: 'GET', url: '/', header: () => null };

  it('ignores observers in the comparison and calls the last one', async () => {
    const warnings: string[] = [];
    const cache = createAuthenticatorCache({ warn: (message) => warnings.push(message) });
    const heard: number[] = [];
    const authenticators = Array.from({ length: 5 }, (_, n) =>
      cache.get({ ...options, onEvent: () => void heard.push(n) }, {}),
    );
    expect(new Set(authenticators).size).toBe(1);
    await authenticators[0]?.authenticateRequest(request);
    expect(heard).toEqual([4]);
    expect(warnings).toEqual([]);
  });

  it('shares an authenticator between loggers, and tells the last one alone', async () => {
    const cache = createAuthenticatorCache();
    const heard: number[] = [];
    const broken = {
      ...request,
      header: () => {
        throw new Error('broken');
      },
    };
    const authenticators = Array.from({ length: 3 }, (_, n) => {
      const hear = () => void heard.push(n);
      return cache.get({ ...options, logger: { warn: hear, error: hear } }, {});
    });
    expect(new Set(authenticators).size).toBe(1);
    await authenticators[0]?.authenticateRequest(broken).catch(() => undefined);
    expect(heard).toEqual([2]);
  });

  it('throws for an invalid observer, also if the authenticator is cached', () => {
    const cache = createAuthenticatorCache();
    cache.get({ ...options, onEvent: () => undefined }, {});
    for (const onEvent of [0, '', false, {}, 'x']) {
      expect(() => cache.get({ ...options, onEvent: onEvent as never }, {})).toThrow(/onEvent/);
    }
  });

  it('makes no events without a listener', () => {
    const cache = createAuthenticatorCache();
    cache.get({ ...options, onEvent: () => undefined }, {});
    expect(cache.get(options, {}).config.emit).toBeNull();
  });

  it.each<readonly [string, () => AuthenticatorOptions]>([
    ['fetch', () => ({ fetch: () => Promise.reject(new Error('unused')) })],
    ['now', () => ({ now: () => T0 })],
    ['cache.machineTokens.store', () => ({ cache: { machineTokens: { store: store() } } })],
  ])('warns once with the remedy if %s is made for each request', (path, make) => {
    const warnings: string[] = [];
    const cache = createAuthenticatorCache({ warn: (message) => warnings.push(message) });
    const fixed = { fetch: () => Promise.reject(new Error('unused')) };
    for (let request = 1; request <= 2; request += 1) cache.get({ ...base, ...fixed, ...make() }, {});
    expect(warnings).toEqual([]);
    for (let request = 3; request <= 9; request += 1) cache.get({ ...base, ...fixed, ...make() }, {});
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^3 sets of options .* alone\. Make .* once, outside of the function\.$/);
    expect(warnings[0]?.split(`\`${path}\``)).toHaveLength(3);
    expect(warnings.join()).not.toMatch(path === 'fetch' ? /store/ : /`fetch`/);
    expect(warnings.join()).not.toContain('sk_test_one');
  });

  it('warns of nothing if tenants differ in more than such an object', () => {
    const warnings: string[] = [];
    const cache = createAuthenticatorCache({ max: 2, warn: (message) => warnings.push(message) });
    const tenants = Array.from({ length: 9 }, (_, n) => ({
      secretKey: `sk_test_${n}`,
      cache: { machineTokens: { store: store() } },
    }));
    // Larger than the cache, so that they are made again and again.
    for (let round = 0; round < 5; round += 1) for (const tenant of tenants) cache.get(tenant, {});
    expect(warnings).toEqual([]);
  });

  it('warns of nothing if a small cache makes authenticators again for the same two objects', () => {
    const warnings: string[] = [];
    const cache = createAuthenticatorCache({ max: 1, warn: (message) => warnings.push(message) });
    const two = [store(), store()];
    for (let round = 0; round < 5; round += 1)
      for (const one of two) cache.get({ ...base, cache: { machineTokens: { store: one } } }, {});
    expect(warnings).toEqual([]);
  });
});
