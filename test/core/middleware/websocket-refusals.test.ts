/** What an upgrade must not accept, renew or throw, against an instance that counts what it is asked. */
import { createServer, type Server } from 'node:http';
import {
  authenticateUpgrade,
  refuseUpgrade,
  type BailiffEvent,
  type IncomingUpgrade,
  type UpgradeOptions,
} from 'bailiff';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { sendRaw } from '../../attacks/raw.js';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { handshakeToken, m2mToken, oauthToken, sessionToken, T0, T0_S } from '../../support/tokens.js';
import { bearer, cookies, key, stranger, useBackend } from '../fixtures.js';
import { listen, portOf } from '../../support/listen.js';

const ORIGIN = 'https://app.acornbooks.example';
const FOREIGN = 'https://evil.example';
const SUFFIX = 'JO1anrym';
const backend = useBackend();

const ask = (
  headers: Readonly<Record<string, string>>,
  options: UpgradeOptions = {},
  url = '/socket',
  authenticator = backend.create({ jwtKey: key.pem }),
) => authenticateUpgrade(authenticator, { method: 'GET', url, headers }, { allowedOrigins: [ORIGIN], ...options });

const fresh = (): { cookie: string } => ({ cookie: cookies(sessionToken(key))['cookie'] ?? '' });
const statusOf = (result: Awaited<ReturnType<typeof ask>>) => (result.allowed ? 101 : result.status);

describe('the origin rule', () => {
  const NO_TOKEN = ['Basic dXNlcjpw', 'Bearer', 'Bearer ', 'bearer\t', '   ', '', 'Digest a b', 'Negotiate x y'];

  it.each(NO_TOKEN)('applies with an Authorization header without a token (%j)', async (authorization) => {
    expect(statusOf(await ask({ authorization, ...fresh() })), 'no Origin').toBe(403);
    expect(statusOf(await ask({ authorization, origin: FOREIGN, ...fresh() }))).toBe(403);
    expect(statusOf(await ask({ authorization, origin: 'null', ...fresh() }))).toBe(403);
    expect(statusOf(await ask({ authorization, origin: '', ...fresh() }))).toBe(403);
    expect(statusOf(await ask({ authorization, origin: ORIGIN, ...fresh() })), 'the page itself').toBe(101);
  });

  it.each([
    ['none', {}, 101],
    ['an allowed one', { origin: ORIGIN }, 101],
    ['a foreign one', { origin: FOREIGN }, 403],
    ['null', { origin: 'null' }, 403],
    ['an empty one', { origin: '' }, 403],
    ['two in one', { origin: `${ORIGIN}, ${FOREIGN}` }, 403],
    ['one that begins like an allowed one', { origin: `${ORIGIN}.evil.example` }, 403],
  ])('does not apply with a token in the header and the origin %s', async (_what, headers, status) => {
    expect(statusOf(await ask({ ...headers, ...bearer(sessionToken(key)) }))).toBe(status);
  });

  it('never falls back to the cookies after a bad token in the header', async () => {
    for (const token of ['x', 'a b', sessionToken(stranger), `${'a'.repeat(20_000)}`]) {
      expect(statusOf(await ask({ ...bearer(token), ...fresh() })), token.slice(0, 20)).toBe(401);
    }
  });
});

describe('an upgrade renews nothing', () => {
  const asked = () => backend.clerk.requests.length;
  const expired = sessionToken(key, { iat: T0_S - 120, nbf: T0_S - 130, exp: T0_S - 60 });
  const good = sessionToken(key);
  const directives = [`__session=${good}; Path=/`];
  const refreshable = (more = {}) => ({
    cookie: `__session=${expired}; __client_uat=${T0_S - 1000}; __refresh_${SUFFIX}=rt_one`,
    ...more,
  });

  it.each([
    ['a handshake token', `__clerk_handshake=${handshakeToken(key, directives)}`],
    ['a nonce', '__clerk_handshake_nonce=n1'],
    ['a development browser', '__clerk_db_jwt=dvb_one'],
    ['a mark of a satellite', '__clerk_synced=false'],
    ['a way back', `__clerk_redirect_url=${encodeURIComponent('http://localhost/')}`],
  ])('ignores %s in the query and in cookies', async (_what, pair) => {
    backend.clerk.state.table('handshakes').insert({ id: 'n1', directives });
    const before = asked();
    for (const origin of [{ origin: ORIGIN }, { origin: ORIGIN, 'sec-fetch-dest': 'document' }]) {
      expect(statusOf(await ask(origin, {}, `/socket?${pair}`)), 'alone').toBe(401);
      expect(statusOf(await ask({ ...origin, cookie: pair })), 'alone, a cookie').toBe(401);
      expect(statusOf(await ask({ ...origin, ...fresh() }, {}, `/socket?${pair}`)), 'beside a session').toBe(101);
      expect(statusOf(await ask({ ...origin, cookie: `${pair}; ${fresh().cookie}` }))).toBe(101);
    }
    expect(asked() - before, 'Clerk was asked for nothing').toBe(0);
    expect(backend.clerk.state.table('handshakes').get('n1'), 'the nonce can still be exchanged').toBeDefined();
  });

  it('refuses an expired session and does not use its refresh token', async () => {
    backend.clerk.fail({
      operation: OPERATIONS.refresh,
      body: { object: 'cookies', cookies: [`__session=${good}; Path=/`] },
    });
    const authenticator = backend.create({ jwtKey: key.pem });
    for (const headers of [
      refreshable({ origin: ORIGIN }),
      refreshable({ origin: ORIGIN, 'sec-fetch-dest': 'document' }),
      refreshable(bearer(expired)),
    ]) {
      const refused = await ask(headers, {}, '/socket', authenticator);
      expect(refused).toMatchObject({ allowed: false, status: 401 });
      expect(refused).not.toHaveProperty('headers.Location');
      expect(refused).not.toHaveProperty('headers.Set-Cookie');
    }
    expect(callsOf(backend.clerk, OPERATIONS.refresh)).toBe(0);
    const view = { method: 'GET', url: '/', header: (name: string) => refreshable()[name as 'cookie'] ?? null };
    const unchanged = await authenticator.authenticateRequest(view, { renew: false });
    expect(unchanged).toMatchObject({ status: 'signed-out' });
    expect(unchanged.reason).toBe('session-token-expired-refresh-non-eligible-no-renewal');
    expect(callsOf(backend.clerk, OPERATIONS.refresh)).toBe(0);
    expect(await authenticator.authenticateRequest(view), 'any other request').toMatchObject({ status: 'signed-in' });
    expect(callsOf(backend.clerk, OPERATIONS.refresh)).toBe(1);
  });

  it('judges a satellite and a page of another organization as they are', async () => {
    const satellite = backend.create({
      jwtKey: key.pem,
      isSatellite: true,
      satelliteAutoSync: true,
      domain: 'shop.example',
      organizationSync: { organizationPatterns: ['/orgs/:slug'] },
    });
    const page = { origin: ORIGIN, 'sec-fetch-dest': 'document', ...fresh() };
    expect(statusOf(await ask(page, {}, '/orgs/birch?__clerk_synced=false', satellite))).toBe(101);
    const state = await satellite.authenticateRequest(
      new Request('https://shop.example/orgs/birch?__clerk_synced=false', { headers: page }),
      { renew: false },
    );
    expect(state.status).toBe('signed-in');
  });
});

describe('a request that must not be renewed is never redirected', () => {
  const DEVELOPMENT = 'pk_test_YnJhdmUtb3R0ZXItNy5jbGVyay5hY2NvdW50cy5kZXYk';
  const ofDevelopment = cookies(sessionToken(key, { iss: 'https://brave-otter-7.clerk.accounts.dev' }))['cookie'];
  const page = { host: 'app.acornbooks.example', 'sec-fetch-dest': 'document' };
  it.each([
    ['a referrer on another origin', {}, '/', { ...page, ...fresh(), referer: 'https://www.search.example/' }],
    [
      'the browser token of development in the query',
      { publishableKey: DEVELOPMENT, secretKey: 'sk_test_x' },
      '/?__clerk_db_jwt=dvb_two',
      { ...page, cookie: `${ofDevelopment}; __clerk_db_jwt=dvb_one` },
    ],
    [
      'the question of a satellite',
      { publishableKey: DEVELOPMENT, secretKey: 'sk_test_x' },
      `/?__clerk_redirect_url=${encodeURIComponent('http://localhost:4000/')}`,
      { ...page, cookie: `${ofDevelopment}; __clerk_db_jwt=dvb_one` },
    ],
    [
      'a satellite that is to ask again',
      { isSatellite: true, domain: 'shop.example' },
      '/?__clerk_synced=false',
      { ...page, ...fresh() },
    ],
  ])('%s', async (_what, options, url, headers: Readonly<Record<string, string>>) => {
    const authenticator = backend.create({ jwtKey: key.pem, ...options });
    const view = { method: 'GET', url, header: (name: string) => headers[name] ?? null };
    expect((await authenticator.authenticateRequest(view)).status, 'a page').toBe('handshake');
    expect((await authenticator.authenticateRequest(view, { renew: false })).status).toBe('signed-in');
    expect(statusOf(await ask({ ...headers, origin: ORIGIN }, {}, url, authenticator))).toBe(101);
  });
});

describe('authenticateUpgrade does not reject for a request', () => {
  class Odd extends Error {}
  const VALUES: readonly unknown[] = [undefined, null, 0, '', false, Number.NaN, 'route', 'router', {}, new Odd('odd')];

  it.each(VALUES.flatMap((value) => [['throws', value] as const, ['rejects with', value] as const]))(
    'refuses with 500 and keeps the error if a check %s %o',
    async (way, value) => {
      const check = () => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what this is about
        if (way === 'rejects with') return Promise.reject(value);
        throw value;
      };
      const refused = await ask({ origin: ORIGIN, ...fresh() }, { requirement: { check } });
      expect(refused).toMatchObject({ allowed: false, status: 500 });
      if (refused.allowed) return;
      expect(refused.cause).toBeInstanceOf(Error);
      expect(value instanceof Error ? refused.cause : refused.cause?.cause).toBe(value);
      expect(Object.keys(refused)).not.toContain('cause');
      expect(JSON.stringify(refused)).not.toContain('odd');
      expect(JSON.parse(refused.body)).toMatchObject({ errors: [{ code: 'authentication-fault' }] });
    },
  );

  it('refuses with 403 and no cause if a check returns anything but true', async () => {
    for (const answer of [false, undefined, 'yes', 1]) {
      const refused = await ask({ origin: ORIGIN, ...fresh() }, { requirement: { check: () => answer as boolean } });
      expect(refused).toMatchObject({ allowed: false, status: 403 });
      expect('cause' in refused).toBe(false);
    }
    expect(statusOf(await ask({ origin: ORIGIN, ...fresh() }, { requirement: { check: () => true } }))).toBe(101);
  });

  it.each([
    ['limits the rate', { status: 429, retryAfterSeconds: 7, body: { errors: [{ code: 'too_many_requests' }] } }],
    ['fails', { status: 500, body: {} }],
    ['drops the connection', { reset: true }],
    ['answers nonsense', { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
  ])('refuses with 503 while Clerk %s, for each call', async (_what, fault) => {
    const anyToken: UpgradeOptions = { requirement: { token: 'any' } };
    for (const [operation, headers] of [
      [OPERATIONS.jwks, bearer(sessionToken(key))],
      [OPERATIONS.jwks, { origin: ORIGIN, ...fresh() }],
      [OPERATIONS.jwks, bearer(m2mToken(key))],
      [OPERATIONS.jwks, bearer(oauthToken(key))],
      [OPERATIONS.apiKey, bearer('ak_one')],
      [OPERATIONS.m2m, bearer('mt_one')],
      [OPERATIONS.oauth, bearer('oat_one')],
    ] as const) {
      const outage = backend.clerk.fail({ operation, ...fault });
      const refused = await ask(headers, anyToken, '/socket', backend.create());
      expect(refused, operation).toMatchObject({ allowed: false, status: 503 });
      expect(refused, operation).toHaveProperty('headers.Retry-After');
      outage.stop();
      expect(statusOf(await ask(headers, anyToken, '/socket', backend.create())), operation).toBe(101);
    }
  });

  it('refuses with 401 if the credential ends while a check runs', async () => {
    for (const [headers, ms] of [
      [{ origin: ORIGIN, ...fresh() }, 65_000],
      [bearer(m2mToken(key)), 3_605_000],
      // Of an opaque token Clerk says when it ends: no clock differs.
      [bearer('ak_one'), 86_400_000],
    ] as const) {
      const outlasting = (by: number): UpgradeOptions => ({
        requirement: { token: 'any', check: () => ((backend.clock.now = T0 + by), true) },
      });
      const refused = await ask(headers, outlasting(ms), '/socket', backend.create({ jwtKey: key.pem }));
      expect(refused).toMatchObject({ allowed: false, status: 401 });
      backend.clock.now = T0;
      expect(statusOf(await ask(headers, outlasting(ms - 1), '/socket', backend.create({ jwtKey: key.pem })))).toBe(
        101,
      );
      backend.clock.now = T0;
    }
  });

  it('emits one denial, whatever refuses', async () => {
    const told: BailiffEvent[] = [];
    const authenticator = backend.create({ jwtKey: key.pem, onEvent: (event) => told.push(event) });
    const denials = async (headers: Record<string, string>, options?: UpgradeOptions, url?: string) => {
      told.length = 0;
      const result = await ask({ ...headers, 'x-request-id': 'r-1' }, options, url, authenticator);
      const denied = told.filter(({ type }) => type === 'denied');
      return [statusOf(result), ...denied];
    };
    const of = (by: string, status: number, reason: string) =>
      expect.objectContaining({ by, status, reason, requestId: 'r-1' }) as unknown;
    expect(await denials({ origin: FOREIGN, ...fresh() })).toEqual([403, of('request', 403, 'origin-not-allowed')]);
    expect(await denials({ origin: ORIGIN })).toEqual([401, of('guard', 401, 'session-token-and-uat-missing')]);
    const forbidden = { requirement: { role: 'org:owner' } };
    expect(await denials({ origin: ORIGIN, ...fresh() }, forbidden)).toEqual([403, of('guard', 403, 'forbidden')]);
    expect(await denials({ origin: ORIGIN, ...fresh() })).toEqual([101]);
    const outlasting = { requirement: { check: () => ((backend.clock.now = T0 + 65_000), true) } };
    expect(await denials({ origin: ORIGIN, ...fresh() }, outlasting)).toEqual([401, of('guard', 401, 'token-expired')]);
  });

  it('asks once about a key that is revoked while a check runs, without an unhandled rejection', async () => {
    const authenticator = backend.create({ cache: { machineTokens: { ttlMs: 0 } } });
    const check = async () => {
      await authenticator.invalidate('ak_one');
      backend.clerk.fail({ operation: OPERATIONS.apiKey, status: 429, body: {} });
      return true;
    };
    const result = await ask(bearer('ak_one'), { requirement: { token: 'api_key', check } }, '/socket', authenticator);
    expect(result).toMatchObject({ allowed: true, expiresAt: T0 + 86_400_000 });
    expect(callsOf(backend.clerk, OPERATIONS.apiKey)).toBe(1);
  });
});

describe('the end of a credential', () => {
  const ANY: UpgradeOptions = { requirement: { token: 'any' } };
  // What a JWT says is read by another clock than the one that wrote it.
  const SKEW = 5_000;
  it.each<[string, Readonly<Record<string, string>>, end: number, tolerance: number]>([
    ['a session in a cookie', { origin: ORIGIN, ...cookies(sessionToken(key)) }, T0 + 60_000, SKEW],
    ['a session in the header', bearer(sessionToken(key)), T0 + 60_000, SKEW],
    ['an M2M JWT', bearer(m2mToken(key)), T0 + 3_600_000, SKEW],
    ['an OAuth JWT', bearer(oauthToken(key)), T0 + 3_600_000, SKEW],
    ['an API key', bearer('ak_one'), T0 + 86_400_000, 0],
    ['an opaque M2M token', bearer('mt_one'), T0 + 3_600_000, 0],
    ['an opaque OAuth token', bearer('oat_one'), T0 + 3_600_000, 0],
  ])(
    '%s: closes the socket as soon as the credential would be refused, without asking Clerk again',
    async (_what, headers, end, tolerance) => {
      const authenticator = backend.create({ jwtKey: key.pem, cache: { machineTokens: { ttlMs: 0 } } });
      const result = await ask(headers, ANY, '/socket', authenticator);
      expect(result).toMatchObject({ allowed: true, expiresAt: end });
      expect(backend.clerk.requests.length).toBeLessThanOrEqual(1);
      if (!result.allowed) return;
      const closed: (number | string)[] = [];
      const timers: { run: () => void; ms: number }[] = [];
      result.closeAtExpiry({ close: (...said) => void closed.push(...said) }, (run, ms) => {
        timers.push({ run, ms });
        return () => undefined;
      });
      expect(timers[0]?.ms).toBe(end + tolerance - T0);
      backend.clock.now = end + tolerance - 1;
      expect(statusOf(await ask(headers, ANY, '/socket', authenticator)), 'a new socket, before').toBe(101);
      timers[0]?.run();
      expect(closed).toEqual([]);
      expect(timers[1]?.ms).toBe(1);
      backend.clock.now = end + tolerance;
      timers[1]?.run();
      expect(closed).toEqual([4401, 'The credential has expired.']);
      expect(statusOf(await ask(headers, ANY, '/socket', authenticator)), 'a new socket').toBe(401);
    },
  );

  it('never comes for an API key without an expiration', async () => {
    backend.clerk.state.table('api_keys').update('ak_one', { expiration: null });
    const result = await ask(bearer('ak_one'), ANY);
    expect(result).toMatchObject({ allowed: true, expiresAt: null });
    if (!result.allowed) return;
    const never = () => {
      throw new Error('Nothing is to be scheduled.');
    };
    result.closeAtExpiry({ close: never }, never)();
  });

  it.each([
    [5_000, 3, 2_000],
    [10_000, 3, 7_000],
  ])('leaves, with a skew of %i ms and a token that ended %i s ago, %i ms', async (clockSkewMs, ago, left) => {
    const authenticator = backend.create({ jwtKey: key.pem, clockSkewMs });
    const headers = bearer(sessionToken(key, { iat: T0_S - 60, exp: T0_S - ago }));
    const result = await ask(headers, {}, '/socket', authenticator);
    expect(result).toMatchObject({ allowed: true, expiresAt: T0 - ago * 1000 });
    if (!result.allowed) return;
    const closed: number[] = [];
    const waits: number[] = [];
    result.closeAtExpiry({ close: (code) => void closed.push(code) }, (_run, ms) => {
      waits.push(ms);
      return () => undefined;
    });
    expect([closed, waits]).toEqual([[], [left]]);
    const strict = backend.create({ jwtKey: key.pem, clockSkewMs: 0 });
    expect(statusOf(await ask(headers, {}, '/socket', strict))).toBe(401);
  });
});

describe('a mistake of the application rejects', () => {
  it.each<[string, unknown, string]>([
    ['a misspelt option', { allowedOrigin: [ORIGIN] }, 'allowedOrigin'],
    ['a misspelt demand', { allowedOrigins: [ORIGIN], requirement: { rolle: 'admin' } }, 'requirement'],
    ['no requirement where one is given', { allowedOrigins: [ORIGIN], requirement: null }, 'requirement'],
    ['an empty list', { allowedOrigins: [] }, 'allowedOrigins'],
    ['a list of something else', { allowedOrigins: [5] }, 'allowedOrigins'],
    ['a text instead of a list', { allowedOrigins: ORIGIN }, 'allowedOrigins'],
  ])('%s', async (_what, options, option) => {
    const request: IncomingUpgrade = { headers: bearer(sessionToken(key)) };
    await expect(authenticateUpgrade(backend.create(), request, options as UpgradeOptions)).rejects.toMatchObject({
      name: 'ConfigurationError',
      option,
    });
  });
});

describe('a real socket', () => {
  async function withServer(use: (port: number) => Promise<void>): Promise<void> {
    const authenticator = backend.create({ jwtKey: key.pem });
    const sockets = new WebSocketServer({ noServer: true });
    const server: Server = createServer();
    server.on('upgrade', (request, socket, head) => {
      void authenticateUpgrade(authenticator, request, { allowedOrigins: [ORIGIN] }).then((result) => {
        if (!result.allowed) return refuseUpgrade(socket, result);
        sockets.handleUpgrade(request, socket, head, (open) => open.terminate());
      });
    });
    await listen(server);
    try {
      await use(portOf(server));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  const UPGRADE = [
    ['upgrade', 'websocket'],
    ['connection', 'upgrade'],
    ['sec-websocket-key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ['sec-websocket-version', '13'],
  ] as const;

  it('refuses a duplicate of a deciding header, in any order and spelling', async () => {
    const good = `Bearer ${sessionToken(key)}`;
    await withServer(async (port) => {
      for (const [headers, status] of [
        [[['authorization', good]], 101],
        [
          [
            ['authorization', good],
            ['Authorization', good],
          ],
          401,
        ],
        [
          [
            ['authorization', good],
            ['AUTHORIZATION', 'Bearer x'],
          ],
          401,
        ],
        [
          [
            ['authorization', 'Basic x'],
            ['authorization', good],
          ],
          401,
        ],
        [
          [
            ['authorization', good],
            ['host', 'app.acornbooks.example'],
            ['host', 'evil.example'],
          ],
          400,
        ],
        [
          [
            ['authorization', good],
            ['origin', ORIGIN],
            ['origin', FOREIGN],
          ],
          403,
        ],
        [
          [
            ['authorization', good],
            ['accept', 'a'],
            ['accept', 'b'],
          ],
          101,
        ],
      ] as const) {
        const received = await sendRaw(port, { headers: [...UPGRADE, ...headers] });
        expect(received.status, JSON.stringify(headers.map(([name]) => name))).toBe(status);
      }
    });
  });

  it.each([
    [400, 'Bad Request'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [500, 'Internal Server Error'],
    [503, 'Service Unavailable'],
  ])('writes a refusal with %i as: %s', (status, words) => {
    let text = '';
    const socket = { end: (written: string) => void (text = written) };
    refuseUpgrade(socket, { allowed: false, status, headers: { 'X-Own': '1' }, body: '{"a":"ä"}' });
    const head = `HTTP/1.1 ${status} ${words}\r\nX-Own: 1\r\nContent-Length: 10\r\nConnection: close\r\n\r\n`;
    expect(text).toBe(`${head}{"a":"ä"}`);
  });
});
