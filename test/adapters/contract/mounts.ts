/** The middleware mounted twice: an option in which the two differ is the second one's to decide by. */
import type { AuthenticatorOptions, BailiffEvent } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { createKey } from '../../support/tokens.js';
import type { Framework, Adapter } from '../frameworks.js';
import { createFixtures, PUBLISHABLE_KEY, type TokenName, type Fixtures } from '../fixtures.js';
import { codeOf, createEnvironments } from './harness.js';

interface Pair {
  /** What both have beside the rest of the fixtures's options. */
  readonly both?: AuthenticatorOptions;
  /** What the first has in the option in question; without it, nothing. */
  readonly first?: AuthenticatorOptions;
  readonly second: AuthenticatorOptions;
}
type Pairs = (fixtures: Fixtures) => readonly Pair[];

const OTHER_PUBLISHABLE_KEY = `pk_test_${Buffer.from('clerk.other.example$').toString('base64')}`;
const idle = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};
const list = (name: 'authorizedParties' | 'allowedRedirectOrigins'): Pair => ({
  first: { [name]: ['https://a.example', 'https://acornbooks.example'] },
  second: { [name]: ['https://a.example', 'https://b.example'] },
});

/** For every option, pairs that differ in it alone. A new option does not compile until it stands here. */
const PAIRS: Readonly<Record<keyof AuthenticatorOptions, Pairs | 'observes'>> = {
  secretKey: () => [{ second: { secretKey: 'sk_test_other00000000000000000000000000000' } }],
  publishableKey: () => [
    { first: { publishableKey: PUBLISHABLE_KEY }, second: { publishableKey: OTHER_PUBLISHABLE_KEY } },
  ],
  jwtKey: ({ clerk }) => [
    { second: { jwtKey: createKey().pem } },
    { first: { jwtKey: clerk.jwtKey }, second: { jwtKey: createKey().pem } },
  ],
  machineSecretKey: () => [{ second: { machineSecretKey: 'ak_machine' } }],
  machineId: () => [
    { second: { machineId: 'mch_other' } },
    { first: { machineId: 'mch_reports' }, second: { machineId: 'mch_other' } },
  ],
  apiUrl: ({ clerk }) => [{ second: { apiUrl: clerk.apiUrl.replace('127.0.0.1', 'localhost') } }],
  apiVersion: () => [{ second: { apiVersion: 'v2' } }],
  domain: () => [{ second: { domain: 'shop.example' } }],
  isSatellite: () => [
    {
      both: { domain: 'shop.example', signInUrl: 'https://primary.example/in' },
      first: { isSatellite: false },
      second: { isSatellite: true },
    },
  ],
  proxyUrl: () => [{ second: { proxyUrl: '/__clerk' } }],
  publicUrl: () => [
    { second: { publicUrl: 'https://app.example.com' } },
    { first: { publicUrl: 'https://app.example.com' }, second: { publicUrl: 'https://app.example.com/prod' } },
  ],
  trustProxy: () => [{ first: { trustProxy: false }, second: { trustProxy: true } }],
  signInUrl: () => [{ first: { signInUrl: '/in' }, second: { signInUrl: '/enter' } }],
  signUpUrl: () => [{ second: { signUpUrl: '/join' } }],
  satelliteAutoSync: () => [{ second: { satelliteAutoSync: true } }],
  allowedRedirectOrigins: () => [list('allowedRedirectOrigins')],
  organizationSync: () => [
    { second: { organizationSync: { organizationPatterns: ['/orgs/:slug'] } } },
    {
      first: { organizationSync: { organizationPatterns: ['/orgs/:slug'] } },
      second: { organizationSync: { organizationPatterns: ['/orgs/:id'] } },
    },
    {
      first: { organizationSync: { organizationPatterns: ['/x'] } },
      second: { organizationSync: { personalAccountPatterns: ['/x'] } },
    },
  ],
  authorizedParties: () => [{ second: { authorizedParties: ['https://b.example'] } }, list('authorizedParties')],
  missingAzp: () => [{ second: { missingAzp: 'reject' } }],
  audience: () => [
    { second: { audience: 'https://api.example' } },
    { first: { audience: ['a', 'b'] }, second: { audience: ['a', 'c'] } },
    { first: { audience: 'a' }, second: { audience: { value: 'a', sessionTokens: 'required' } } },
  ],
  issuer: ({ clerk }) => [
    { second: { issuer: 'https://clerk.other.example' } },
    { first: { issuer: [clerk.frontendApiUrl, 'b'] }, second: { issuer: [clerk.frontendApiUrl, 'c'] } },
  ],
  clockSkewMs: () => [{ second: { clockSkewMs: 0 } }],
  acceptsToken: () => [
    { second: { acceptsToken: 'any' } },
    { first: { acceptsToken: ['session_token', 'api_key'] }, second: { acceptsToken: ['session_token', 'm2m_token'] } },
  ],
  treatPendingAsSignedOut: () => [{ second: { treatPendingAsSignedOut: false } }],
  cache: () => [
    { second: { cache: { sessionTokens: { max: 0 } } } },
    { second: { cache: { machineTokens: { ttlMs: 0 } } } },
    { second: { cache: { machineTokens: { negativeTtlMs: 0 } } } },
    { second: { cache: { machineTokens: { max: 0 } } } },
    { second: { cache: { machineTokens: { store: idle } } } },
    {
      first: { cache: { machineTokens: { store: { ...idle } } } },
      second: { cache: { machineTokens: { store: idle } } },
    },
    { second: { cache: { jwks: { freshMs: 1 } } } },
    { second: { cache: { jwks: { staleIfErrorMs: 1 } } } },
    { second: { cache: { jwks: { cooldownMs: 1 } } } },
  ],
  fetch: () => [{ second: { fetch: (...args) => fetch(...args) } }],
  now: ({ clock }) => [{ second: { now: () => clock() } }],
  onEvent: 'observes',
  logger: 'observes',
};

const me = { path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] };
const key = { path: '/key', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })] };
const m2m = { path: '/m2m', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'm2m_token' })] };
const oauth = { path: '/oauth', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'oauth_token' })] };

export function mounts(framework: Framework): void {
  const environments = createEnvironments(framework);
  const heard = () => {
    const events: BailiffEvent[] = [];
    const decisions = () => events.filter((event) => event.type === 'authenticated' || 'by' in event).length;
    return { onEvent: (event: BailiffEvent) => void events.push(event), decisions };
  };

  describe.each(Object.entries(PAIRS))('two middlewares that differ in %s only', (_, pairs) => {
    it(pairs === 'observes' ? 'verifies once' : 'lets the second decide', async () => {
      const count = pairs === 'observes' ? 1 : pairs(await createFixtures()).length;
      for (let index = 0; index < count; index += 1) {
        const [one, two] = [heard(), heard()];
        const { get } = await environments.open({ routes: [me] }, (fixtures) => {
          const { both, first, second }: Pair = pairs === 'observes' ? { second: {} } : pairs(fixtures)[index]!;
          const common = { ...fixtures.options, publishableKey: null, ...both };
          return [[{ ...common, ...first, onEvent: one.onEvent }], [{ ...common, ...second, onEvent: two.onEvent }]];
        });
        await get('/me', 'admin');
        expect([one.decisions() > 0, two.decisions() > 0], `pair ${index}`).toEqual([true, pairs !== 'observes']);
      }
    });
  });

  it('verifies once for equal values in separate objects', async () => {
    const two = heard();
    const options = ({ options: { now: _, ...rest } }: Fixtures): AuthenticatorOptions => ({
      ...structuredClone(rest),
      jwtKey: null,
      authorizedParties: ['https://acornbooks.example'],
      audience: { value: ['a', 'b'], sessionTokens: null },
      organizationSync: { organizationPatterns: ['/orgs/:slug'] },
      cache: { machineTokens: { ttlMs: 5 } },
      acceptsToken: ['session_token', 'api_key'],
    });
    const { get } = await environments.open({ routes: [me] }, (fixtures) => [
      [options(fixtures)],
      [{ ...options(fixtures), onEvent: two.onEvent }],
    ]);
    await get('/me', 'admin');
    expect(two.decisions()).toBe(0);
  });

  /** What passes behind the first alone must not pass behind both. */
  const STRICTER: readonly (readonly [string, TokenName, string, (fixtures: Fixtures) => [object, object], string])[] =
    [
      ['machineId', 'm2mJwt', '/m2m', () => [{}, { machineId: 'mch_other' }], 'token-verification-failed'],
      ['audience', 'oauthJwt', '/oauth', () => [{}, { audience: 'https://api.example' }], 'token-verification-failed'],
      [
        'an audience of equal length',
        'm2mJwt',
        '/m2m',
        () => [{ audience: ['x', 'mch_reports'] }, { audience: ['x', 'y'] }],
        'token-verification-failed',
      ],
      [
        'sessionTokens: required',
        'admin',
        '/me',
        () => [{ audience: 'x' }, { audience: { value: 'x', sessionTokens: 'required' } }],
        'token-verification-failed',
      ],
      [
        'authorizedParties of equal length',
        'admin',
        '/me',
        () => [
          { authorizedParties: ['https://x.example', 'https://acornbooks.example'] },
          { authorizedParties: ['https://x.example', 'https://y.example'] },
        ],
        'token-invalid-authorized-parties',
      ],
      ['issuer', 'admin', '/me', () => [{}, { issuer: 'https://clerk.other.example' }], 'token-invalid-issuer'],
      ['jwtKey', 'admin', '/me', () => [{}, { jwtKey: createKey().pem }], 'token-invalid-signature'],
    ];
  it.each(STRICTER)(
    'lets the second refuse a caller that the first accepts: %s',
    async (_, credential, path, options, code) => {
      const routes = [me, m2m, oauth];
      const first = await environments.open({ routes }, (fixtures) => [
        [{ ...fixtures.options, ...options(fixtures)[0] }],
      ]);
      expect((await first.get(path, credential)).status).toBe(200);
      const both = await environments.open({ routes }, (fixtures) =>
        options(fixtures).map((more) => [{ ...fixtures.options, ...more }]),
      );
      const answer = await both.get(path, credential);
      expect([answer.status, codeOf(answer)]).toEqual([401, code]);
    },
  );

  it('asks Clerk again in a second middleware without a cache, so that a revoked key is refused', async () => {
    const { get, fixtures } = await environments.open({ routes: [key] }, ({ options }) => [
      [{ ...options, acceptsToken: 'any' }],
      [{ ...options, acceptsToken: 'any', cache: { machineTokens: { ttlMs: 0, negativeTtlMs: 0 } } }],
    ]);
    expect((await get('/key', 'apiKey')).status).toBe(200);
    fixtures.clerk.fail({ operation: OPERATIONS.apiKey, status: 404 });
    expect((await get('/key', 'apiKey')).status).toBe(401);
    expect(callsOf(fixtures.clerk, OPERATIONS.apiKey)).toBe(3);
  });
}
