/** What only Fastify has: contexts, hooks, `reply`, decorators, `inject()`, its own `trustProxy`, HTTP/2. */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { authenticate, clerkMiddleware, getAuth, guarded, requireAuth } from 'bailiff/fastify';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import supertest from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../support/deferred.js';
import { browserCookies, createFixtures, renewSession, SUFFIX, type Fixtures } from './fixtures.js';
import { bearer } from '../support/requests.js';

let fixtures: Fixtures;
let apps: FastifyInstance[];
beforeEach(async () => {
  fixtures = await createFixtures();
  apps = [];
});
afterEach(async () => {
  for (const app of apps) {
    app.server.closeAllConnections();
    await app.close();
  }
});

const create = (options: FastifyServerOptions = {}): FastifyInstance => {
  const app = fastify(options);
  apps.push(app);
  return app;
};
/** An application with the middleware at its root. */
const createGuarded = (more: object = {}, options: FastifyServerOptions = {}): FastifyInstance => {
  const app = create(options);
  void app.register(clerkMiddleware({ ...fixtures.options, ...more }));
  return app;
};
const portOf = (app: FastifyInstance): number => (app.server.address() as AddressInfo).port;
const listen = async (app: FastifyInstance) => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return supertest(`http://127.0.0.1:${portOf(app)}`);
};
const showUser = (request: FastifyRequest) => ({ userId: request.auth.userId });
const page = { accept: 'text/html', 'sec-fetch-dest': 'document' };

describe('options beside the plugin, as other plugins take them', () => {
  it.each(['authorizedParties', 'secretKey', 'onDenied'])('%s does not start', async (name) => {
    const app = create();
    const register = async () => void (await app.register(clerkMiddleware(fixtures.options), { [name]: [] } as object));
    await expect(register()).rejects.toThrow(new RegExp(`${name}.*clerkMiddleware\\(\\{ … \\}\\)`));
  });

  it('takes those of Fastify itself', async () => {
    const app = create();
    await app.register(clerkMiddleware(fixtures.options), { prefix: '/api', logLevel: 'warn' });
    app.get('/me', guarded(requireAuth(), showUser));
    const { status } = await (await listen(app)).get('/me').set(bearer(fixtures.tokens.admin));
    expect(status).toBe(200);
  });
});

describe('contexts', () => {
  it('leaves other contexts alone if it is registered in one', async () => {
    const app = create();
    await app.register(async (child) => {
      await child.register(clerkMiddleware(fixtures.options));
      child.get('/inside/me', guarded(requireAuth(), showUser));
      await child.register(async (grandchild) => void grandchild.get('/inside/deep', guarded(requireAuth(), showUser)));
    });
    await app.register(async (sibling) => {
      sibling.get('/beside', async (request) => ({ auth: (request as { auth?: unknown }).auth ?? null }));
      sibling.get('/beside/guarded', guarded(requireAuth(), showUser));
    });
    app.get('/above', guarded(requireAuth(), showUser));
    const agent = await listen(app);
    expect((await agent.get('/inside/me').set(bearer(fixtures.tokens.admin))).body).toEqual({ userId: 'user_ada' });
    expect((await agent.get('/inside/deep').set(bearer(fixtures.tokens.admin))).body).toEqual({ userId: 'user_ada' });
    expect((await agent.get('/inside/deep')).status).toBe(401);
    expect((await agent.get('/beside').set(bearer(fixtures.tokens.admin))).body).toEqual({ auth: null });
    for (const path of ['/above', '/beside/guarded']) {
      const answer = await agent.get(path).set(bearer(fixtures.tokens.admin));
      expect(answer.status).toBe(500);
      expect(answer.text).toContain('clerkMiddleware() has not seen');
    }
  });

  it('covers children and earlier routes if it is registered at the root', async () => {
    const app = create();
    app.get('/before', guarded(requireAuth(), showUser));
    await app.register(clerkMiddleware(fixtures.options));
    await app.register(async (child) => void child.get('/me', guarded(requireAuth(), showUser)), { prefix: '/api' });
    const agent = await listen(app);
    for (const path of ['/before', '/api/me']) {
      expect((await agent.get(path)).status).toBe(401);
      expect((await agent.get(path).set(bearer(fixtures.tokens.admin))).body).toEqual({ userId: 'user_ada' });
    }
  });

  it('lets a child have rules of its own', async () => {
    const app = createGuarded();
    app.get('/me', guarded(requireAuth(), showUser));
    await app.register(async (child) => {
      await child.register(clerkMiddleware({ ...fixtures.options, authorizedParties: ['https://other.example'] }));
      child.get('/strict', guarded(requireAuth(), showUser));
    });
    const agent = await listen(app);
    expect((await agent.get('/me').set(bearer(fixtures.tokens.admin))).status).toBe(200);
    expect((await agent.get('/strict').set(bearer(fixtures.tokens.admin))).status).toBe(401);
  });

  it('guards unknown pages too, and serves the Frontend API proxy there', async () => {
    const frontendApiProxy = { enabled: true, fapiUrl: fixtures.clerk.frontendApiUrl };
    const app = createGuarded({ frontendApiProxy });
    app.setNotFoundHandler({ preHandler: requireAuth() }, async (_request, reply) => reply.code(404).send('gone'));
    const agent = await listen(app);
    expect((await agent.get('/nothing')).status).toBe(401);
    expect((await agent.get('/nothing').set(bearer(fixtures.tokens.admin))).text).toBe('gone');
    expect((await agent.get('/__clerk/v1/environment')).body).toHaveProperty('auth_config');
  });

  it("leaves the proxy's path alone with the default not-found page", async () => {
    const frontendApiProxy = { enabled: true, fapiUrl: fixtures.clerk.frontendApiUrl };
    const agent = await listen(createGuarded({ frontendApiProxy }));
    expect((await agent.get('/__clerk/v1/environment')).body).toHaveProperty('auth_config');
    expect((await agent.get('/nothing')).status).toBe(404);
  });
});

describe('hooks of the application', () => {
  it('runs onSend for denials, early answers and errors', async () => {
    const app = createGuarded();
    app.addHook('onSend', async (_request, reply) => void reply.header('x-seen', String(reply.statusCode)));
    app.get('/me', guarded(requireAuth(), showUser));
    const agent = await listen(app);
    const handshake = { ...page, cookie: `__client_uat_${SUFFIX}=1; __clerk_db_jwt_${SUFFIX}=dvb` };
    expect((await agent.get('/me')).headers['x-seen']).toBe('401');
    expect((await agent.get('/me').set(handshake)).headers['x-seen']).toBe('307');
    expect((await agent.get('/me').set({ ...page })).headers['x-seen']).toBe('307');
    expect((await agent.get('/me').set(bearer(fixtures.tokens.admin))).headers['x-seen']).toBe('200');
  });

  it('runs no handler behind a denial if a hook takes its time', async () => {
    const app = createGuarded();
    app.addHook('onSend', async () => new Promise<void>((resolve) => setImmediate(resolve)));
    let runs = 0;
    app.get(
      '/me',
      guarded(requireAuth(), async () => ({ runs: (runs += 1) })),
    );
    const agent = await listen(app);
    const answer = await agent.get('/me');
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(runs).toBe(0);
  });

  const hangUps: [string, object, (app: FastifyInstance, until: Promise<void>) => void][] = [
    ['onSend waits', {}, (app, until) => void app.addHook('onSend', async () => until)],
    [
      '`onDenied` streams its answer',
      {
        onDenied: (_denial: unknown, _request: unknown, reply: FastifyReply) => reply.send(new Readable({ read() {} })),
      },
      () => undefined,
    ],
    [
      '`onDenied` waits, and onSend does',
      { onDenied: (_denial: unknown, _request: unknown, reply: FastifyReply) => reply },
      (app, until) => void app.addHook('onSend', async () => until),
    ],
  ];
  it.each(hangUps)('refuses a client that hangs up on its denial while %s', async (_, more, prepare) => {
    const app = createGuarded(more);
    const answering = deferred();
    prepare(app, answering.promise);
    let runs = 0;
    const denied = deferred<FastifyReply['raw']>();
    const after = async (): Promise<void> => void (runs += 1);
    app.addHook('preHandler', async (_request, reply) => denied.resolve(reply.raw));
    app.route({ method: 'GET', url: '/me', preHandler: [requireAuth(), after], handler: after });
    await listen(app);
    const socket = connect(portOf(app), '127.0.0.1', () => socket.write('GET /me HTTP/1.1\r\nHost: a.example\r\n\r\n'));
    socket.on('error', () => undefined);
    const raw = await denied.promise;
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    // What waits for the answer listens before this does, and has its turn before the next.
    const closed = once(raw, 'close');
    socket.destroy();
    await closed;
    await turn();
    expect(runs).toBe(0);
    answering.resolve();
    await turn();
    expect(runs).toBe(0);
  });

  it('passes what `onDenied` throws to an error handler, and answers an outage with its status', async () => {
    const app = createGuarded({ onDenied: () => Promise.reject(new Error('own answer failed')) });
    const seen: string[] = [];
    app.setErrorHandler((error: Error & { status?: number }, _request, reply) => {
      seen.push(error.message);
      return reply.code(error.status ?? 500).send({ failed: error.message });
    });
    app.get('/me', guarded(requireAuth(), showUser));
    expect((await (await listen(app)).get('/me')).body).toEqual({ failed: 'own answer failed' });
    expect(seen).toEqual(['own answer failed']);
  });

  it('answers 503 with Retry-After for an outage that the application does not catch, without details', async () => {
    const app = createGuarded();
    app.get('/machine', async (request) => ({
      is: (await authenticate(request, { acceptsToken: 'api_key' })).tokenType,
    }));
    const agent = await listen(app);
    const get = () => agent.get('/machine').set('authorization', `Bearer ${fixtures.tokens.apiKey}`);
    expect((await get()).body).toEqual({ is: 'api_key' });
    fixtures.clock.advance(60_000);
    fixtures.goDown();
    const answer = await get();
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(answer.text).not.toContain(fixtures.tokens.apiKey);
  });

  it.each(['after', 'before'])('keeps a session uncached if onSend %s ours sets caching headers', async (when) => {
    const app = create();
    const publish = () =>
      app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'public, max-age=600'));
    if (when === 'before') publish();
    await app.register(clerkMiddleware(fixtures.options));
    if (when === 'after') publish();
    app.get('/open', showUser);
    const agent = await listen(app);
    expect((await agent.get('/open')).headers['cache-control']).toBe('public, max-age=600');
    const cookies = renewSession(fixtures);
    const answer = await agent.get('/open').set(browserCookies(fixtures.tokens.expired));
    expect(answer.body).toEqual({ userId: 'user_ada' });
    expect(answer.headers['cache-control']).toBe('private, no-store');
    expect(answer.headers['vary']).toBe('Cookie');
    expect(answer.headers['set-cookie']).toEqual(cookies);
  });

  it('sends the cookies of a session if a handler takes the reply over', async () => {
    const app = createGuarded();
    app.get('/events', async (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'cache-control': 'public' }).end('event');
    });
    const agent = await listen(app);
    const cookies = renewSession(fixtures);
    const answer = await agent.get('/events').set(browserCookies(fixtures.tokens.expired));
    expect(answer.headers['set-cookie']).toEqual(cookies);
    expect(answer.headers['cache-control']).toBe('private, no-store');
  });
});

describe('guards', () => {
  it('answer before the body is read as onRequest, and behind the validation as preHandler', async () => {
    const app = createGuarded();
    const schema = { body: { type: 'object', required: ['amount'] } };
    app.post('/early', { schema, onRequest: requireAuth() }, showUser);
    app.post('/late', { schema, preHandler: requireAuth() }, showUser);
    const agent = await listen(app);
    expect((await agent.post('/early').send({})).status).toBe(401);
    expect((await agent.post('/early').set(bearer(fixtures.tokens.admin)).send({})).status).toBe(400);
    expect((await agent.post('/late').send({})).status).toBe(400);
    expect((await agent.post('/late').send({ amount: 1 })).status).toBe(401);
    for (const path of ['/early', '/late'])
      expect((await agent.post(path).set(bearer(fixtures.tokens.admin)).send({ amount: 1 })).body).toEqual({
        userId: 'user_ada',
      });
  });

  it('cover every route of a context as a hook', async () => {
    const app = createGuarded();
    app.get('/open', showUser);
    await app.register(async (child) => {
      child.addHook('onRequest', requireAuth());
      child.get('/me', showUser);
    });
    const agent = await listen(app);
    expect((await agent.get('/open')).body).toEqual({ userId: null });
    expect((await agent.get('/me')).status).toBe(401);
    expect((await agent.get('/me').set(bearer(fixtures.tokens.admin))).body).toEqual({ userId: 'user_ada' });
  });

  it('stop the request if a hook of the application awaits them', async () => {
    const app = createGuarded();
    const guard = requireAuth();
    let goesOn = 0;
    app.addHook('onRequest', async (request, reply) => {
      await guard(request, reply);
      if (!reply.sent) goesOn += 1;
    });
    app.get('/me', showUser);
    const agent = await listen(app);
    expect((await agent.get('/me')).status).toBe(401);
    expect(goesOn).toBe(0);
    expect((await agent.get('/me').set(bearer(fixtures.tokens.admin))).body).toEqual({ userId: 'user_ada' });
    expect(goesOn).toBe(1);
  });

  it('throw in front of the middleware', async () => {
    const app = create();
    app.addHook('onRequest', requireAuth());
    await app.register(clerkMiddleware(fixtures.options));
    app.get('/me', showUser);
    expect((await (await listen(app)).get('/me').set(bearer(fixtures.tokens.admin))).status).toBe(500);
  });
});

type OnDenied = (denial: { status: number }, request: FastifyRequest, reply: FastifyReply) => unknown;

describe('onDenied', () => {
  const problem = new Error('own answer failed');
  const own = { own: 401 };
  const byDefault = { errors: [{ code: 'unauthenticated' }] };
  const ways: [string, OnDenied, number, object][] = [
    ['sends', ({ status }, _request, reply) => void reply.code(418).send({ own: status }), 418, own],
    ['returns what it has sent', ({ status }, _request, reply) => reply.code(418).send({ own: status }), 418, own],
    [
      'returns the reply and sends later',
      ({ status }, _request, reply) => {
        setImmediate(() => void reply.code(418).send({ own: status }));
        return reply;
      },
      418,
      own,
    ],
    [
      'waits and sends',
      async ({ status }, _request, reply) => {
        await new Promise((resolve) => setImmediate(resolve));
        void reply.code(418).send({ own: status });
      },
      418,
      own,
    ],
    [
      'writes to the socket itself',
      ({ status }, _request, reply) => {
        reply.hijack();
        reply.raw.writeHead(418, { 'content-type': 'application/json' }).end(JSON.stringify({ own: status }));
      },
      418,
      own,
    ],
    ['hides the page', (_denial, _request, reply) => reply.callNotFound(), 404, { message: 'Route GET:/me not found' }],
    ['throws', () => fail(problem), 500, { message: problem.message }],
    ['rejects', () => Promise.reject(problem), 500, { message: problem.message }],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an application may
    ['rejects with nothing', () => Promise.reject(undefined), 500, {}],
    ['sends nothing', () => undefined, 401, byDefault],
    ['returns something', () => ({ isAuthenticated: true }), 401, byDefault],
    ['gives up behind a wait', () => new Promise((resolve) => setImmediate(resolve)), 401, byDefault],
    ['sets a status alone', (_denial, _request, reply) => void reply.code(200), 401, byDefault],
  ];
  const slow: [string, (app: FastifyInstance) => unknown][] = [
    ['', () => undefined],
    [
      ', with hooks that take their time',
      (app) => {
        const wait = () => new Promise<void>((resolve) => setImmediate(resolve));
        app.addHook('preSerialization', wait as never).addHook('onSend', wait as never);
      },
    ],
  ];
  it.each(slow.flatMap(([title, prepare]) => ways.map(([way, ...rest]) => [way, title, prepare, ...rest] as const)))(
    '%s%s',
    async (_way, _title, prepare, onDenied, status, body) => {
      const app = create();
      prepare(app);
      await app.register(clerkMiddleware({ ...fixtures.options, onDenied: onDenied as never }));
      let runs = 0;
      let answers = 0;
      app.addHook('onSend', async () => void (answers += 1));
      app.get(
        '/me',
        guarded(requireAuth(), () => ({ runs: (runs += 1) })),
      );
      const answer = await (await listen(app)).get('/me');
      expect(answer.body).toMatchObject(body);
      expect(answer.status).toBe(status);
      expect(runs).toBe(0);
      expect(answers).toBeLessThanOrEqual(1);
    },
  );

  it('cuts off an answer that it begins and does not end', async () => {
    const app = createGuarded({
      onDenied: (_denial: unknown, _request: unknown, reply: FastifyReply) => void reply.raw.write('begun '),
    });
    app.get('/me', guarded(requireAuth(), showUser));
    await expect((await listen(app)).get('/me')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

function fail(error: Error): never {
  throw error;
}

describe('a value of another plugin at `request.auth`', () => {
  const mallory = { isAuthenticated: true, userId: 'user_mallory' };
  const FIXED = { value: mallory, writable: false, configurable: false };
  const show = (request: FastifyRequest) => ({ userId: request.auth.userId, get: getAuth(request).userId });
  const nobody = { userId: null, get: null };
  const ada = { userId: 'user_ada', get: 'user_ada' };

  it.each<[string, (app: FastifyInstance) => unknown]>([
    ['a decorator', (app) => app.decorateRequest('auth', 'user_mallory' as never)],
    ['a getter', (app) => app.decorateRequest('auth', { getter: () => mallory as never })],
    [
      'a getter and a setter',
      (app) => app.decorateRequest('auth', { getter: () => mallory, setter: () => 0 } as never),
    ],
    [
      'a value of a hook in front',
      (app) => app.addHook('onRequest', async (request) => void (request.auth = mallory as never)),
    ],
  ])('replaces %s', async (_, decorate) => {
    const app = create();
    decorate(app);
    await app.register(clerkMiddleware(fixtures.options));
    app.get('/open', show);
    app.get('/me', { preHandler: requireAuth() }, show);
    const agent = await listen(app);
    expect((await agent.get('/open')).body).toEqual(nobody);
    expect((await agent.get('/me')).status).toBe(401);
    expect((await agent.get('/me').set(bearer(fixtures.tokens.admin))).body).toEqual(ada);
  });

  it('ignores a value that a later hook writes, for guards and handlers', async () => {
    const app = createGuarded();
    app.addHook('onRequest', async (request) => void (request.auth = mallory as never));
    app.get('/me', { preHandler: requireAuth() }, show);
    const agent = await listen(app);
    expect((await agent.get('/me')).status).toBe(401);
    expect((await agent.get('/me').set(bearer(fixtures.tokens.admin))).body).toEqual(ada);
  });

  it('throws if the value cannot be replaced', async () => {
    const app = create();
    app.addHook('onRequest', async (request) => void Object.defineProperty(request, 'auth', FIXED));
    await app.register(clerkMiddleware(fixtures.options));
    app.get('/open', show);
    const answer = await (await listen(app)).get('/open');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('mallory');
  });
});

describe('app.inject()', () => {
  it('needs no server', async () => {
    const app = createGuarded();
    app.get('/me', guarded(requireAuth(), showUser));
    expect((await app.inject('/me')).statusCode).toBe(401);
    expect((await app.inject({ url: '/me', headers: bearer(fixtures.tokens.admin) })).json()).toEqual({
      userId: 'user_ada',
    });
    const handshake = await app.inject({ url: '/me', headers: { ...page, cookie: `__client_uat_${SUFFIX}=1` } });
    expect(handshake.statusCode).toBe(307);
    expect(app.server.listening).toBe(false);
  });
});

describe('trustProxy', () => {
  const forwarded = { ...page, host: 'a.example', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' };
  it.each<[FastifyServerOptions['trustProxy'], string]>([
    [true, 'https://shop.example/me'],
    ['127.0.0.0/8', 'https://shop.example/me'],
    [['10.0.0.0/8', '127.0.0.1'], 'https://shop.example/me'],
    [(address) => address === '127.0.0.1', 'https://shop.example/me'],
    ['10.0.0.0/8', 'http://a.example/me'],
    [() => false, 'http://a.example/me'],
    [1 as never, 'http://a.example/me'],
    [false, 'http://a.example/me'],
  ])('%j: the URL to come back to is %s', async (trustProxy, url) => {
    const app = createGuarded({}, { trustProxy: trustProxy! });
    app.get('/me', guarded(requireAuth({ redirect: true }), showUser));
    const agent = await listen(app);
    for (const more of [{}, { 'x-forwarded-for': '127.0.0.1, 127.0.0.1' }]) {
      const { headers } = await agent.get('/me').set({ ...forwarded, ...more });
      expect(new URL(headers['location'] ?? '').searchParams.get('redirect_url')).toBe(url);
    }
  });
});

describe('the Frontend API proxy', () => {
  it('names the remedy and answers at once if a hook has read the body', async () => {
    const app = create();
    app.addHook('onRequest', async ({ raw }) => {
      for await (const _chunk of raw);
    });
    const frontendApiProxy = { enabled: true, fapiUrl: fixtures.clerk.frontendApiUrl };
    await app.register(clerkMiddleware({ ...fixtures.options, frontendApiProxy }));
    const sent = fixtures.clerk.requests.length;
    const answer = await (await listen(app)).post('/__clerk/v1/client').type('form').send('a=1');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('Mount clerkMiddleware() before every body parser');
    expect(fixtures.clerk.requests).toHaveLength(sent);
  });
});

describe('HTTP/2', () => {
  it('serves a request and trusts :authority', async () => {
    const app = fastify({ http2: true });
    await app.register(clerkMiddleware(fixtures.options));
    app.get('/me', { preHandler: requireAuth({ redirect: true }) as never }, async (request) => ({
      userId: (request as unknown as FastifyRequest).auth.userId,
    }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const client = connectHttp2(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    const get = async (headers: Record<string, string>) => {
      const stream = client.request({ ':path': '/me', ':authority': 'a.example', ...headers });
      const [answer] = (await once(stream, 'response')) as [Record<string, string>];
      return { status: answer[':status'], headers: answer, text: Buffer.concat(await stream.toArray()).toString() };
    };
    expect((await get({})).status).toBe(401);
    expect((await get(bearer(fixtures.tokens.admin))).text).toBe('{"userId":"user_ada"}');
    const { headers } = await get(page);
    expect(new URL(headers['location'] ?? '').searchParams.get('redirect_url')).toBe('http://a.example/me');
    const cookies = renewSession(fixtures);
    const renewed = await get(browserCookies(fixtures.tokens.expired));
    expect(renewed.headers).toMatchObject({ 'set-cookie': cookies, 'cache-control': 'private, no-store' });
    client.close();
    await app.close();
  });
});
