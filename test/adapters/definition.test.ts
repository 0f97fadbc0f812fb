/** Guards that cannot work fail where their route is defined. */
import * as expressAdapter from 'bailiff/express';
import * as honoAdapter from 'bailiff/hono';
import { ConfigurationError } from 'bailiff';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createKey } from '../support/tokens.js';
import { PUBLISHABLE_KEY, SECRET_KEY } from './fixtures.js';

type Adapter = typeof expressAdapter;
const KITS = [
  ['bailiff/express', expressAdapter],
  ['bailiff/hono', honoAdapter as unknown as Adapter],
] as const;
const { pem: jwtKey } = createKey();

describe.each(KITS)('%s', (name, adapter) => {
  const IMPOSSIBLE: readonly (readonly [string, () => unknown])[] = [
    ['an unknown kind', () => adapter.requireAuth({ token: 'apikey' as 'api_key' })],
    ['an unknown key', () => adapter.requireAuth({ persmission: 'org:a:b' } as never)],
    ['a function in the place of a requirement', () => adapter.requireAuth((() => true) as never)],
    ['a number in the place of a requirement', () => adapter.requireAuth(5 as never)],
    ['true in the place of a requirement', () => adapter.requireAuth(true as never)],
    ['an empty list in the place of a requirement', () => adapter.requireAuth([] as never)],
    ['a key without a value', () => adapter.requireAuth({ role: undefined } as never)],
    ['a system permission', () => adapter.requirePermission('org:sys_profile:manage')],
    ['no permission at all', () => (adapter.requirePermission as () => unknown)()],
    ['no role at all', () => (adapter.requireRole as () => unknown)()],
    ['no scope at all', () => (adapter.requireScope as () => unknown)()],
    ['an empty anyOf', () => adapter.requireAuth(adapter.anyOf())],
    ['an empty list of kinds', () => adapter.requireAuth({ token: [] })],
    ['all of two kinds', () => adapter.requireAuth(adapter.allOf({ token: 'api_key' }, { token: 'm2m_token' }))],
    ['a role of an API key', () => adapter.requireAuth({ token: 'api_key', role: 'org:admin' })],
    ['an unknown preset', () => adapter.requireAuth({ reverification: 'relaxed' as 'lax' })],
  ];
  it.each(IMPOSSIBLE)('%s', (_, define) => {
    expect(define).toThrow(ConfigurationError);
  });

  it.each([
    [
      'a guard that nobody called',
      () => adapter.requireAuth(new Request('http://localhost/') as never),
      /requireAuth\(\)/,
    ],
    [
      'a middleware that nobody called',
      () => adapter.clerkMiddleware(new URL('http://localhost/') as never),
      /clerkMiddleware\(\)/,
    ],
    ['the sign-in page of @clerk/express', () => adapter.requireAuth({ signInUrl: '/' } as never), /redirect/],
  ])('says what to write in place of %s', (_, define, remedy) => {
    expect(define).toThrow(remedy);
  });

  const POSSIBLE: readonly (readonly [string, () => unknown])[] = [
    ['nothing', () => adapter.requireAuth()],
    ['one of several kinds', () => adapter.requireAuth({ token: ['api_key', 'm2m_token'] })],
    [
      'a combination',
      () => adapter.requireAuth(adapter.anyOf({ role: 'org:admin' }, { token: 'api_key', scope: 'a' })),
    ],
  ];
  it.each(POSSIBLE)('accepts %s', (_, define) => {
    expect(define).not.toThrow();
  });

  it.each([
    ['no key at all', {}, 'secretKey'],
    ['a publishable key in the place of a secret key', { secretKey: PUBLISHABLE_KEY }, 'secretKey'],
    ['a PEM that is none', { jwtKey: '-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----' }, 'jwtKey'],
    ['a skew beyond bounds', { secretKey: SECRET_KEY, clockSkewMs: Infinity }, 'clockSkewMs'],
    ['a proxy without keys', { jwtKey, frontendApiProxy: { enabled: true } }, 'publishableKey'],
  ])('throws at creation of the middleware for %s', (_, options, option) => {
    const make = () => adapter.clerkMiddleware(options);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ option }) as Error);
  });

  describe('a guard for a kind of token without a key', () => {
    let fresh: Adapter;
    beforeEach(async () => {
      vi.resetModules();
      fresh = await import(name === 'bailiff/express' ? 'bailiff/express' : 'bailiff/hono');
    });
    const define = () => fresh.requireAuth({ token: 'api_key' });

    it('throws and names the variable if no middleware has such a key', () => {
      fresh.clerkMiddleware({ jwtKey });
      expect(define).toThrow(/CLERK_SECRET_KEY/);
      expect(() => fresh.requireAuth(fresh.anyOf({ role: 'org:admin' }, { token: 'api_key' }))).toThrow(
        /CLERK_SECRET_KEY/,
      );
      expect(() => fresh.requireAuth({ token: 'm2m_token' })).not.toThrow();
      expect(() => fresh.requireAuth()).not.toThrow();
    });

    it('throws although another application, made before, has such a key', async () => {
      fresh.clerkMiddleware({ secretKey: SECRET_KEY });
      await Promise.resolve();
      fresh.clerkMiddleware({ jwtKey });
      expect(define).toThrow(/CLERK_SECRET_KEY/);
      await Promise.resolve();
      expect(define).not.toThrow();
    });

    it('does not throw if a middleware has such a key', () => {
      fresh.clerkMiddleware({ jwtKey });
      fresh.clerkMiddleware({ secretKey: SECRET_KEY });
      expect(define).not.toThrow();
    });

    it('does not throw if options are known with a request only', () => {
      fresh.clerkMiddleware({ jwtKey });
      fresh.clerkMiddleware(() => ({ secretKey: SECRET_KEY }));
      expect(define).not.toThrow();
    });

    it('does not throw before any middleware is made', () => {
      expect(define).not.toThrow();
    });
  });
});
