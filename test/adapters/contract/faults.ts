/**
 * What fails on this server is its own: 500 and no detail for the client, the error for whoever runs the server, and not a
 * word about Clerk. From the other side: what Clerk does not answer is 503, and no fault.
 */
import { createAuthenticator, type AuthenticatorOptions, type BailiffEvent, type Denial } from 'bailiff';
import { describe, expect, it } from 'vitest';
import type { Framework, Adapter, Tools } from '../frameworks.js';
import { browserCookies, type Fixtures } from '../fixtures.js';
import { codeOf, createEnvironments } from './harness.js';

const MARK = 'PRIVATE';
class OwnError extends Error {
  override readonly name = 'OwnError';
}
const mistake = (): never => (undefined as unknown as { PRIVATE: { x: never } }).PRIVATE.x;
const throwNothing = (): never => {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- user code may
  throw undefined;
};

/** Express's and Fastify's requests, and Hono's context, by what is spoilt of them. */
interface Spoilt {
  readonly rawHeaders?: object;
  readonly headers?: object;
  readonly raw?: { readonly headers: object };
  readonly req?: { readonly raw: { readonly headers: object } };
}

/** Each fails where somebody is to be told apart from nobody. */
const FAULTS: Readonly<Record<string, AuthenticatorOptions>> = {
  'a fetch with a mistake in it': { fetch: async () => mistake() },
  'a fetch that throws at once': { fetch: mistake },
  'a fetch that gives nothing': { fetch: (async () => undefined) as never },
  'a fetch that gives something else': { fetch: (async () => ({ ok: true, json: () => ({ keys: [] }) })) as never },
  'a fetch with an error of its own': { fetch: () => Promise.reject(new OwnError(MARK)) },
  'a clock that throws': { now: mistake },
  'a clock that gives NaN': { now: () => NaN },
  'a clock that gives a text': { now: (() => '2030-01-01') as never },
};

const OUTAGES: Readonly<Record<string, AuthenticatorOptions>> = {
  'nobody there': { apiUrl: 'http://127.0.0.1:9' },
  'a name that nobody has': { apiUrl: 'http://nobody.invalid' },
  'a runtime without error codes': { fetch: () => Promise.reject(new TypeError('Failed to fetch')) },
};

export function faults(framework: Framework): void {
  const environments = createEnvironments(framework);
  const routes = [
    { path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] },
    { path: '/page', guards: [(adapter: Adapter) => adapter.requireAuth({ redirect: true })] },
    { path: '/machine', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })] },
    { path: '/any', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'any' })] },
    { path: '/open', handle: ({ auth, getAuth }: Tools) => [auth.isAuthenticated, getAuth().isAuthenticated] },
    { path: '/reader', handle: ({ authenticate }: Tools) => authenticate({ acceptsToken: 'any' }) },
  ];

  async function open(more: AuthenticatorOptions, settings: object = {}) {
    const events: BailiffEvent[] = [];
    const logged: string[] = [];
    const logger = { warn: () => undefined, error: (text: string) => logged.push(text) };
    const environment = await environments.open({ routes }, ({ options }) => [
      [{ ...options, onEvent: (event: BailiffEvent) => events.push(event), logger, ...more, ...settings }],
    ]);
    const found = () => events.filter((event) => event.type === 'fault');
    return { ...environment, events, logged, found };
  }

  describe.each(Object.entries(FAULTS))('%s', (_name, more) => {
    it('answers 500 behind every guard, without details, and hands the error to the server', async () => {
      const { get, served, found, logged } = await open(more);
      for (const [path, credential] of [
        ['/me', 'admin'],
        ['/page', 'admin'],
        ['/machine', 'apiKey'],
        ['/any', 'oauth'],
      ] as const) {
        const answer = await get(path, credential, { accept: 'text/html', 'sec-fetch-dest': 'document' });
        expect([path, answer.status, codeOf(answer)]).toEqual([path, 500, 'authentication-fault']);
        expect(JSON.stringify([answer.headers, answer.body])).not.toMatch(/PRIVATE|OwnError|stack|Clerk|\.ts/);
        expect(answer.headers).not.toHaveProperty('www-authenticate');
        expect(answer.headers).not.toHaveProperty('retry-after');
        expect(answer.headers).not.toHaveProperty('location');
      }
      expect(served.errors).toEqual([]);
      expect(found().length).toBeGreaterThanOrEqual(3);
      for (const { error } of found()) {
        expect([typeof error.stack, error.message === '']).toEqual(['string', false]);
      }
      expect(logged[0]).toMatch(/^bailiff: a fault during request: (?:TypeError|OwnError): .+\n\s+at /);
    });

    it('sends no page to the handshake', async () => {
      const { get, fixtures } = await open(more);
      const page = { accept: 'text/html', 'sec-fetch-dest': 'document', ...browserCookies(fixtures.tokens.admin) };
      const answer = await get('/page', null, page);
      expect([answer.status, codeOf(answer), answer.headers['location']]).toEqual([
        500,
        'authentication-fault',
        undefined,
      ]);
      const expired = await get('/page', null, { ...page, ...browserCookies(fixtures.tokens.expired) });
      expect([expired.status, expired.headers['location']]).toEqual([500, undefined]);
    });

    it('makes readers that verify throw, and shows other readers a signed-out object', async () => {
      const { get, served } = await open(more);
      expect((await get('/open', 'admin')).body).toEqual([false, false]);
      const answer = await get('/reader', 'admin');
      expect(answer.status).toBe(500);
      expect(served.errors).toEqual([
        expect.objectContaining({
          name: 'AuthenticationFaultError',
          code: 'authentication-fault',
          cause: expect.any(Error),
        }),
      ]);
    });
  });

  describe.each(Object.entries(OUTAGES))('an outage, %s', (_name, more) => {
    it('answers 503 and reports no fault', async () => {
      const { get, found, logged } = await open(more);
      expect([(await get('/me', 'admin')).status, codeOf(await get('/machine', 'apiKey'))]).toEqual([
        503,
        'auth-unavailable',
      ]);
      expect([found(), logged]).toEqual([[], []]);
    });
  });

  it('passes code and cause to onDenied, which may answer differently', async () => {
    const denials: Denial[] = [];
    const { get } = await open(
      { fetch: () => Promise.reject(new OwnError(MARK)) },
      {
        onDenied: framework.answerDenied((denial) => {
          denials.push(denial);
          return { status: 599, body: denial };
        }),
      },
    );
    const answer = await get('/me', 'admin');
    expect(answer.status).toBe(599);
    expect(JSON.stringify(answer.body)).not.toContain(MARK);
    expect(denials[0]).toMatchObject({ case: 'fault', status: 500, code: 'authentication-fault' });
    expect(denials[0]?.cause).toMatchObject({ name: 'OwnError', message: MARK });
  });

  it('lets callers with remembered tokens in while the keys cannot be reloaded, and still reports the fault', async () => {
    let broken = false;
    const { get, fixtures, found, logged } = await open({
      fetch: (input, init) => (broken ? mistake() : fetch(input, init)),
    });
    expect((await get('/me', 'member')).status).toBe(200);
    broken = true;
    fixtures.clock.advance(290_000);
    const later = { authorization: `Bearer ${await mintAt(fixtures)}` };
    expect((await get('/me', null, later)).status).toBe(200);
    await expect.poll(() => found().length).toBe(1);
    expect(found()[0]).toMatchObject({ during: 'keys', error: { name: 'TypeError' } });
    expect(logged[0]).toContain('a fault during keys');
  });

  describe('callbacks', () => {
    const own = new OwnError(MARK);
    const fail = () => Promise.reject(own);
    const withCheck = {
      path: '/checked',
      guards: [(adapter: Adapter) => adapter.requireAuth({ check: fail as never })],
    };
    const withPath = '/__clerk/v1/client';

    it.each<[string, string, string, (fixtures: Fixtures) => readonly unknown[]]>([
      ['check', '/checked', 'guard', ({ options }) => [options]],
      ['onDenied', '/me', 'denial', ({ options }) => [{ ...options, onDenied: framework.onDenied(fail) }]],
      ['resourceMetadata', '/me', 'guard', ({ options }) => [{ ...options, resourceMetadata: fail }]],
      ['the options function', '/me', 'options', () => [framework.perRequest(fail)]],
      [
        "the proxy's enabled",
        withPath,
        'proxy',
        ({ options }) => [{ ...options, frontendApiProxy: { enabled: fail } }],
      ],
    ])('%s that fails is reported once and reaches the error handler', async (_name, path, during, middleware) => {
      const logged: string[] = [];
      const events: BailiffEvent[] = [];
      const logger = { warn: () => undefined, error: (text: string) => logged.push(text) };
      const { get, served } = await environments.open({ routes: [...routes, withCheck] }, (fixtures) =>
        [
          middleware(fixtures).map((given, index) =>
            index > 0 || typeof given === 'function'
              ? given
              : { ...(given as object), onEvent: (event: BailiffEvent) => events.push(event) },
          ),
        ].map(([given]) => [
          typeof given === 'function' ? given : { ...(given as object), logger: undefined },
          { logger },
        ]),
      );
      const answer = await get(path, path === '/checked' ? 'admin' : null);
      expect([answer.status, served.errors]).toEqual([500, [own]]);
      expect(logged).toEqual([expect.stringContaining(`a fault during ${during}: OwnError: ${MARK}`)]);
      const told = events.filter(({ type }) => type === 'fault');
      expect(told).toMatchObject(during === 'options' ? [] : [{ type: 'fault', during, error: own, method: 'GET' }]);
    });
  });

  /** What happens to a request on its way through the middleware, given the framework's own object. */
  const SPOILT: Readonly<Record<string, (context: Spoilt) => unknown>> = {
    'a request that has been frozen': (context) =>
      context.rawHeaders === undefined ? Object.preventExtensions(context) : Object.freeze(context.rawHeaders),
    'a request whose headers throw': ({ req, raw, headers }) => {
      const found = req?.raw.headers ?? raw?.headers ?? headers ?? {};
      const name = found instanceof Headers ? 'get' : 'upgrade';
      return Object.defineProperty(found, name, { get: () => throwNothing() });
    },
  };

  it.each(Object.entries(SPOILT))('%s is a fault of the request, and closed', async (_name, spoil) => {
    const events: BailiffEvent[] = [];
    const logged: string[] = [];
    const logger = { warn: () => undefined, error: (text: string) => logged.push(text) };
    let reached = 0;
    const open = { path: '/open', handle: () => ({ reached: ++reached }) };
    const { get, served } = await environments.open({ routes: [open] }, ({ options }) => {
      const authenticator = createAuthenticator({ ...options, logger, onEvent: (event) => events.push(event) });
      return [[(context: Spoilt) => (spoil(context), authenticator)]];
    });
    expect((await get('/open', 'admin')).status).toBe(500);
    expect([reached, served.errors]).toEqual([0, [expect.any(Error)]]);
    const found = events.filter(({ type }) => type === 'fault');
    expect(found).toEqual([expect.objectContaining({ during: 'request', error: served.errors[0] })]);
    expect(logged).toEqual([expect.stringContaining('a fault during request: ')]);
  });

  describe('the proxy', () => {
    const proxied = (more: AuthenticatorOptions) =>
      open(more, { frontendApiProxy: { enabled: true, fapiUrl: 'http://127.0.0.1:9' } });

    it('answers 502 if the Frontend API is unreachable, and 500 if this server fails', async () => {
      const away = await proxied({});
      const answer = await away.get('/__clerk/v1/client', null);
      expect([answer.status, codeOf(answer)]).toEqual([502, 'proxy_request_failed']);
      expect([away.found(), away.logged]).toEqual([[], []]);
      const failing = await proxied({ fetch: async () => mistake() });
      const fault = await failing.get('/__clerk/v1/client', null);
      expect([fault.status, codeOf(fault)]).toEqual([500, 'authentication-fault']);
      expect(JSON.stringify(fault.body)).not.toMatch(/PRIVATE|Clerk|Frontend/);
      expect(failing.found()).toMatchObject([{ during: 'proxy', error: { name: 'TypeError' } }]);
    });
  });
}

const mintAt = ({ clerk, clock }: Fixtures): Promise<string> =>
  clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: Math.ceil((clock() - clerk.now()) / 1000) + 60 });
