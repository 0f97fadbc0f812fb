/** Where authenticators come from: what an options function may give, and what becomes of the rest. */
import { createAuthenticator, type Authenticator, type BailiffEvent } from 'bailiff';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import type { Framework, Adapter } from '../frameworks.js';
import { browserCookies, renewSession, SUFFIX } from '../fixtures.js';
import { createEnvironments } from './harness.js';

const routes = [{ path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] }];

class Tenant {
  readonly secretKey = 'sk_test_tenant';
}

/** Gives itself, as badly behaved libraries do. */
const thenable = (value: unknown) => ({ then: (next: (value: unknown) => unknown) => next(value) });

const NO_OPTIONS: readonly (readonly [string, () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['false', () => false],
  ['zero', () => 0],
  ['a text', () => 'sk_test_text'],
  ['an empty text', () => ''],
  ['a list', () => []],
  ['a list with options', () => [{}]],
  ['a function', () => () => ({})],
  ['a Map', () => new Map()],
  ['a Date', () => new Date(0)],
  ['a Promise within', () => ({ options: Promise.resolve({}) })],
  ['an Error', () => new Error('no such tenant')],
  ['a Response', () => new Response()],
  ['an instance of a class', () => new Tenant()],
  ['an object that pretends to be an authenticator', () => ({ config: {}, authenticate: () => ({}) })],
  ['a misspelt option', () => ({ secretkey: 'sk_test_x' })],
  ['a setting of the middleware', () => ({ onDenied: () => undefined })],
  ['an empty list of parties', () => ({ authorizedParties: [] })],
  ['an option that is not enumerable', () => Object.defineProperty({}, 'secretKey', { value: 'sk_test_tenant' })],
  [
    'options that are inherited',
    () => Object.create(Object.assign(Object.create(null), { secretKey: 'sk_test_tenant' })) as object,
  ],
];

/** As an authenticator of another copy of the package is seen: its states are no instances of our class. */
function ofAnotherCopy(authenticator: Authenticator): Authenticator {
  const authenticate: Authenticator['authenticate'] = async (view, options) => {
    const { status, isAuthenticated, tokenType, reason, message, headers, token, auth } =
      await authenticator.authenticateRequest(view, options);
    return { status, isAuthenticated, tokenType, reason, message, headers, token, auth };
  };
  const copy = { ...authenticator, config: authenticator.config, authenticate };
  return Object.defineProperty(copy, Symbol.for('bailiff.authenticator'), { value: true });
}

export function sources(framework: Framework): void {
  const environments = createEnvironments(framework);

  describe('an authenticator of another copy of the package', () => {
    const open = () =>
      environments.open(
        { routes: [...routes, { path: '/logo.png', handle: ({ header }) => header('Cache-Control', 'public') }] },
        (fixtures) => [[ofAnotherCopy(createAuthenticator(fixtures.options))]],
      );

    it('sends a page to the handshake', async () => {
      const { get } = await open();
      const cookie = `__client_uat_${SUFFIX}=1; __clerk_db_jwt_${SUFFIX}=dvb`;
      const answer = await get('/me', null, { cookie, accept: 'text/html' });
      expect([answer.status, answer.headers['location']]).toEqual([307, expect.stringContaining('/client/handshake?')]);
    });

    it('forbids caches to store the cookies of a session', async () => {
      const { get, fixtures } = await open();
      const cookies = renewSession(fixtures);
      const { headers } = await get('/logo.png', null, browserCookies(fixtures.tokens.expired));
      expect([headers['set-cookie'], headers['cache-control'], headers['vary']]).toEqual([
        cookies,
        'private, no-store',
        'Cookie',
      ]);
    });
  });

  describe('an options function beside an instance in the environment', () => {
    let env: string | undefined;
    beforeEach(() => {
      env = process.env['CLERK_JWT_KEY'];
    });
    afterEach(() => {
      if (env === undefined) delete process.env['CLERK_JWT_KEY'];
      else process.env['CLERK_JWT_KEY'] = env;
    });
    const open = (give: () => unknown) =>
      environments.open({ routes: [...routes, { path: '/open' }] }, ({ clerk }) => {
        process.env['CLERK_JWT_KEY'] = clerk.jwtKey;
        return [[framework.perRequest(give)]];
      });

    it.each(NO_OPTIONS)('denies and passes a fault to the application if it gives %s', async (_, give) => {
      const gives = [give, () => Promise.resolve(give()), () => thenable(give())];
      for (const each of gives) {
        const { get, served } = await open(each);
        expect((await get('/me', 'admin')).status).toBe(500);
        expect((await get('/open')).status).toBe(500);
        for (const error of served.errors) expect(error).toMatchObject({ name: 'ConfigurationError' });
        expect(served.errors.length).toBe(2);
      }
    });

    it.each([
      ['{}', () => ({})],
      ['an object without a prototype', () => Object.create(null) as object],
      ['options that are null', () => ({ secretKey: null, audience: null, cache: null })],
    ])('uses %s if the function gives it', async (_, give) => {
      // The fixtures's clock stands still long ago.
      vi.useFakeTimers({ toFake: ['Date'] });
      const gives = [give, () => Promise.resolve(give()), () => thenable(give())];
      try {
        for (const each of gives) {
          const { get, fixtures } = await open(each);
          vi.setSystemTime(fixtures.clock());
          expect((await get('/me', 'admin')).status).toBe(200);
          expect((await get('/me', 'forged')).status).toBe(401);
        }
      } finally {
        vi.useRealTimers();
      }
    });

    it('accepts an authenticator from the function', async () => {
      const { get } = await environments.open({ routes }, ({ options }) => {
        const authenticator = createAuthenticator(options);
        return [[framework.perRequest(() => authenticator)]];
      });
      expect((await get('/me', 'admin')).status).toBe(200);
    });
  });

  it.each<readonly [string, unknown, RegExp]>([
    ['null', null, /not an object of options/],
    ['a list', [], /not an object of options/],
    ['a Map', new Map(), /not an object of options/],
    ['a text', 'sk_test_x', /not an object of options/],
    ['a misspelt option', { authorisedParties: ['https://a.example'] }, /authorisedParties.*authorizedParties/],
    ['a misspelt setting', { onDenid: () => undefined }, /onDenid.*onDenied/],
    ['a misspelt nested setting', { frontendApiProxy: { enable: true } }, /frontendApiProxy\.enable\b.*enabled/],
    ['a proxy that is no object', { frontendApiProxy: true }, /frontendApiProxy/],
    ['a proxy that is not said to be on or off', { frontendApiProxy: { path: '/x' } }, /frontendApiProxy\.enabled/],
    ['a path of the proxy that is no text', { frontendApiProxy: { enabled: true, path: 5 } }, /frontendApiProxy\.path/],
    ['an onDenied that is no function', { onDenied: {} }, /onDenied/],
    ['metadata that is no text', { resourceMetadata: 5 }, /resourceMetadata/],
  ])('throws at creation for %s', async (_, source, message) => {
    await expect(
      environments.open({ routes }, ({ options }) => [
        [typeof source === 'object' && source?.constructor === Object ? { ...options, ...source } : source],
      ]),
    ).rejects.toThrow(message);
    if (typeof source !== 'object' || source?.constructor !== Object) return;
    // The same in the second argument, which takes no options.
    await expect(environments.open({ routes }, ({ options }) => [[options, source]])).rejects.toThrow('ption');
  });

  it('takes null settings as not given, in either argument', async () => {
    const none = { onDenied: null, frontendApiProxy: null, resourceMetadata: null };
    const denied = framework.answerDenied(() => ({ status: 418, body: {} }));
    for (const tune of [
      (options: object) => [{ ...options, ...none }],
      (options: object) => [options, none],
      (options: object) => [options, null],
    ]) {
      const { get } = await environments.open({ routes }, ({ options }) => [tune(options)]);
      const refused = await get('/me');
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect((await get('/me', 'admin')).status).toBe(200);
    }
    const { get } = await environments.open({ routes }, ({ options }) => [[{ ...options, onDenied: denied }, none]]);
    expect((await get('/me')).status).toBe(418);
  });

  it('shares one cache among listeners that are made for each request, and calls the last one', async () => {
    const heard: (readonly [number, BailiffEvent])[] = [];
    let made = 0;
    const { get, fixtures } = await environments.open({ routes }, ({ options }) => [
      [
        framework.perRequest(() => {
          const number = (made += 1);
          return { ...options, onEvent: (event: BailiffEvent) => void heard.push([number, event]) };
        }),
      ],
    ]);
    for (let request = 1; request <= 5; request += 1) {
      expect((await get('/me', 'admin')).status).toBe(200);
      expect(heard.at(-1)).toEqual([request, expect.objectContaining({ type: 'authenticated' })]);
    }
    expect(callsOf(fixtures.clerk, OPERATIONS.jwks)).toBe(1);
  });

  it.each<readonly [string, () => unknown, boolean]>([
    ['true', () => true, true],
    ['a promise of true', () => Promise.resolve(true), true],
    ['false', () => false, false],
    ['a promise of false', () => Promise.resolve(false), false],
    ['a promise of nothing', () => Promise.resolve(), false],
    ['something that is only truthy', () => 1, false],
    ['nothing', () => undefined, false],
  ])('proxies as frontendApiProxy.enabled says: %s', async (_, enabled, proxied) => {
    const forwarded: string[] = [];
    const { get, served } = await environments.open({ routes }, ({ options }) => [
      [
        {
          ...options,
          fetch: (url: string, init?: RequestInit) => {
            if (url.startsWith(options.apiUrl ?? '')) return fetch(url, init);
            forwarded.push(url);
            return Promise.resolve(new Response('{}'));
          },
          frontendApiProxy: { enabled },
        },
      ],
    ]);
    expect((await get('/__clerk/v1/environment')).status).toBe(proxied ? 200 : 404);
    expect(forwarded).toHaveLength(proxied ? 1 : 0);
    expect((await get('/me', 'admin')).status).toBe(200);
    expect(served.errors).toEqual([]);
  });

  it.each([
    ['throws', fail],
    ['rejects', () => Promise.reject(new Error('no such host'))],
  ])('passes an error to the error handler if frontendApiProxy.enabled %s', async (_, enabled) => {
    const { get, served } = await environments.open({ routes }, ({ options }) => [
      [{ ...options, frontendApiProxy: { enabled } }],
    ]);
    expect((await get('/me', 'admin')).status).toBe(500);
    expect(served.errors).toEqual([expect.objectContaining({ message: 'no such host' })]);
  });
}

function fail(): never {
  throw new Error('no such host');
}
