/** Options as JavaScript gives them: misspelt, null, empty, or no options at all. */
import { authenticateUpgrade, ConfigurationError, createAuthenticator, type AuthenticatorOptions } from 'bailiff';
import { protectedResourceMetadata } from 'bailiff/express';
import { verifyWebhook } from 'bailiff/webhooks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import { checkOptionNames } from '../../../src/ground/option-names.js';

const secret = { secretKey: 'sk_live_one' };
const create = (options: unknown) => createAuthenticator({ ...secret, ...(options as AuthenticatorOptions) }, {});

/** Written; where the error points; the name that it suggests, null if there is none near. */
const MISSPELT: readonly (readonly [options: object, option: string, meant: string | null])[] = [
  [{ authorisedParties: ['https://a.example'] }, 'authorisedParties', 'authorizedParties'],
  [{ authorizedParty: ['https://a.example'] }, 'authorizedParty', 'authorizedParties'],
  [{ AUDIENCE: 'a' }, 'AUDIENCE', 'audience'],
  [{ audiences: ['a'] }, 'audiences', 'audience'],
  [{ secretkey: 'sk_live_two' }, 'secretkey', 'secretKey'],
  [{ publishablekey: 'pk' }, 'publishablekey', 'publishableKey'],
  [{ acceptToken: 'any' }, 'acceptToken', 'acceptsToken'],
  [{ isssuer: 'x' }, 'isssuer', 'issuer'],
  [{ clockSkew: 0 }, 'clockSkew', 'clockSkewMs'],
  [{ onEvents: () => undefined }, 'onEvents', 'onEvent'],
  [{ isSatelite: undefined }, 'isSatelite', 'isSatellite'],
  [{ passphrase: 'x' }, 'passphrase', null],
  [{ cache: { machineToken: {} } }, 'cache.machineToken', 'machineTokens'],
  [{ cache: { machineTokens: { ttl: 0 } } }, 'cache.machineTokens.ttl', 'ttlMs'],
  [{ cache: { machineTokens: { negativeTTLMs: 0 } } }, 'cache.machineTokens.negativeTTLMs', 'negativeTtlMs'],
  [{ cache: { jwks: { fresh: 1 } } }, 'cache.jwks.fresh', 'freshMs'],
  [{ cache: { ttlMs: 0 } }, 'cache.ttlMs', null],
  [{ organizationSync: { organisationPatterns: [] } }, 'organizationSync.organisationPatterns', 'organizationPatterns'],
  [{ audience: { values: 'a' } }, 'audience.values', 'value'],
  [{ audience: { value: 'a', sessionToken: 'required' } }, 'audience.sessionToken', 'sessionTokens'],
  [JSON.parse('{"__proto__": 1}') as object, '__proto__', null],
  [{ constructor: 1 }, 'constructor', null],
];

describe('a misspelt option', () => {
  it.each(MISSPELT)('%j', (options, option, meant) => {
    const attempt = () => {
      const given: object = Object.create(null) as object;
      Object.assign(given, secret);
      for (const [name, value] of Object.entries(options)) {
        Object.defineProperty(given, name, { value, enumerable: true });
      }
      createAuthenticator(given, {});
    };
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(expect.objectContaining({ option }) as Error);
    expect(attempt).toThrow(meant === null ? /The options are: / : `Did you mean ${meant}?`);
  });

  it.each([
    ['onDenied', /clerkMiddleware/],
    ['frontendApiProxy', /clerkMiddleware/],
    ['resourceMetadata', /clerkMiddleware/],
    ['organizationSyncOptions', /organizationSync\./],
    ['skipJwksCache', /cache\.jwks/],
    ['clerkClient', /createBackendApi/],
    ['clockSkewInMs', /There is no option clockSkewInMs here\. Use clockSkewMs\./],
    ['debug', /Use onEvent\./],
    ['enableHandshake', /Leave it out/],
    ['afterSignInUrl', /redirect: true/],
    ['fapiUrl', /frontendApiProxy/],
  ])('%s: names the right place', (name, remedy) => {
    expect(() => create({ [name]: {} })).toThrow(remedy);
  });

  it('is reported without its value', () => {
    const attempt = () => create({ secretKeys: 'sk_live_CANARY' });
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).not.toThrow(/CANARY/);
  });

  it('is found under any name, and gets a suggestion that exists', () => {
    const names = { alpha: true, beta: { gamma: true } };
    fc.assert(
      fc.property(fc.string(), (name) => {
        fc.pre(!Object.hasOwn(names, name) && name !== '__proto__');
        try {
          checkOptionNames({ [name]: 1 }, names);
        } catch (error) {
          const { remedy } = error as ConfigurationError;
          expect(remedy).toMatch(/^(Did you mean (alpha|beta)\?|The options are: alpha, beta\.)$/);
          return;
        }
        throw new Error('accepted');
      }),
    );
  });

  it.each<readonly [string, unknown]>([
    ['authenticateUpgrade', () => upgrade({ allowedOrigin: ['https://a.example'] })],
    ['verifyWebhook', () => webhook({ signingSecrets: 'x' })],
    ['protectedResourceMetadata', () => metadata({ scope: ['x'] })],
  ])('is found in the options of %s', async (_, attempt) => {
    await expect((attempt as () => Promise<unknown>)()).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/There is no option .* Did you mean/) as unknown,
    });
  });
});

const authenticator = createAuthenticator({ ...secret, authorizedParties: ['https://a.example'] }, {});
const upgrade = (options: object) =>
  authenticateUpgrade(authenticator, { headers: { origin: 'https://b.example' } }, options);
const webhook = async (options: object) =>
  verifyWebhook({ headers: {}, body: '' }, { signingSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', ...options });
const metadata = async (options: object) =>
  protectedResourceMetadata({
    resource: 'https://api.example/mcp',
    authorizationServers: ['https://clerk.example'],
    ...options,
  });

describe('null', () => {
  /** With a variable or a default behind each: none may show that null was given. */
  const ALL: Readonly<Record<keyof AuthenticatorOptions, null>> = {
    secretKey: null,
    publishableKey: null,
    jwtKey: null,
    machineSecretKey: null,
    machineId: null,
    apiUrl: null,
    apiVersion: null,
    domain: null,
    isSatellite: null,
    proxyUrl: null,
    publicUrl: null,
    trustProxy: null,
    signInUrl: null,
    signUpUrl: null,
    satelliteAutoSync: null,
    allowedRedirectOrigins: null,
    organizationSync: null,
    authorizedParties: null,
    missingAzp: null,
    audience: null,
    issuer: null,
    clockSkewMs: null,
    acceptsToken: null,
    treatPendingAsSignedOut: null,
    cache: null,
    fetch: null,
    now: null,
    logger: null,
    onEvent: null,
  };
  const env = {
    CLERK_SECRET_KEY: 'sk_live_env',
    CLERK_PUBLISHABLE_KEY: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    CLERK_JWT_KEY: 'pem',
    CLERK_MACHINE_SECRET_KEY: 'ak_env',
    CLERK_MACHINE_ID: 'mch_env',
    CLERK_API_URL: 'https://api.example',
    CLERK_API_VERSION: 'v2',
    CLERK_DOMAIN: 'shop.example',
    CLERK_IS_SATELLITE: 'true',
    CLERK_PROXY_URL: '/__clerk',
    CLERK_SIGN_IN_URL: 'https://a.example/in',
    CLERK_SIGN_UP_URL: '/up',
  };
  const shown = (options: AuthenticatorOptions) => {
    const config = resolveConfig(options, env);
    const { secretKey, machineSecretKey, jwtKey, cache } = config;
    return { ...config, secretKey, machineSecretKey, jwtKey, cache };
  };

  it.each(Object.keys(ALL))('counts as not given for %s, so that the variable or default applies', (name) => {
    expect(shown({ [name]: null })).toEqual(shown({}));
  });

  it('counts as not given for all options together, and for nested ones', () => {
    expect(shown(ALL)).toEqual(shown({}));
    const nested: AuthenticatorOptions = {
      cache: {
        sessionTokens: { max: null },
        machineTokens: { ttlMs: null, negativeTtlMs: null, max: null, store: null },
        jwks: null,
      },
      organizationSync: { organizationPatterns: null, personalAccountPatterns: null },
    };
    expect(shown(nested)).toEqual(shown({}));
    expect(shown({ audience: { value: 'a', sessionTokens: null } })).toEqual(shown({ audience: 'a' }));
  });

  it('counts as not given in options of webhooks, upgrades and metadata', async () => {
    await expect(webhook({ toleranceSeconds: null, now: null })).rejects.toThrow('svix-id');
    await expect(verifyWebhook({ headers: {}, body: '' }, { signingSecret: null })).rejects.toThrow(
      /CLERK_WEBHOOK_SIGNING_SECRET/,
    );
    expect(await upgrade({ allowedOrigins: null })).toMatchObject({ status: 403 });
    await expect(metadata({ scopes: null, metadata: null, publishableKey: null })).resolves.toBeTypeOf('function');
  });

  it('throws for a required value', () => {
    expect(() => create({ audience: { value: null } })).toThrow(/audience\.value/);
    expect(() => create({ authorizedParties: [null] })).toThrow(/authorizedParties/);
    expect(() => createAuthenticator(null as never, { CLERK_SECRET_KEY: 'sk_live_x' })).toThrow(ConfigurationError);
  });
});

describe('an argument that is no options object', () => {
  class Options {
    readonly secretKey = 'sk_live_class';
  }
  it.each<readonly [string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a Map', new Map([['secretKey', 'sk_live_map']])],
    ['a Date', new Date(0)],
    ['a promise', Promise.resolve({})],
    ['a function', () => ({})],
    ['a text', 'sk_live_text'],
    ['an instance of a class', new Options()],
  ])('is refused (%s), and never replaced by the environment', (_, options) => {
    expect(() => createAuthenticator(options as never, { CLERK_SECRET_KEY: 'sk_live_env' })).toThrow(
      ConfigurationError,
    );
  });

  it.each<readonly [unknown, RegExp]>([
    [null, /are null,/],
    [[], /are a list,/],
    ['sk_live_text', /are a value of the type string,/],
    [new Map(), /are an instance of Map,/],
    [new Options(), /are an instance of Options,/],
    [Object.create({ secretKey: 'sk_live_below' }), /are an object of a class,/],
  ])('is named in the error: %o', (options, kind) => {
    const attempt = () => createAuthenticator(options as never, {});
    expect(attempt).toThrow(kind);
    expect(attempt).not.toThrow(/sk_live/);
  });

  it.each([['cache'], ['organizationSync'], ['audience']])('%s throws as a list of lists or a Map', (name) => {
    expect(() => create({ [name]: new Map() })).toThrow(expect.objectContaining({ option: name }) as Error);
  });

  it("may have no prototype or another realm's", () => {
    expect(createAuthenticator(Object.assign(Object.create(null) as object, secret), {}).config.secretKey).toBe(
      'sk_live_one',
    );
    expect(createAuthenticator({}, { CLERK_SECRET_KEY: 'sk_live_env' }).config.secretKey).toBe('sk_live_env');
    expect(createAuthenticator(undefined, { CLERK_SECRET_KEY: 'sk_live_env' }).config.secretKey).toBe('sk_live_env');
  });
});

describe('lists', () => {
  it.each([
    ['audience', []],
    ['audience', { value: [] }],
    ['issuer', []],
    ['authorizedParties', []],
    ['allowedRedirectOrigins', []],
    ['acceptsToken', []],
  ])('refuses %s: %j, which would check nothing', (name, value) => {
    expect(() => create({ [name]: value })).toThrow(ConfigurationError);
    expect(() => create({ [name]: value })).toThrow(new RegExp(name));
  });

  it.each([
    [['https://a.example', undefined], /authorizedParties\[1\] is not a string/],
    [''.split(','), /authorizedParties\[0\] is empty/],
  ])('names an invalid item by its index: %j', (authorizedParties, problem) => {
    expect(() => create({ authorizedParties })).toThrow(problem);
  });

  it('refuses empty lists of WebSocket origins and authorization servers', async () => {
    await expect(upgrade({ allowedOrigins: [] })).rejects.toThrow(ConfigurationError);
    await expect(metadata({ authorizationServers: [] })).rejects.toThrow(ConfigurationError);
  });

  const GOOD = [
    'https://app.example.com',
    'http://localhost:3000',
    'https://[::1]:3000',
    'chrome-extension://abcdefghijklmnop',
    'moz-extension://0aa1-22bb',
    'capacitor://localhost',
    'ionic://localhost',
    'app://x',
    'file://',
    'com.example.app://callback',
  ];
  it.each(GOOD)('accepts %s as an origin', async (origin) => {
    expect(create({ authorizedParties: [origin] }).config.authorizedParties).toEqual([origin]);
    const result = await authenticateUpgrade(authenticator, { headers: { origin } }, { allowedOrigins: [origin] });
    expect(result).toMatchObject({ status: 401 });
  });

  it.each([
    ['https://App.Example.com', 'https://app.example.com'],
    ['https://app.example.com:443', 'https://app.example.com'],
    ['HTTP://localhost:80/', 'http://localhost'],
    ['https://münchen.example', 'https://xn--mnchen-3ya.example'],
  ])('compares %s as browsers send it: %s', async (written, origin) => {
    expect(create({ authorizedParties: [written] }).config.authorizedParties).toEqual([origin]);
    const result = await authenticateUpgrade(authenticator, { headers: { origin } }, { allowedOrigins: [written] });
    expect(result).toMatchObject({ status: 401 });
  });

  it.each([
    ['app.example.com', /scheme/],
    ['localhost:3000', /scheme/],
    ['//app.example.com', /scheme/],
    ['/app', /scheme/],
    ['https:app.example.com', /scheme/],
    ['https://app.example.com/path', /origin/],
    ['https://user@app.example.com', /plain/],
    ['https://*.example.com', /in full/],
    ['https://', /URL/],
  ])('refuses %s as an origin', async (origin, problem) => {
    for (const origins of [[origin], ['https://good.example', origin]]) {
      expect(() => create({ authorizedParties: origins })).toThrow(problem);
      await expect(upgrade({ allowedOrigins: origins })).rejects.toThrow(problem);
    }
  });
});

describe('audience', () => {
  it.each([
    ['a', ['a'], 'if-present'],
    [['a', 'b'], ['a', 'b'], 'if-present'],
    [{ value: 'a' }, ['a'], 'if-present'],
    [{ value: ['a', 'b'], sessionTokens: 'required' }, ['a', 'b'], 'required'],
  ] as const)('%j', (audience, expected, sessionAudience) => {
    expect(create({ audience }).config).toMatchObject({ audience: expected, sessionAudience });
  });

  it.each([
    [{}, 'audience.value'],
    [{ value: 5 }, 'audience.value'],
    [{ value: 'a', sessionTokens: true }, 'audience.sessionTokens'],
    [{ value: 'a', sessionTokens: 'optional' }, 'audience.sessionTokens'],
    [5, 'audience'],
    [true, 'audience'],
  ])('throws for %j', (audience, option) => {
    expect(() => create({ audience })).toThrow(expect.objectContaining({ option }) as Error);
  });
});
