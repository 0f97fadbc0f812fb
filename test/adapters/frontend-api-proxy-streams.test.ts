/** What becomes of a proxied exchange that does not go its usual way: somebody hangs up, or answers too early. */
import {
  createServer,
  request as send,
  Agent,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createEnvironments } from './contract/harness.js';
import { deferred } from '../support/deferred.js';
import { frameworks, type AppSpec } from './frameworks.js';
import { listen, originOf } from '../support/listen.js';

const MEGABYTE = 1_000_000;
const GET = 'GET /__clerk/v1/client HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

describe.each(frameworks)('$name', (framework) => {
  /** The Express adapter, whatever the server: it has Node's own request and response. */
  const onNode = !framework.name.startsWith('Hono');
  const environments = createEnvironments(framework);
  const upstreams: Server[] = [];
  const agents: Agent[] = [];
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.destroy();
    for (const upstream of upstreams.splice(0)) {
      upstream.closeAllConnections();
      upstream.close();
    }
  });

  /** A Frontend API that does as the test says, and this server in front of it. */
  async function open(
    upstream: RequestListener,
    {
      first = [],
      source = (options) => options,
    }: { first?: AppSpec['first']; source?: (options: object) => unknown } = {},
  ) {
    const server = createServer(upstream);
    upstreams.push(server);
    await listen(server);
    const fapiUrl = originOf(server);
    const { served } = await environments.open({ routes: [], first }, ({ options }) => [
      [source(options), { frontendApiProxy: { enabled: true, fapiUrl } }],
    ]);
    return served;
  }

  /** One exchange on a connection that is kept: the next one of the same agent uses it again. */
  async function exchange(port: number, agent: Agent, path: string, body?: Buffer) {
    const method = body === undefined ? 'GET' : 'POST';
    const request = send({
      host: '127.0.0.1',
      port,
      agent,
      path,
      method,
      headers: body && { 'content-length': body.length },
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const connection = response.socket.localPort;
    // An answer that comes early may end the connection under what is still being sent.
    request.on('error', () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode, body: Buffer.concat(chunks), connection };
  }
  const keeping = () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  };

  it('aborts the call if the browser hangs up before the answer', async () => {
    let reached = (): void => undefined;
    const asked = new Promise<void>((resolve) => (reached = resolve));
    let left = (): void => undefined;
    const givenUp = new Promise<void>((resolve) => (left = resolve));
    const served = await open((_req, res) => {
      // Never answered: only the proxy's own hanging up ends this.
      res.once('close', () => left());
      reached();
    });
    const socket = connect(served.port, '127.0.0.1', () => socket.write(GET));
    await asked;
    socket.destroy();
    await givenUp;
    expect(served.errors).toEqual([]);
  });

  it('aborts the answer if the browser hangs up in the middle of it', async () => {
    let left = (finished: boolean): void => void finished;
    const givenUp = new Promise<boolean>((resolve) => (left = resolve));
    const served = await open((_req, res) => {
      res.once('close', () => left(res.writableFinished));
      res.write('the beginning');
    });
    const socket = connect(served.port, '127.0.0.1', () => socket.write(GET));
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes('the beginning')) break;
    }
    socket.destroy();
    expect(await givenUp).toBe(false);
    expect(served.errors).toEqual([]);
  });

  it('aborts the answer if the browser hangs up before its first byte', async () => {
    const left = deferred();
    const reached = deferred();
    const served = await open((_req, res) => {
      res.once('close', () => left.resolve());
      res.flushHeaders();
      reached.resolve();
    });
    const socket = connect(served.port, '127.0.0.1', () => socket.write(GET));
    await reached.promise;
    socket.destroy();
    await left.promise;
    expect(served.errors).toEqual([]);
  });

  // Fastify takes no middleware in front of its plugin.
  const inFront = it.each(framework.name === 'Fastify 5' ? [] : ['while the options of its request were worked out']);
  inFront('asks nothing for a browser that hung up %s', async () => {
    const begun = deferred();
    const gone = deferred();
    const known = deferred();
    const asked: (string | undefined)[] = [];
    const leaving = (...given: unknown[]): unknown => {
      const res = onNode ? given[1] : (given[0] as { env: { outgoing: unknown } }).env.outgoing;
      (res as ServerResponse).once('close', () => gone.resolve());
      return (given.at(-1) as () => unknown)();
    };
    const served = await open((req, res) => res.end(void asked.push(req.url)), {
      first: [() => leaving],
      source: (options) =>
        framework.perRequest((header) => {
          if (header('x-waits') === undefined) return options;
          begun.resolve();
          return known.promise.then(() => options);
        }),
    });
    const socket = connect(served.port, '127.0.0.1', () =>
      socket.write('GET /__clerk/v1/first HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Waits: yes\r\n\r\n'),
    );
    await begun.promise;
    socket.destroy();
    await gone.promise;
    known.resolve();
    expect((await exchange(served.port, keeping(), '/__clerk/v1/second')).status).toBe(200);
    expect(asked).toEqual(['/v1/second']);
    expect(served.errors).toEqual([]);
  });

  it("breaks the browser's answer off if the Frontend API breaks off", async () => {
    const served = await open((_req, res) => {
      res.write('the beginning', () => res.destroy());
    });
    const answer = await fetch(`${served.url}/__clerk/v1/client`);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    expect(served.errors).toEqual([]);
  });

  it('never completes a request that the browser broke off', async () => {
    let ended = (how: string): void => void how;
    const seen = new Promise<string>((resolve) => (ended = resolve));
    let reached = (): void => undefined;
    const asked = new Promise<void>((resolve) => (reached = resolve));
    const served = await open((req) => {
      req.once('data', () => reached());
      req.once('end', () => ended('whole'));
      req.once('error', () => ended('broken off'));
    });
    const socket = connect(served.port, '127.0.0.1', () =>
      socket.write('POST /__clerk/v1/client HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf'),
    );
    await asked;
    socket.destroy();
    expect(await seen).toBe('broken off');
    expect(served.errors).toEqual([]);
  });

  it('passes on a 413 that arrives before the body was read', async () => {
    const served = await open((req, res) => {
      if (req.method === 'GET') res.end('next');
      else res.writeHead(413).end('too large');
    });
    const agent = keeping();
    const first = await exchange(served.port, agent, '/__clerk/v1/me/profile_image', Buffer.alloc(4 * MEGABYTE));
    expect([first.status, first.body.toString()]).toEqual([413, 'too large']);
    // @hono/node-server ends the connection of a body that was read in part; the others serve the next request.
    const next = await exchange(served.port, onNode ? agent : keeping(), '/__clerk/v1/client');
    expect([next.status, next.body.toString()]).toEqual([200, 'next']);
    if (onNode) expect(next.connection).toBe(first.connection);
  });

  it('lets the rest of a body go by that the fetch of the application has given up', async () => {
    const sending = async (_url: string, { body }: { readonly body?: ReadableStream<Uint8Array> | null }) => {
      const reader = body?.getReader();
      await reader?.read();
      await reader?.cancel();
      return new Response(reader === undefined ? 'next' : 'enough');
    };
    const served = await open(() => undefined, { source: (options) => ({ ...options, fetch: sending }) });
    const agent = keeping();
    const first = await exchange(served.port, agent, '/__clerk/v1/me/profile_image', Buffer.alloc(MEGABYTE));
    expect([first.status, first.body.toString()]).toEqual([200, 'enough']);
    const next = await exchange(served.port, onNode ? agent : keeping(), '/__clerk/v1/client');
    expect([next.status, next.body.toString()]).toEqual([200, 'next']);
    if (onNode) expect(next.connection).toBe(first.connection);
    expect(served.errors).toEqual([]);
  });

  it('refuses a request without reading it, and serves the next one on the connection', async () => {
    const served = await open((_req, res) => res.end('next'));
    const agent = keeping();
    const first = await exchange(served.port, agent, '/__clerk/..%2fadmin', Buffer.alloc(4 * MEGABYTE));
    expect(first.status).toBe(400);
    const next = await exchange(served.port, agent, '/__clerk/v1/client');
    expect([next.status, next.connection]).toEqual([200, first.connection]);
  });

  it('streams large bodies both ways, byte for byte', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const served = await open((req, res) => req.pipe(res));
    const body = Buffer.from(Uint8Array.from({ length: 8 * MEGABYTE }, (_, index) => (index * 31) % 256));
    const answer = await exchange(served.port, keeping(), '/__clerk/v1/echo', body);
    process.off('warning', note);
    expect(answer.body.equals(body)).toBe(true);
    expect(warnings).toEqual([]);
  });
});
