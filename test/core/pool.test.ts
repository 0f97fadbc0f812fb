import { describe, expect, it } from 'vitest';
import { ConfigurationError, type AuthenticatorOptions } from 'bailiff';
import { createAuthenticatorPool } from '../../src/core/pool.js';

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

describe('the pool', () => {
  it('keeps one authenticator for equal values', () => {
    const pool = createAuthenticatorPool();
    const fetch = () => Promise.reject(new Error('unused'));
    const options = (): AuthenticatorOptions => ({
      ...base,
      fetch,
      audience: ['a', 'b'],
      cache: { jwks: { freshMs: 5 } },
    });
    const one = pool.get(options(), {});
    expect(pool.get(options(), {})).toBe(one);
    expect(
      pool.get({ cache: { jwks: { freshMs: 5 } }, audience: ['a', 'b'], fetch, secretKey: 'sk_test_one' }, {}),
    ).toBe(one);
    expect(pool.get({ ...options(), domain: undefined as never }, {})).toBe(one);
  });

  it('S31: never shares between different ones', () => {
    const pool = createAuthenticatorPool();
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
    const all = different.map(([options, env]) => pool.get(options, env ?? {}));
    expect(new Set(all).size).toBe(all.length);
    expect(pool.get({ ...base, cache: { machineTokens: { store: shop } } }, {})).toBe(all[13]);
  });

  it('looks at values, not at the object: options that are changed later are other options', () => {
    const pool = createAuthenticatorPool();
    const options = { ...base };
    const one = pool.get(options, {});
    Object.assign(options, { secretKey: 'sk_test_two' });
    expect(pool.get(options, {})).not.toBe(one);
    expect(pool.get(options, {}).config.secretKey).toBe('sk_test_two');
  });

  it('is bounded', () => {
    const pool = createAuthenticatorPool({ max: 2 });
    const get = (name: string) => pool.get({ secretKey: `sk_test_${name}` }, {});
    const [a, b] = [get('a'), get('b')];
    get('a');
    get('c');
    expect(get('a')).toBe(a);
    expect(get('b')).not.toBe(b);
  });

  it('keeps no failure', () => {
    const pool = createAuthenticatorPool();
    expect(() => pool.get({}, {})).toThrow(ConfigurationError);
    expect(() => pool.get({}, {})).toThrow(ConfigurationError);
    expect(pool.get({}, { CLERK_SECRET_KEY: 'sk_test_x' }).config.secretKey).toBe('sk_test_x');
  });
});
