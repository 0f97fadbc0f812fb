/** Servers that know nothing of Express: the page of the documentation as it stands, and what only some of them do. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttp2, connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { clerkMiddleware, requireAuth } from 'bailiff/express';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import connect from 'connect';
import { Server as SocketServer } from 'socket.io';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { callsOf, OPERATIONS } from '../support/clerk.js';
import { browserCookies, createFixtures, renewSession, SUFFIX, type Fixtures } from './fixtures.js';
import { listen, portOf } from '../support/listen.js';

const SECRET = `whsec_${Buffer.from('a signing secret for tests').toString('base64')}`;
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(server: Server): Promise<string> {
  await listen(server);
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${portOf(server)}`;
}

/** Through the socket's own client: `fetch` may not set `Cookie` and `Referer` on every runtime. */
async function get(host: string, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`http://${host}${path}`, { headers, redirect: 'manual' });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

const samples = join(import.meta.dirname, 'connect-style-samples');
const page = readFileSync(join(import.meta.dirname, '../../docs/connect.md'), 'utf8');

describe('the page of the documentation', () => {
  let clerk: LocalInstance;
  let token: string;
  beforeAll(async () => {
    clerk = await startLocalInstance();
    token = await clerk.createSessionToken({ userId: 'user_ada' });
    for (const [name, value] of Object.entries({ ...clerk.env, CLERK_WEBHOOK_SIGNING_SECRET: SECRET }))
      vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await clerk.close();
  });

  it('shows exactly the files of the samples', () => {
    const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
    const files = readdirSync(samples).map((file) => readFileSync(join(samples, file), 'utf8'));
    expect(blocks.toSorted()).toEqual(files.toSorted());
  });

  const SERVERS: Readonly<Record<string, () => Promise<Server>>> = {
    node: async () => (await import('./connect-style-samples/node.js')).server,
    connect: async () => createServer((await import('./connect-style-samples/connect.js')).app),
    polka: async () => {
      const { app } = await import('./connect-style-samples/polka.js');
      return createServer((req, res) => void app.handler(req as never, res));
    },
    fastify: async () => {
      const { app } = await import('./connect-style-samples/fastify.js');
      await app.ready();
      return app.server;
    },
  };
  it.each(Object.entries(SERVERS))('%s: lets a signed-in user in and refuses everybody else', async (_, start) => {
    const host = await serve(await start());
    const bearer = await get(host, '/me', { authorization: `Bearer ${token}` });
    expect([bearer.status, bearer.text]).toEqual([200, expect.stringMatching(/^Hello user_/)]);
    const nobody = await get(host, '/me');
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(JSON.parse(nobody.text)).toMatchObject({ errors: [{ code: 'unauthenticated' }] });
    expect((await get(host, '/me', { authorization: `Bearer ${token}x` })).status).toBe(401);
  });

  it('Socket.IO: opens sockets for a signed-in user, by polling and by WebSocket', async () => {
    const { server } = await import('./connect-style-samples/socket-io.js');
    const host = await serve(server);
    const authorization = `Bearer ${token}`;
    const polling = '/socket.io/?EIO=4&transport=polling';
    expect((await get(host, polling, { authorization })).text).toMatch(/^0\{"sid":/);
    expect((await get(host, polling)).status).toBe(401);
    expect((await get(host, polling, { authorization, origin: 'https://evil.example' })).status).toBe(403);

    const dial = (headers: Record<string, string>) =>
      new WebSocket(`ws://${host}/socket.io/?EIO=4&transport=websocket`, { headers });
    const socket = dial({ authorization, origin: 'https://app.example.com' });
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject).on('message', (data: Buffer) => {
        said.push(data.toString());
        if (said.length === 1) socket.send('40');
        if (said.length === 3) resolve();
      });
    });
    socket.close();
    expect(said[2]).toMatch(/^42\["hello","user_/);
    for (const headers of [{}, { authorization: 'Bearer x' }, { authorization, origin: 'https://evil.example' }]) {
      await expect(once(dial(headers as Record<string, string>), 'open')).rejects.toThrow();
    }
  });

  it('verifies webhooks from the unread stream', async () => {
    const { server } = await import('./connect-style-samples/webhook.js');
    const host = await serve(server);
    const body = '{"type":"session.created","object":"event","data":{"id":"sess_1","object":"session"}}';
    const seconds = String(Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64')).update(`msg_1.${seconds}.${body}`);
    const headers = { 'svix-id': 'msg_1', 'svix-timestamp': seconds, 'svix-signature': `v1,${mac.digest('base64')}` };
    const post = async (text: string) =>
      (await fetch(`http://${host}/`, { method: 'POST', headers, body: text })).status;
    expect(await post(body)).toBe(204);
    expect(await post(`${body} `)).toBe(400);
    expect(await post('a'.repeat(1_000_001))).toBe(413);
  });
});

describe('a plain request', () => {
  let fixtures: Fixtures;
  beforeEach(async () => {
    fixtures = await createFixtures();
  });
  const guarded = (options: object = {}): RequestListener => {
    const middleware = clerkMiddleware({ ...fixtures.options, ...options });
    const guard = requireAuth();
    return (req, res) => {
      const failed = (error: unknown) => res.writeHead(500).end(String(error));
      middleware(req, res, (error) =>
        error ? failed(error) : guard(req, res, (again) => (again ? failed(again) : res.end('in'))),
      );
    };
  };
  const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' };
  const cookie = () =>
    `__session_${SUFFIX}=${fixtures.tokens.admin}; __client_uat_${SUFFIX}=1; __clerk_db_jwt_${SUFFIX}=dvb`;
  const returnTo = (location: string | null) => new URL(location ?? '').searchParams.get('redirect_url');

  it('signs in a page of the same host by its cookies, and renews the session of a page of another host', async () => {
    const host = await serve(createServer(guarded()));
    const load = (referer: string) => get(host, '/me', { ...PAGE, cookie: cookie(), referer });
    expect((await load(`http://${host}/list`)).status).toBe(200);
    const answer = await load('https://elsewhere.example/');
    expect([answer.status, returnTo(answer.headers.get('location'))]).toEqual([307, `http://${host}/me`]);
  });

  it('has an https origin over TLS, whatever the forwarded headers say', async () => {
    const listener = guarded();
    const host = await serve(
      createServer((req, res) => {
        Object.defineProperty(req.socket, 'encrypted', { value: true });
        listener(req, res);
      }),
    );
    const answer = await get(host, '/me', { ...PAGE, 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example' });
    expect(returnTo(answer.headers.get('location'))).toBe(`https://${host}/me`);
  });

  it('takes its host from :authority over HTTP/2', async () => {
    const server = createHttp2(guarded() as never);
    await listen(server);
    const host = `127.0.0.1:${portOf(server)}`;
    const session = connectHttp2(`http://${host}`);
    open.push(() => (session.destroy(), server.close()));
    const ask = async (headers: Record<string, string>) => {
      const stream = session.request({ ':path': '/me', ...headers });
      const [head] = (await once(stream, 'response')) as [Record<string, string | number>];
      stream.close();
      return head;
    };
    expect((await ask({ ...PAGE, cookie: cookie(), referer: `http://${host}/list` }))[':status']).toBe(200);
    const moved = await ask(PAGE);
    expect([moved[':status'], returnTo(String(moved['location']))]).toEqual([307, `http://${host}/me`]);
    expect((await ask({}))[':status']).toBe(401);
  });

  it('keeps its whole URL below a mounted handler', async () => {
    const app = connect();
    app.use('/api', guarded() as never);
    const host = await serve(createServer(app));
    const answer = await get(host, '/api/me?a=1', PAGE);
    expect(returnTo(answer.headers.get('location'))).toBe(`http://${host}/api/me?a=1`);
  });

  it('gets the error that its handler throws, and reports no fault', async () => {
    const events: string[] = [];
    const options = {
      ...fixtures.options,
      logger: false,
      onEvent: ({ type }: { type: string }) => events.push(type),
    } as const;
    const [middleware, guard] = [clerkMiddleware(options), requireAuth()];
    const boom = (): never => {
      throw new Error('boom');
    };
    const host = await serve(
      createServer((req, res) => {
        const failed = (error: unknown) => res.writeHead(500).end(String(error));
        middleware(req, res, (error) => {
          if (error) failed(error);
          else if (req.url === '/open') boom();
          else guard(req, res, (again) => (again ? failed(again) : boom()));
        });
      }),
    );
    const authorization = `Bearer ${fixtures.tokens.admin}`;
    for (const path of ['/open', '/guarded', '/guarded']) {
      const answer = await get(host, path, { authorization });
      expect([answer.status, answer.text]).toEqual([500, 'Error: boom']);
    }
    expect(events).toContain('authenticated');
    expect(events).not.toContain('fault');
  });

  it('is cut off if an answer has begun and `onDenied` asks for the default one', async () => {
    const app = connect();
    app.use((_req, res, next) => (res.write('begun'), next()));
    app.use(clerkMiddleware({ ...fixtures.options, onDenied: (_denial, _req, _res, next) => next() }));
    app.use(requireAuth());
    const host = await serve(createServer(app));
    await expect(get(host, '/me')).rejects.toThrow();
  });

  it('renews nothing for an upgrade, whose answer could not set cookies, but renews the session for long polling', async () => {
    const server = createServer();
    const io = new SocketServer(server);
    open.push(() => io.close());
    io.engine.use(clerkMiddleware(fixtures.options));
    io.engine.use(requireAuth());
    const host = await serve(server);
    const cookies = renewSession(fixtures);
    const dial = (token: string) =>
      new WebSocket(`ws://${host}/socket.io/?EIO=4&transport=websocket`, { headers: browserCookies(token) });
    await expect(once(dial(fixtures.tokens.expired), 'open')).rejects.toThrow();
    expect(callsOf(fixtures.clerk, OPERATIONS.refresh)).toBe(0);
    const socket = dial(fixtures.tokens.admin);
    const [response] = (await once(socket, 'upgrade')) as [IncomingMessage];
    expect(response.headers['set-cookie']).toBeUndefined();
    socket.terminate();
    const polled = await get(host, '/socket.io/?EIO=4&transport=polling', browserCookies(fixtures.tokens.expired));
    expect([polled.status, polled.headers.getSetCookie()]).toEqual([200, expect.arrayContaining([...cookies])]);
  });
});
