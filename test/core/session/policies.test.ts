/** Whose token is taken, whose page is believed, where browsers are sent: the security cases that concern sessions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../../src/index.js';
import { handshakeToken, m2mToken, oauthToken, T0 } from '../../support/tokens.js';
import {
  createTestApp,
  headerOf,
  INSTANCES,
  INSTANCE_TYPES,
  KEY,
  locationOf,
  ORIGIN,
  OTHER_KEY,
  PAGE,
  signedInCookies,
  tokenOf,
  viewOf,
  type TestAppOptions,
} from './support.js';

const PARTIES = ['https://app.acornbooks.example'];
const FETCH = { 'sec-fetch-dest': 'empty' };

describe.each(INSTANCE_TYPES)('%s', (type) => {
  describe('S8: authorized parties', () => {
    const cases = [
      ['listed', { azp: PARTIES[0] }],
      ['absent', { azp: undefined }],
      ['empty', { azp: '' }],
      ['foreign', { azp: 'https://evil.example' }],
      ['of another type', { azp: [PARTIES[0]] }],
    ] as const;
    const expected: Record<string, Record<'handshake' | 'reject' | 'allow', [page: string, fetch: string]>> = {
      listed: {
        handshake: ['signed-in', 'signed-in'],
        reject: ['signed-in', 'signed-in'],
        allow: ['signed-in', 'signed-in'],
      },
      absent: {
        handshake: ['handshake', 'signed-out'],
        reject: ['signed-out', 'signed-out'],
        allow: ['signed-in', 'signed-in'],
      },
      // An empty text is a party that nobody is: not missing, so never allowed.
      empty: {
        handshake: ['handshake', 'signed-out'],
        reject: ['signed-out', 'signed-out'],
        allow: ['signed-out', 'signed-out'],
      },
      foreign: {
        handshake: ['signed-out', 'signed-out'],
        reject: ['signed-out', 'signed-out'],
        allow: ['signed-out', 'signed-out'],
      },
      'of another type': {
        handshake: ['signed-out', 'signed-out'],
        reject: ['signed-out', 'signed-out'],
        allow: ['signed-out', 'signed-out'],
      },
    };
    const grid = cases.flatMap(([name, claims]) =>
      (['handshake', 'reject', 'allow'] as const).map((policy) => [name, policy, claims] as const),
    );
    test.each(grid)('decides azp %s with missingAzp %s', async (name, missingAzp, claims) => {
      const app = createTestApp(type, { authorizedParties: PARTIES, missingAzp });
      const cookies = signedInCookies(type, tokenOf(type, claims));
      const [page, fetched] = expected[name]?.[missingAzp] ?? [];
      const seen = await app.ask({ cookies, headers: PAGE });
      expect(seen.status).toBe(page);
      expect((await app.ask({ cookies, headers: FETCH })).status).toBe(fetched);
      if (seen.status === 'handshake') expect(seen.reason).toBe('session-token-missing-azp');
      if (seen.status === 'signed-out')
        expect(seen.reason).toMatch(/^token-(invalid-authorized-parties|verification-failed)$/);
      // A header token is never renewed for its missing party.
      const header = await app.ask({ bearer: tokenOf(type, claims), headers: PAGE });
      expect(header.status).toBe(page === 'handshake' ? 'signed-out' : page);
    });

    test('accepts a missing azp without authorized parties', async () => {
      const cookies = signedInCookies(type, tokenOf(type, { azp: undefined }));
      expect(await createTestApp(type).ask({ cookies, headers: PAGE })).toMatchObject({ status: 'signed-in' });
    });
  });

  describe('S7: pages that a visitor may come from', () => {
    const { host } = INSTANCES[type];
    const own = type === 'development' ? 'https://brave-otter-7.accounts.dev' : 'https://accounts.acornbooks.example';
    const known = [`https://${host}/x`, `${own}/sign-in`, `${ORIGIN}/other`, 'not a url', ''];
    const development = [
      'https://other-app-9.accounts.dev/',
      'https://x.accountsstage.dev/',
      'https://accounts.foo.lcl.dev/',
    ];
    const unknown = [
      'https://accounts.attacker.example/',
      'https://accounts.dev.attacker.example/',
      'https://xaccounts.dev/',
      'https://other-app-9.clerk.accounts.dev/',
      `http://${new URL(own).host}/`,
      `${own}.evil.example/`,
      'https://app.acornbooks.example.evil.example/',
      `${ORIGIN}.evil.example/`,
    ];
    const statusFor = async (referer: string) =>
      (await createTestApp(type).ask({ cookies: signedInCookies(type, tokenOf(type)), headers: { ...PAGE, referer } }))
        .status;

    test.each(known)('%s is known', async (referer) => {
      expect(await statusFor(referer)).toBe('signed-in');
    });
    test.each(development)('%s is known in development only', async (referer) => {
      expect(await statusFor(referer)).toBe(type === 'development' ? 'signed-in' : 'handshake');
    });
    // In development any subdomain of the portals' domain counts, so plain http to them does too.
    test.each(unknown.filter((page) => type === 'production' || !page.startsWith('http:')))(
      '%s is not',
      async (referer) => {
        expect(await statusFor(referer)).toBe('handshake');
      },
    );
  });

  test.each(['https://search.example/', `${ORIGIN}/other`, 'not a url'])(
    'counts as known if the request names no host: %s',
    async (referer) => {
      const ask = { url: '/', cookies: signedInCookies(type, tokenOf(type)), headers: { ...PAGE, referer } };
      expect(await createTestApp(type).ask({ ...ask, host: null })).toMatchObject({ status: 'signed-in' });
      const named = await createTestApp(type).ask(ask);
      expect(named.status).toBe(referer.includes('search') ? 'handshake' : 'signed-in');
    },
  );

  test('S2: refuses machine tokens in the header as sessions', async () => {
    for (const bearer of [m2mToken(KEY), oauthToken(KEY), tokenOf(type, {}, { cat: 'cl_B7d4PD222AAA' })]) {
      expect(await createTestApp(type).ask({ bearer })).toMatchObject({
        status: 'signed-out',
        reason: 'token-type-mismatch',
      });
    }
  });

  test.each(['ak_secret', 'oat_x', 'mt_x', 'garbage', 'a b', 'a.b.c'])(
    'refuses a header token %j, whatever the cookies',
    async (bearer) => {
      const outcome = await createTestApp(type).ask({
        bearer,
        cookies: signedInCookies(type, tokenOf(type)),
        headers: PAGE,
      });
      expect(outcome).toMatchObject({ status: 'signed-out', reason: 'token-invalid', headers: null });
    },
  );

  test('S34: lets the cookies decide under another scheme', async () => {
    const headers = { ...PAGE, authorization: 'Basic YTpi' };
    const outcome = await createTestApp(type).ask({ cookies: signedInCookies(type, tokenOf(type)), headers });
    expect(outcome.status).toBe('signed-in');
  });

  test('S6: makes no session of an encoded separator', async () => {
    const cookies = `a=x%3B%20__session%3D${tokenOf(type)}%3B__client_uat%3D1; __clerk_db_jwt=d`;
    expect(await createTestApp(type).ask({ cookies, headers: PAGE })).toMatchObject({
      reason: 'session-token-and-uat-missing',
    });
  });

  test('ignores cookies without a publishable key, and accepts header tokens', async () => {
    const authenticator = createAuthenticator({ jwtKey: KEY.pem, now: () => T0 }, {});
    const cookies = signedInCookies(type, tokenOf(type));
    expect(await authenticator.authenticateRequest(viewOf({ cookies, headers: PAGE }))).toMatchObject({
      status: 'signed-out',
      tokenType: 'session_token',
      reason: 'publishable-key-missing',
    });
    expect(await authenticator.authenticateRequest(viewOf({ headers: PAGE }))).toMatchObject({
      status: 'signed-out',
      tokenType: 'session_token',
      reason: 'session-token-and-uat-missing',
    });
    expect(await authenticator.authenticateRequest(viewOf({ bearer: tokenOf(type) }))).toMatchObject({
      status: 'signed-in',
    });
  });

  test('looks a repeated cookie up once, without decoding and without a promise', async () => {
    const app = createTestApp(type);
    const cookies = signedInCookies(type, tokenOf(type));
    await app.ask({ cookies, headers: PAGE });
    app.recalled.length = 0;
    const outcome = app.askNow({ cookies, headers: PAGE });
    expect(outcome).not.toBeInstanceOf(Promise);
    expect(outcome).toMatchObject({ status: 'signed-in', headers: null });
    expect(app.recalled).toEqual([tokenOf(type)]);
  });
});

describe('satellites', () => {
  const SATELLITE: TestAppOptions = {
    isSatellite: true,
    domain: 'shop.example',
    signInUrl: 'https://acornbooks.example/sign-in?x=1',
    satelliteAutoSync: true,
  };

  test('use their own Frontend API host in production', async () => {
    const outcome = await createTestApp('production', SATELLITE).ask({ url: '/a?b=1', headers: PAGE });
    expect(locationOf(outcome)?.host).toBe('clerk.shop.example');
    expect(locationOf(outcome)?.searchParams.get('redirect_url')).toBe(`${ORIGIN}/a?b=1`);
  });

  test("use the primary's sign-in page with the way back in development", async () => {
    const outcome = await createTestApp('development', SATELLITE).ask({ url: '/a?b=1', headers: PAGE });
    const back = encodeURIComponent(`${ORIGIN}/a?b=1`);
    expect(headerOf(outcome, 'Location')).toBe(`https://acornbooks.example/sign-in?x=1&__clerk_redirect_url=${back}`);
  });

  test("accept in production tokens of the key's host and their own", async () => {
    for (const host of ['clerk.acornbooks.example', 'clerk.shop.example']) {
      const cookies = signedInCookies('production', tokenOf('production', { iss: `https://${host}` }));
      const { __session, __client_uat } = cookies;
      const plain = { __session: __session ?? '', __client_uat: __client_uat ?? '' };
      expect(await createTestApp('production', SATELLITE).ask({ cookies: plain, headers: PAGE })).toMatchObject({
        status: 'signed-in',
      });
    }
  });

  describe('a primary in development answers', () => {
    const ask = (url: string, options: TestAppOptions = {}) =>
      createTestApp('development', options).ask({
        url: `/?__clerk_redirect_url=${encodeURIComponent(url)}`,
        cookies: signedInCookies('development', tokenOf('development')),
        headers: PAGE,
      });

    test.each([
      [
        'http://localhost:4000/back?x=1&__clerk_synced=false',
        {},
        'http://localhost:4000/back?x=1&__clerk_synced=true&__clerk_db_jwt=dvb_one',
      ],
      [
        'https://shop.example/',
        { allowedRedirectOrigins: ['https://shop.example'] },
        'https://shop.example/?__clerk_db_jwt=dvb_one&__clerk_synced=true',
      ],
      [
        'https://shop.example/p',
        { authorizedParties: ['https://shop.example'] },
        'https://shop.example/p?__clerk_db_jwt=dvb_one&__clerk_synced=true',
      ],
    ] as const)('%s', async (url, options, expected) => {
      const outcome = await ask(url, options);
      expect(outcome).toMatchObject({ status: 'handshake', reason: 'primary-responds-to-syncing' });
      expect(headerOf(outcome, 'Location')).toBe(expected);
      expect(headerOf(outcome, 'Cache-Control')).toBe('no-store');
    });

    test.each([
      'https://evil.example/',
      'https://shop.example:444/',
      'http://shop.example/',
      'https://shop.example.evil.example/',
      'https://shop.example@evil.example/',
      'https://user:pw@localhost/',
      '//evil.example',
      '/relative',
      'javascript:alert(1)',
      'http://localhost.evil.example/',
      'http://127.0.0.1.evil.example/',
    ])('%s: redirects nowhere', async (url) => {
      const outcome = await ask(url, { allowedRedirectOrigins: ['https://shop.example'] });
      expect(outcome.status).toBe('signed-in');
      expect(headerOf(outcome, 'Location')).toBeNull();
    });
  });
});

describe('properties', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('', '0', '1', 'x', '%zz', '%00', 'a.b.c', '__proto__', '\u{1F600}', 'https://evil.example//x'),
  );
  const tokens = INSTANCE_TYPES.flatMap((type) => [
    tokenOf(type),
    tokenOf(type, { exp: 1 }),
    tokenOf(type, {}, {}, OTHER_KEY),
    tokenOf(type, { iss: 123 }),
    tokenOf(type, { iat: 'x', sid: 7, o: [] }),
    handshakeToken(OTHER_KEY, ['__session=x']),
  ]);
  const value = fc.oneof(text, fc.constantFrom(...tokens));
  const names = [
    '__session',
    '__client_uat',
    '__clerk_db_jwt',
    '__clerk_handshake',
    '__clerk_redirect_count',
    '__refresh',
  ];
  const cookieName = fc.constantFrom(...names, ...names.flatMap((n) => [`${n}_OQFZV_GV`, `${n}_JO1anrym`]));
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'get', ''),
    url: fc
      .tuple(text, cookieName, value)
      .map(([path, name, given]) => `/${path}?${name}=${given}&__clerk_redirect_url=${given}`),
    cookies: fc.array(fc.tuple(cookieName, value)).map((list) => list.map(([n, v]) => `${n}=${v}`).join('; ')),
    headers: fc.record(
      {
        host: text,
        referer: text,
        'sec-fetch-dest': fc.constantFrom('document', 'empty', 'iframe'),
        accept: text,
        authorization: value,
      },
      { requiredKeys: [] },
    ),
  });

  test.each(INSTANCE_TYPES)(
    '%s: gives any request an outcome, and signs nobody in without a token of our key',
    async (type) => {
      const sites = [
        createTestApp(type, {
          payload: async () => ({ status: 404, body: undefined, retryAfterMs: null }),
          refresh: async () => ({ status: 401, body: undefined, retryAfterMs: null }),
        }),
        createTestApp(type, {
          isSatellite: true,
          domain: 'shop.example',
          signInUrl: 'https://acornbooks.example/sign-in',
          satelliteAutoSync: true,
          trustProxy: true,
          organizationSync: { organizationPatterns: ['/orgs/:slug'], personalAccountPatterns: ['/(.*)'] },
          refresh: async () => ({ status: 401, body: undefined, retryAfterMs: null }),
        }),
      ];
      const good = new Set(tokens.filter((_, index) => index % 6 === 0));
      await fc.assert(
        fc.asyncProperty(request, fc.constantFrom(...sites), async (given, app) => {
          const outcome = await app.ask({ ...given, headers: given.headers });
          expect(['signed-in', 'signed-out', 'handshake', 'unavailable']).toContain(outcome.status);
          if (outcome.status === 'signed-in') expect(good).toContain(outcome.session.token);
          // Every header is one that can be sent, and every redirect leads to Clerk, the primary or an allowed origin.
          if ('headers' in outcome)
            for (const [name, header] of outcome.headers ?? []) new Headers().append(name, header);
          const location = locationOf(outcome);
          if (location !== null) {
            expect([
              INSTANCES[type].host,
              'clerk.shop.example',
              'acornbooks.example',
              'localhost',
              '127.0.0.1',
            ]).toContain(location.hostname);
          }
        }),
        { numRuns: 400 },
      );
    },
  );
});
