import { createLog } from '../../../src/core/faults/log.js';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { ConfigurationError, createAuthenticator, type AuthenticatorOptions } from 'bailiff';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import type { Config } from '../../../src/core/config/config.js';
import { createKey } from '../../support/tokens.js';

const PK_LIVE = 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA';
const PK_TEST = 'pk_test_YnJhdmUtb3R0ZXItNy5jbGVyay5hY2NvdW50cy5kZXYk';
const key = createKey();
const store = { get: () => Promise.resolve(undefined), set: () => Promise.resolve(), delete: () => Promise.resolve() };
const fetcher = () => Promise.reject(new Error('unused'));
const clock = () => 0;

/** Option, value, where it must arrive, and as what (default: as it is). */
const PLACES: readonly (readonly [keyof AuthenticatorOptions, unknown, (config: Config) => unknown, unknown?])[] = [
  ['secretKey', 'sk_live_one', (c) => c.secretKey],
  ['publishableKey', PK_LIVE, (c) => c.publishableKey?.raw],
  ['jwtKey', key.pem.trim(), (c) => c.jwtKey],
  ['machineSecretKey', 'ak_machine', (c) => c.machineSecretKey],
  ['apiUrl', 'https://api.test/base/', (c) => c.apiUrl, 'https://api.test/base'],
  ['apiVersion', 'v2', (c) => c.apiVersion],
  ['domain', 'https://acorn.test/', (c) => c.domain, 'acorn.test'],
  ['proxyUrl', '/__auth/', (c) => c.proxyUrl, '/__auth'],
  ['proxyUrl', '/', (c) => c.proxyUrl, '/__clerk'],
  ['proxyUrl', 'https://acorn.test/__clerk/', (c) => c.proxyUrl, 'https://acorn.test/__clerk'],
  ['trustProxy', true, (c) => c.trustProxy],
  ['signInUrl', '/sign-in', (c) => c.signInUrl],
  ['signUpUrl', 'https://acorn.test/join?x=1', (c) => c.signUpUrl],
  ['satelliteAutoSync', true, (c) => c.satelliteAutoSync],
  ['allowedRedirectOrigins', ['https://sat.test/'], (c) => c.allowedRedirectOrigins, ['https://sat.test']],
  [
    'organizationSync',
    { organizationPatterns: ['/orgs/:slug'] },
    (c) => c.organizationSync?.matchOrganization('/orgs/a'),
    { slug: 'a' },
  ],
  ['authorizedParties', ['https://a.test/', 'app://b'], (c) => c.authorizedParties, ['https://a.test', 'app://b']],
  ['missingAzp', 'allow', (c) => c.missingAzp],
  ['audience', 'one', (c) => c.audience, ['one']],
  ['audience', ['one', 'two'], (c) => c.audience],
  ['issuer', 'https://clerk.acorn.test', (c) => c.issuer, ['https://clerk.acorn.test']],
  ['clockSkewMs', 0, (c) => c.clockSkewMs],
  ['clockSkewMs', 60_000, (c) => c.clockSkewMs],
  ['acceptsToken', ['api_key', 'session_token'], (c) => c.acceptsToken],
  ['acceptsToken', 'any', (c) => c.acceptsToken],
  ['treatPendingAsSignedOut', false, (c) => c.treatPendingAsSignedOut],
  ['cache', { sessionTokens: { max: 7 } }, (c) => c.cache.sessionTokens.max, 7],
  ['cache', { machineTokens: { ttlMs: 0 } }, (c) => c.cache.machineTokens.ttlMs, 0],
  ['cache', { machineTokens: { negativeTtlMs: 8 } }, (c) => c.cache.machineTokens.negativeTtlMs, 8],
  ['cache', { machineTokens: { max: 9 } }, (c) => c.cache.machineTokens.max, 9],
  ['cache', { machineTokens: { store } }, (c) => c.cache.machineTokens.store, store],
  ['cache', { jwks: { freshMs: 1 } }, (c) => c.cache.jwks.freshMs, 1],
  ['cache', { jwks: { staleIfErrorMs: 2 } }, (c) => c.cache.jwks.staleIfErrorMs, 2],
  ['cache', { jwks: { cooldownMs: 3 } }, (c) => c.cache.jwks.cooldownMs, 3],
  ['fetch', fetcher, (c) => c.fetch],
  ['now', clock, (c) => c.now(), clock()],
  ['logger', false, (c) => c.log, createLog(false)],
];

const secret = { secretKey: 'sk_live_one' };

describe('every option reaches its place', () => {
  const rows = PLACES.map(([option, value, place, expected = value]) => ({ option, value, place, expected }));
  it.each(rows)('$option: $value', ({ option, value, place, expected }) => {
    expect(place(resolveConfig({ ...secret, [option]: value }, {}))).toEqual(expected);
  });

  it('isSatellite', () => {
    expect(resolveConfig({ ...secret, isSatellite: true, domain: 'sat.test' }, {}).isSatellite).toBe(true);
  });

  it('calls onEvent and survives its errors', async () => {
    const seen: unknown[] = [];
    const event = { type: 'jwks.refreshed', keys: 1, durationMs: 2 } as const;
    resolveConfig({ ...secret, onEvent: (e) => void seen.push(e) }, {}).emit?.(event);
    expect(seen).toEqual([event]);
    const loud = () => {
      throw new Error('observer');
    };
    expect(() => resolveConfig({ ...secret, onEvent: loud }, {}).emit?.(event)).not.toThrow();
    const late = (() => Promise.reject(new Error('observer'))) as unknown as (e: unknown) => void;
    expect(() => resolveConfig({ ...secret, onEvent: late }, {}).emit?.(event)).not.toThrow();
    await new Promise((resolve) => setImmediate(resolve)); // An unhandled rejection would fail the run.
  });

  it('survives a rejection of onEvent with a promise of another class', () => {
    const promise = { then: vi.fn() };
    const { emit } = resolveConfig({ ...secret, onEvent: () => promise as never }, {});
    emit?.({ type: 'jwks.refreshed', keys: 1, durationMs: 0 });
    // Without a handler, a rejection ends the process.
    expect(promise.then).toHaveBeenCalledExactlyOnceWith(undefined, expect.any(Function));
  });

  it('has the documented defaults', () => {
    const config = resolveConfig({}, {});
    expect({ ...config, cache: config.cache }).toMatchObject({
      publishableKey: null,
      instanceType: 'production',
      frontendApiUrl: null,
      apiUrl: 'https://api.clerk.com',
      apiVersion: 'v1',
      isSatellite: false,
      trustProxy: false,
      missingAzp: 'handshake',
      clockSkewMs: 5_000,
      acceptsToken: 'session_token',
      treatPendingAsSignedOut: true,
      emit: null,
      organizationSync: null,
      cache: {
        sessionTokens: { max: 10_000 },
        machineTokens: { ttlMs: 10_000, negativeTtlMs: 5_000, max: 10_000, store: null },
        jwks: { freshMs: 300_000, staleIfErrorMs: 3_600_000, cooldownMs: 30_000 },
      },
    });
    expect(config.now()).toBeGreaterThan(1_700_000_000_000);
  });

  it('is frozen', () => {
    const config = resolveConfig({ ...secret, audience: ['a'] }, {});
    expect([config, config.cache, config.cache.jwks, config.audience].every(Object.isFrozen)).toBe(true);
  });
});

describe('the environment', () => {
  const VARIABLES: readonly (readonly [string, string, (config: Config) => unknown, unknown])[] = [
    ['CLERK_SECRET_KEY', ' "sk_test_x" ', (c) => c.secretKey, 'sk_test_x'],
    [
      'CLERK_PUBLISHABLE_KEY',
      `'${PK_TEST}'`,
      (c) => c.publishableKey?.frontendApiHost,
      'brave-otter-7.clerk.accounts.dev',
    ],
    ['CLERK_JWT_KEY', 'pem', (c) => c.jwtKey, 'pem'],
    ['CLERK_MACHINE_SECRET_KEY', 'ak_x', (c) => c.machineSecretKey, 'ak_x'],
    ['CLERK_API_URL', 'http://127.0.0.1:1/v1', (c) => c.apiUrl, 'http://127.0.0.1:1'],
    ['CLERK_API_VERSION', 'v1', (c) => c.apiVersion, 'v1'],
    ['CLERK_DOMAIN', 'acorn.test', (c) => c.domain, 'acorn.test'],
    ['CLERK_PROXY_URL', '/__clerk', (c) => c.proxyUrl, '/__clerk'],
    ['CLERK_SIGN_IN_URL', '/in', (c) => c.signInUrl, '/in'],
    ['CLERK_SIGN_UP_URL', '/up', (c) => c.signUpUrl, '/up'],
    ['CLERK_SECRET_KEY', '   ', (c) => c.secretKey, null],
    ['CLERK_IS_SATELLITE', 'false', (c) => c.isSatellite, false],
    ['CLERK_IS_SATELLITE', '0', (c) => c.isSatellite, false],
    ['CLERK_IS_SATELLITE', '-1', (c) => c.isSatellite, false],
    ['CLERK_IS_SATELLITE', 'yes', (c) => c.isSatellite, false],
  ];
  it.each(VARIABLES)('%s=%s', (name, value, place, expected) => {
    expect(place(resolveConfig({}, { [name]: value }))).toEqual(expected);
  });

  it.each(['true', 'TRUE', '1', '2'])('CLERK_IS_SATELLITE=%s', (value) => {
    expect(resolveConfig({ domain: 'sat.test' }, { CLERK_IS_SATELLITE: value }).isSatellite).toBe(true);
  });

  it('is overridden by options, also by false', () => {
    const env = { CLERK_SECRET_KEY: 'sk_live_env', CLERK_IS_SATELLITE: 'true' };
    const config = resolveConfig({ secretKey: 'sk_live_option', isSatellite: false }, env);
    expect([config.secretKey, config.isSatellite]).toEqual(['sk_live_option', false]);
  });
});

const REFUSED: readonly (readonly [string, AuthenticatorOptions, string, RegExp])[] = [
  ['a publishable key as secret key', { secretKey: PK_LIVE }, 'secretKey', /CLERK_PUBLISHABLE_KEY/],
  ['a machine key as secret key', { secretKey: 'ak_x' }, 'secretKey', /CLERK_MACHINE_SECRET_KEY/],
  ['a webhook secret as secret key', { secretKey: 'whsec_x' }, 'secretKey', /CLERK_WEBHOOK_SIGNING_SECRET/],
  ['a PEM as secret key', { secretKey: key.pem }, 'secretKey', /CLERK_JWT_KEY/],
  ['a secret key with a line break', { secretKey: 'sk_live_a\r\nX: y' }, 'secretKey', /dashboard/],
  ['a secret key as machine key', { machineSecretKey: 'sk_live_x' }, 'machineSecretKey', /CLERK_SECRET_KEY/],
  ['an empty secret key in code', { secretKey: '' }, 'secretKey', /CLERK_SECRET_KEY.*empty/],
  ['a pair of two instances', { secretKey: 'sk_test_x', publishableKey: PK_LIVE }, 'secretKey', /one instance/],
  ['an older pair of two instances', { secretKey: 'live_x', publishableKey: PK_TEST }, 'secretKey', /one instance/],
  ['a publishable key of nothing', { publishableKey: 'pk_live_x' }, 'publishableKey', /CLERK_PUBLISHABLE_KEY/],
  ['skew NaN', { clockSkewMs: Number.NaN }, 'clockSkewMs', /0 to 60000/],
  ['skew negative', { clockSkewMs: -1 }, 'clockSkewMs', /0 to 60000/],
  ['skew infinite', { clockSkewMs: Number.POSITIVE_INFINITY }, 'clockSkewMs', /0 to 60000/],
  ['skew too large', { clockSkewMs: 60_001 }, 'clockSkewMs', /0 to 60000/],
  ['skew as text', { clockSkewMs: '5' as never }, 'clockSkewMs', /0 to 60000/],
  ['an API URL that is none', { apiUrl: 'api.clerk.com' }, 'apiUrl', /a plain http\(s\) URL/],
  ['an API URL with credentials', { apiUrl: 'https://a:b@c.test' }, 'apiUrl', /plain/],
  ['an API URL of another scheme', { apiUrl: 'ftp://c.test' }, 'apiUrl', /plain/],
  ['a live key without encryption', { secretKey: 'sk_live_x', apiUrl: 'http://c.test' }, 'apiUrl', /https/],
  ['an API version', { apiVersion: '../x' }, 'apiVersion', /v1/],
  ['a sign-in page with a script', { signInUrl: 'javascript:alert(1)' }, 'signInUrl', /absolute/],
  ['a sign-in page on another host in disguise', { signInUrl: '//evil.test' }, 'signInUrl', /absolute/],
  ['a sign-up page that is none', { signUpUrl: 'x' }, 'signUpUrl', /absolute/],
  ['a proxy path with a query', { proxyUrl: '/x?y' }, 'proxyUrl', /__clerk/],
  ['a domain that is none', { domain: 'a b' }, 'domain', /host/],
  ['a satellite without an address', { isSatellite: true }, 'domain', /CLERK_DOMAIN/],
  [
    'a development satellite without a sign-in page',
    { secretKey: 'sk_test_x', isSatellite: true, domain: 's.test' },
    'signInUrl',
    /CLERK_SIGN_IN_URL/,
  ],
  [
    'a satellite with a relative sign-in page',
    { isSatellite: true, domain: 's.test', signInUrl: '/in' },
    'signInUrl',
    /absolute/,
  ],
  ['a wildcard party', { authorizedParties: ['https://*.test'] }, 'authorizedParties', /in full/],
  [
    'a wildcard among parties',
    { authorizedParties: ['https://a.test', 'https://*.test', 'https://b.test'] },
    'authorizedParties',
    /in full/,
  ],
  ['a party as text', { authorizedParties: 'https://a.test' as never }, 'authorizedParties', /list/],
  ['an empty audience', { audience: [''] }, 'audience', /empty/],
  ['an audience that is no text', { audience: [1] as never }, 'audience', /string/],
  ['an origin with a path', { allowedRedirectOrigins: ['https://a.test/x'] }, 'allowedRedirectOrigins', /origins/],
  ['an unknown kind', { acceptsToken: 'cookie' as never }, 'acceptsToken', /session_token/],
  ['no kind', { acceptsToken: [] }, 'acceptsToken', /session_token/],
  [
    'a kind without its key',
    { secretKey: undefined, jwtKey: 'pem', acceptsToken: ['api_key'] },
    'secretKey',
    /CLERK_SECRET_KEY/,
  ],
  [
    'users without a key for their sessions',
    { secretKey: undefined, machineSecretKey: 'ak_machine', acceptsToken: ['session_token'] },
    'secretKey',
    /CLERK_SECRET_KEY or CLERK_JWT_KEY/,
  ],
  ['what to do without azp', { missingAzp: 'maybe' as never }, 'missingAzp', /handshake, reject, allow/],
  ['a flag as text', { trustProxy: 'true' as never }, 'trustProxy', /true or false/],
  ['a fetch that is none', { fetch: {} as never }, 'fetch', /function/],
  ['a clock that is none', { now: 5 as never }, 'now', /function/],
  ['a listener that is none', { onEvent: {} as never }, 'onEvent', /function/],
  [
    'a store that is none',
    { cache: { machineTokens: { store: { get() {} } as never } } },
    'cache.machineTokens.store',
    /get, set, delete/,
  ],
  ['a cache that is none', { cache: 5 as never }, 'cache', /object/],
  ['a negative time', { cache: { jwks: { freshMs: -1 } } }, 'cache.jwks.freshMs', /from 0/],
  [
    'a pattern that does not parse',
    { organizationSync: { organizationPatterns: ['/(('] } },
    'organizationSync',
    /orgs/,
  ],
  [
    'patterns that are no list',
    { organizationSync: { organizationPatterns: '/x' as never } },
    'organizationSync',
    /list/,
  ],
  ['organization sync that is no object', { organizationSync: 5 as never }, 'organizationSync', /object/],
  ["another library's name for the skew", { clockSkewInMs: 1 } as never, 'clockSkewInMs', /clockSkewMs/],
];

describe('options that cannot work', () => {
  it.each(REFUSED)('%s', (_, options, option, text) => {
    const attempt = () => resolveConfig({ secretKey: 'sk_live_one', ...options }, {});
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(text);
    expect(attempt).toThrow(expect.objectContaining({ option, code: 'configuration-invalid' }) as Error);
  });

  it('may name an API over plain http where no key would go there', () => {
    const open = { publishableKey: PK_LIVE, jwtKey: key.pem, apiUrl: 'http://c.test' };
    expect(resolveConfig(open, {}).apiUrl).toBe('http://c.test');
    for (const secret of [{ secretKey: 'sk_live_x' }, { machineSecretKey: 'ak_machine' }]) {
      expect(() => resolveConfig({ ...open, ...secret }, {})).toThrow(/https/);
    }
  });

  it('may not be a non-object', () => {
    expect(() => resolveConfig(null as never, {})).toThrow(ConfigurationError);
  });

  it('S24: gives no authenticator without a key, and one with each key alone', () => {
    expect(() => createAuthenticator({ publishableKey: PK_LIVE }, {})).toThrow(/CLERK_SECRET_KEY/);
    for (const options of [{ secretKey: 'sk_live_x' }, { jwtKey: key.pem }, { machineSecretKey: 'ak_x' }]) {
      expect(createAuthenticator(options, {}).config.acceptsToken).toBe('session_token');
    }
    expect(() => createAuthenticator({ jwtKey: 'no key' }, {})).toThrow(ConfigurationError);
  });
});

describe('the Frontend API', () => {
  const CASES: readonly (readonly [string, AuthenticatorOptions, string | null])[] = [
    ['from the key', { publishableKey: PK_LIVE }, 'https://clerk.acornbooks.example'],
    [
      'on loopback without encryption',
      { publishableKey: `pk_test_${btoa('127.0.0.1:4000$')}` },
      'http://127.0.0.1:4000',
    ],
    ['through a proxy', { publishableKey: PK_LIVE, proxyUrl: 'https://a.test/__clerk' }, 'https://a.test/__clerk'],
    ['through a proxy of this site', { publishableKey: PK_LIVE, proxyUrl: '/__clerk' }, '/__clerk'],
    ['of a satellite', { publishableKey: PK_LIVE, isSatellite: true, domain: 'sat.test' }, 'https://clerk.sat.test'],
    [
      'of a domain that is no satellite',
      { publishableKey: PK_LIVE, domain: 'sat.test' },
      'https://clerk.acornbooks.example',
    ],
    [
      'of a development satellite',
      { publishableKey: PK_TEST, isSatellite: true, domain: 'sat.test', signInUrl: 'https://a.test' },
      'https://brave-otter-7.clerk.accounts.dev',
    ],
    ['unknown', {}, null],
  ];
  it.each(CASES)('%s', (_, options, url) => {
    expect(resolveConfig(options, {}).frontendApiUrl).toBe(url);
  });
});

it('shows no secret, however it is printed', () => {
  const secrets = { secretKey: 'sk_live_CANARY', machineSecretKey: 'ak_CANARY', jwtKey: key.pem };
  const config = resolveConfig({ ...secrets, publishableKey: PK_LIVE }, {});
  const authenticator = createAuthenticator({ ...secrets, publishableKey: PK_LIVE }, {});
  for (const value of [
    config,
    { ...config },
    authenticator,
    { ...authenticator },
    { nested: [config, authenticator] },
  ]) {
    const shown = inspect(value, { depth: 20 }) + JSON.stringify(value);
    expect(shown).not.toContain('CANARY');
    expect(shown).not.toContain('BEGIN PUBLIC KEY');
  }
  expect(inspect(config)).toContain('[redacted]');
});
