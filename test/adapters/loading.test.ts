/** What is loaded when it is first used: a load that fails is a fault of this server, closes the door, and is tried again. */
import { setImmediate as settle } from 'node:timers/promises';
import { createAuthenticator, type BailiffEvent } from 'bailiff';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { codeOf, createEnvironments } from './contract/harness.js';
import { browserCookies, createFixtures, renewSession } from './fixtures.js';
import { frameworks } from './frameworks.js';

const { broken, whileLoading } = vi.hoisted(() => {
  const broken = new Set<string>();
  /** The module, as it is; while it is broken, `import()` of it comes to nothing. */
  async function whileLoading(name: string, original: () => Promise<object>): Promise<object> {
    const actual = await original();
    const members = Object.keys(actual).map((key): [string, PropertyDescriptor] => [
      key,
      {
        enumerable: true,
        get(): unknown {
          if (broken.has(name)) throw new Error(`Cannot load ${name}: PRIVATE`);
          return actual[key as never];
        },
      },
    ]);
    return Object.defineProperties({}, Object.fromEntries(members));
  }
  return { broken, whileLoading };
});
vi.mock('../../src/verify/opaque.js', (original) => whileLoading('opaque', original));
vi.mock('../../src/verify/shared-store.js', (original) => whileLoading('store', original));
vi.mock('../../src/core/session/session-flow.js', (original) => whileLoading('sessions', original));
vi.mock('../../src/core/auth/token-minter.js', (original) => whileLoading('minter', original));
vi.mock('../../src/core/auth/current-user.js', (original) => whileLoading('user', original));
vi.mock('../../src/core/guards/denied-page.js', (original) => whileLoading('page', original));
vi.mock('../../src/core/proxy/forward.js', (original) => whileLoading('forward', original));
vi.mock('../../src/adapters/node/proxy.js', (original) => whileLoading('proxy', original));
vi.mock('../../src/adapters/hono/proxy.js', (original) => whileLoading('proxy', original));
afterEach(() => broken.clear());

function createStore() {
  const entries = new Map<string, unknown>();
  return {
    get: (name: string) => Promise.resolve(entries.get(name)),
    set: (name: string, value: unknown) => Promise.resolve(void entries.set(name, value)),
    delete: (name: string) => Promise.resolve(entries.delete(name)),
  };
}
const withStore = () => ({ cache: { machineTokens: { store: createStore() } } });

describe.each(frameworks)('$name', (framework) => {
  const environments = createEnvironments(framework);
  async function open(more: object) {
    const found: BailiffEvent[] = [];
    const onEvent = (event: BailiffEvent) => void (event.type === 'fault' && found.push(event));
    const environment = await environments.open(
      {
        routes: [
          { path: '/me', guards: [(adapter) => adapter.requireAuth()] },
          { path: '/user', handle: async ({ currentUser }) => ({ id: (await currentUser())?.id }) },
          { path: '/admin', guards: [(adapter) => adapter.requireAuth({ role: 'org:admin', redirect: true })] },
          { path: '/reader', handle: ({ authenticate }) => authenticate({ acceptsToken: 'session_token' }) },
          { path: '/machine', guards: [(adapter) => adapter.requireAuth({ token: 'api_key' })] },
        ],
      },
      ({ options }) => [[{ ...options, onEvent, ...more }]],
    );
    return { ...environment, found };
  }

  it('answers 500 while the code of currentUser cannot be loaded, and recovers', async () => {
    const { get, found, fixtures, served } = await open({});
    fixtures.clerk.fail({ operation: 'GetUser', body: { id: 'user_ada' }, times: 1 });
    broken.add('user');
    expect((await get('/user', 'admin')).status).toBe(500);
    expect(served.errors).toEqual([expect.objectContaining({ name: 'AuthenticationFaultError' })]);
    expect(found).toMatchObject([{ error: { message: 'Cannot load user: PRIVATE' } }]);
    broken.clear();
    expect((await get('/user', 'admin')).body).toEqual({ id: 'user_ada' });
  });

  it('answers a refused page with JSON while its page cannot be loaded, and recovers', async () => {
    const { get, found, fixtures } = await open({ signInUrl: 'https://acornbooks.example/in' });
    const member = { 'sec-fetch-dest': 'document', ...browserCookies(fixtures.tokens.member) };
    broken.add('page');
    const answer = await get('/admin', null, member);
    expect([answer.status, codeOf(answer), found]).toEqual([403, 'forbidden', []]);
    broken.clear();
    expect((await get('/admin', null, member)).headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it.each([
    ['opaque', {}],
    ['opaque', withStore()],
    ['store', withStore()],
  ])('answers 500 for opaque tokens without %s, with %j, and recovers', async (part, more) => {
    broken.add(part);
    const { get, found, fixtures } = await open(more);
    for (const credential of ['apiKey', 'unknownApiKey'] as const) {
      const answer = await get('/machine', credential);
      expect([answer.status, codeOf(answer)]).toEqual([500, 'authentication-fault']);
      expect(JSON.stringify([answer.headers, answer.body])).not.toMatch(/PRIVATE|load/);
    }
    expect(found).toMatchObject(
      Array(2).fill({ during: 'request', error: { message: `Cannot load ${part}: PRIVATE` } }),
    );
    expect(fixtures.verifications()).toBe(0);
    expect((await get('/me', 'admin')).status).toBe(200);

    broken.clear();
    expect([(await get('/machine', 'apiKey')).status, (await get('/machine', 'unknownApiKey')).status]).toEqual([
      200, 401,
    ]);
    expect(found).toHaveLength(2);
    // And from then on what was loaded stays.
    broken.add(part);
    expect((await get('/machine', 'apiKey')).status).toBe(200);
  });

  it('answers 500 and signs nobody in while the code of browser sessions cannot be loaded, and recovers', async () => {
    broken.add('sessions');
    const { get, found, fixtures } = await open({});
    const page = { accept: 'text/html', 'sec-fetch-dest': 'document' };
    const expired = { ...page, ...browserCookies(fixtures.tokens.expired) };
    const asks = [
      ['a handshake', '/me', page],
      ['a refresh', '/me', expired],
      ['a return', '/me?__clerk_handshake=garbage', page],
      ['a session', '/me', browserCookies(fixtures.tokens.admin)],
      ['a session, where the handler asks', '/reader', browserCookies(fixtures.tokens.admin)],
      ['no credentials', '/me', {}],
      ['an ended session in the header', '/me', { authorization: `Bearer ${fixtures.tokens.expired}` }],
    ] as const;
    for (const [what, path, headers] of asks) {
      const answer = await get(path, null, headers);
      const { location, 'set-cookie': cookies } = answer.headers;
      expect([what, answer.status, location, cookies]).toEqual([what, 500, undefined, undefined]);
      if (path !== '/reader') expect(codeOf(answer)).toBe('authentication-fault');
      expect(JSON.stringify([answer.headers, answer.body])).not.toMatch(/PRIVATE|load|user_ada/);
    }
    const faults = found.filter(({ type }) => type === 'fault');
    expect(faults).toMatchObject(Array(asks.length).fill({ error: { message: 'Cannot load sessions: PRIVATE' } }));
    expect(fixtures.verifications()).toBe(0);
    // What is no session of a browser, and a good token in the header, need nothing of it.
    const others = await Promise.all([get('/me', 'admin'), get('/me', 'garbage'), get('/machine', 'apiKey')]);
    expect(others.map(({ status }) => status)).toEqual([200, 401, 200]);

    broken.clear();
    const cookies = renewSession(fixtures);
    const renewed = await get('/me', null, expired);
    expect([renewed.status, renewed.headers['set-cookie']]).toEqual([200, cookies]);
    expect((await get('/me', null, page)).headers['location']).toContain('/v1/client/handshake?');
    expect(found).toHaveLength(asks.length);
    // And from then on what was loaded stays.
    broken.add('sessions');
    expect((await get('/me', null, browserCookies(fixtures.tokens.admin))).status).toBe(200);
  });

  it.each(['proxy', 'forward'])('answers 500 in the Frontend API proxy without %s, and recovers', async (part) => {
    broken.add(part);
    const { served, found, fixtures } = await open({
      frontendApiProxy: { enabled: true, fapiUrl: 'http://127.0.0.1:9' },
    });
    const proxied = () => served.agent.get('/__clerk/v1/environment').ok(() => true);
    expect((await proxied()).status).toBe(500);
    expect(found).toMatchObject([{ during: 'proxy', error: { message: `Cannot load ${part}: PRIVATE` } }]);
    expect(served.errors).toEqual([expect.objectContaining({ message: `Cannot load ${part}: PRIVATE` })]);
    expect((await served.agent.get('/me').set('authorization', `Bearer ${fixtures.tokens.admin}`)).status).toBe(200);

    broken.clear();
    // Nobody is there: it was sent on.
    expect((await proxied()).status).toBe(502);
    expect(found).toHaveLength(1);
  });
});

describe('an authenticator', () => {
  it('rejects with the fault, and works as soon as the code loads', async () => {
    const { options, tokens } = await createFixtures();
    const authenticator = createAuthenticator({ ...options, ...withStore() }, {});
    for (const part of ['opaque', 'store']) {
      broken.add(part);
      const calls = [() => authenticator.verifyApiKey(tokens.apiKey), () => authenticator.invalidate(tokens.apiKey)];
      for (const call of calls) {
        await expect(call()).rejects.toMatchObject({ name: 'AuthenticationFaultError', code: 'authentication-fault' });
      }
      broken.clear();
    }
    await expect(authenticator.invalidate(tokens.apiKey)).resolves.toBeUndefined();
    await expect(authenticator.verifyApiKey(tokens.apiKey)).resolves.toMatchObject({ subject: 'user_ada' });
  });

  it('gives no new token while the code of minting cannot be loaded, and one afterwards', async () => {
    const { clerk, options, tokens } = await createFixtures();
    const authenticator = createAuthenticator(options, {});
    const headers = { authorization: `Bearer ${tokens.admin}` };
    const { auth } = await authenticator.authenticateRequest(new Request('https://app.example/', { headers }));
    broken.add('minter');
    await expect(auth.getToken({ template: 'plain' })).rejects.toMatchObject({ name: 'AuthenticationFaultError' });
    await expect(auth.getToken()).resolves.toBe(tokens.admin);
    broken.clear();
    clerk.fail({ operation: 'CreateSessionTokenFromTemplate', body: { jwt: 'made' } });
    await expect(auth.getToken({ template: 'plain' })).resolves.toBe('made');
  });

  describe('loads the code of browser sessions', () => {
    const asked = (headers: Record<string, string>) =>
      new Request('https://acornbooks.example/', { headers: { 'x-forwarded-proto': 'https', ...headers } });

    it('once for concurrent first requests, which share one refresh', async () => {
      const fixtures = await createFixtures();
      // Clerk answers when all have loaded what they wait for.
      async function slow(...call: Parameters<typeof fetch>): Promise<Response> {
        await vi.dynamicImportSettled();
        await settle();
        return fetch(...call);
      }
      const authenticator = createAuthenticator({ ...fixtures.options, fetch: slow }, {});
      renewSession(fixtures);
      const expired = () => authenticator.authenticateRequest(asked(browserCookies(fixtures.tokens.expired)));
      const states = await Promise.all(Array.from({ length: 5 }, expired));
      expect(states.map(({ status }) => status)).toEqual(Array(5).fill('signed-in'));
      expect(fixtures.verifications()).toBe(1);
    });

    it('not with the first good token in a header', async () => {
      const { options, tokens } = await createFixtures();
      const authenticator = createAuthenticator(options, {});
      broken.add('sessions');
      const bearer = asked({ authorization: `Bearer ${tokens.admin}` });
      expect(await authenticator.authenticateRequest(bearer)).toMatchObject({ status: 'signed-in' });
      const ended = asked({ authorization: `Bearer ${tokens.expired}` });
      expect(await authenticator.authenticateRequest(ended)).toMatchObject({ reason: 'authentication-fault' });
    });

    it('with `warmup()`, which rejects with the fault, and then answers remembered cookies without a promise', async () => {
      const { options, tokens } = await createFixtures();
      const authenticator = createAuthenticator(options, {});
      broken.add('sessions');
      await expect(authenticator.warmup()).rejects.toMatchObject({ name: 'AuthenticationFaultError' });
      broken.clear();
      await expect(authenticator.warmup()).resolves.toBeUndefined();
      broken.add('sessions');
      expect((await authenticator.authenticateRequest(asked(browserCookies(tokens.admin)))).status).toBe('signed-in');
      const { headers } = asked(browserCookies(tokens.admin));
      const view = { method: 'GET', url: '/', header: (name: string) => headers.get(name) };
      expect(authenticator.authenticate(view)).toMatchObject({ status: 'signed-in' });
    });

    it('not without a publishable key, which cookies need', async () => {
      const { options, tokens } = await createFixtures();
      const authenticator = createAuthenticator({ ...options, publishableKey: null }, {});
      broken.add('sessions');
      await expect(authenticator.warmup()).resolves.toBeUndefined();
      const state = await authenticator.authenticateRequest(asked(browserCookies(tokens.admin)));
      expect(state).toMatchObject({ status: 'signed-out', reason: 'publishable-key-missing' });
    });
  });
});
