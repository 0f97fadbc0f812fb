/** Guards that cannot work fail where their route is defined. */
import * as expressKit from 'bailiff/express';
import * as honoKit from 'bailiff/hono';
import { ConfigurationError } from 'bailiff';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createKey } from '../support/tokens.js';
import { PUBLISHABLE_KEY, SECRET_KEY } from './world.js';

type Kit = typeof expressKit;
const KITS = [
  ['bailiff/express', expressKit],
  ['bailiff/hono', honoKit as unknown as Kit],
] as const;
const { pem: jwtKey } = createKey();

describe.each(KITS)('%s', (name, kit) => {
  const IMPOSSIBLE: readonly (readonly [string, () => unknown])[] = [
    ['an unknown kind', () => kit.requireAuth({ token: 'apikey' as 'api_key' })],
    ['an unknown key', () => kit.requireAuth({ persmission: 'org:a:b' } as never)],
    ['a function in the place of a requirement', () => kit.requireAuth((() => true) as never)],
    ['a number in the place of a requirement', () => kit.requireAuth(5 as never)],
    ['true in the place of a requirement', () => kit.requireAuth(true as never)],
    ['an empty list in the place of a requirement', () => kit.requireAuth([] as never)],
    ['a key without a value', () => kit.requireAuth({ role: undefined } as never)],
    ['a system permission', () => kit.requirePermission('org:sys_profile:manage')],
    ['no permission at all', () => (kit.requirePermission as () => unknown)()],
    ['no role at all', () => (kit.requireRole as () => unknown)()],
    ['no scope at all', () => (kit.requireScope as () => unknown)()],
    ['an empty anyOf', () => kit.requireAuth(kit.anyOf())],
    ['an empty list of kinds', () => kit.requireAuth({ token: [] })],
    ['all of two kinds', () => kit.requireAuth(kit.allOf({ token: 'api_key' }, { token: 'm2m_token' }))],
    ['a role of an API key', () => kit.requireAuth({ token: 'api_key', role: 'org:admin' })],
    ['an unknown preset', () => kit.requireAuth({ reverification: 'relaxed' as 'lax' })],
  ];
  it.each(IMPOSSIBLE)('%s', (_, define) => {
    expect(define).toThrow(ConfigurationError);
  });

  const POSSIBLE: readonly (readonly [string, () => unknown])[] = [
    ['nothing', () => kit.requireAuth()],
    ['one of several kinds', () => kit.requireAuth({ token: ['api_key', 'm2m_token'] })],
    ['a combination', () => kit.requireAuth(kit.anyOf({ role: 'org:admin' }, { token: 'api_key', scope: 'a' }))],
  ];
  it.each(POSSIBLE)('but not %s', (_, define) => {
    expect(define).not.toThrow();
  });

  it.each([
    ['no key at all', {}, 'secretKey'],
    ['a publishable key in the place of a secret key', { secretKey: PUBLISHABLE_KEY }, 'secretKey'],
    ['a PEM that is none', { jwtKey: '-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----' }, 'jwtKey'],
    ['a skew beyond bounds', { secretKey: SECRET_KEY, clockSkewMs: Infinity }, 'clockSkewMs'],
    ['a proxy without keys', { jwtKey, frontendApiProxy: { enabled: true } }, 'publishableKey'],
  ])('the middleware fails at creation with %s', (_, options, option) => {
    const make = () => kit.clerkMiddleware(options);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ option }) as Error);
  });

  describe('a guard for a kind of token without a key', () => {
    let fresh: Kit;
    beforeEach(async () => {
      vi.resetModules();
      fresh = await import(name === 'bailiff/express' ? 'bailiff/express' : 'bailiff/hono');
    });
    const define = () => fresh.requireAuth({ token: 'api_key' });

    it('fails, naming the variable, when no middleware has one', () => {
      fresh.clerkMiddleware({ jwtKey });
      expect(define).toThrow(/CLERK_SECRET_KEY/);
      expect(() => fresh.requireAuth(fresh.anyOf({ role: 'org:admin' }, { token: 'api_key' }))).toThrow(
        /CLERK_SECRET_KEY/,
      );
      expect(() => fresh.requireAuth({ token: 'm2m_token' })).not.toThrow();
      expect(() => fresh.requireAuth()).not.toThrow();
    });

    it('fails although another application, made before, has one', async () => {
      fresh.clerkMiddleware({ secretKey: SECRET_KEY });
      await Promise.resolve();
      fresh.clerkMiddleware({ jwtKey });
      expect(define).toThrow(/CLERK_SECRET_KEY/);
      await Promise.resolve();
      expect(define).not.toThrow();
    });

    it('does not when one has it', () => {
      fresh.clerkMiddleware({ jwtKey });
      fresh.clerkMiddleware({ secretKey: SECRET_KEY });
      expect(define).not.toThrow();
    });

    it('does not when only requests will tell', () => {
      fresh.clerkMiddleware({ jwtKey });
      fresh.clerkMiddleware(() => ({ secretKey: SECRET_KEY }));
      expect(define).not.toThrow();
    });

    it('does not before any middleware was made', () => {
      expect(define).not.toThrow();
    });
  });
});
