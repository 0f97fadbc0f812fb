/** WebSockets over real sockets: the ws package as client and server. */
import { createServer, type Server } from 'node:http';
import { authenticateUpgrade, createAuthenticator, refuseUpgrade, type UpgradeOptions } from 'bailiff';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createClock, createKey, m2mToken, oauthToken, sessionToken, T0, T0_S } from '../../support/tokens.js';
import { listen, portOf } from '../../support/listen.js';

const key = createKey();
const ORIGIN = 'https://app.acornbooks.example';
const clock = createClock();
const authenticator = createAuthenticator({
  secretKey: 'sk_live_upgradeupgradeupgradeupgrade',
  publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
  jwtKey: key.pem,
  now: clock,
});
const cookie = `__client_uat=${T0_S - 100}; __session=${sessionToken(key)}`;

let server: Server;
/** Timers of sockets, fired by hand. */
let timers: { run: () => void; ms: number; cancelled: boolean }[];

async function serve(options: UpgradeOptions): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true });
  server = createServer();
  server.on('upgrade', (request, socket, head) => {
    void authenticateUpgrade(authenticator, request, options).then((result) => {
      if (!result.allowed) return refuseUpgrade(socket, result);
      sockets.handleUpgrade(request, socket, head, (open) => {
        const cancel = result.closeAtExpiry(open, (run, ms) => {
          const timer = { run, ms, cancelled: false };
          timers.push(timer);
          return () => void (timer.cancelled = true);
        });
        open.on('close', cancel);
        open.send(
          JSON.stringify({ user: 'userId' in result.auth ? result.auth.userId : null, expiresAt: result.expiresAt }),
        );
      });
    });
  });
  await listen(server);
  return `ws://127.0.0.1:${portOf(server)}/socket`;
}

interface Outcome {
  readonly status: number;
  readonly hello?: { user: string | null; expiresAt: number | null };
  readonly socket: WebSocket;
}

function open(url: string, headers: Record<string, string>): Promise<Outcome> {
  const socket = new WebSocket(url, { headers });
  return new Promise((resolve, reject) => {
    socket.on('message', (data: Buffer) => resolve({ status: 101, hello: JSON.parse(data.toString()), socket }));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, socket });
    });
    socket.on('error', reject);
  });
}

beforeEach(() => {
  timers = [];
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('authenticateUpgrade', () => {
  it.each([
    ['a page of an allowed origin', { origin: ORIGIN, cookie }, 101],
    ['a page of another origin with the same cookies', { origin: 'https://evil.example', cookie }, 403],
    ['a page of a sandboxed frame', { origin: 'null', cookie }, 403],
    ['cookies without an origin', { cookie }, 403],
    ['a client with a token in the header', { authorization: `Bearer ${sessionToken(key)}` }, 101],
    ['a page that is signed out', { origin: ORIGIN }, 401],
    ['a bad token', { origin: ORIGIN, authorization: 'Bearer garbage' }, 401],
    ['a machine where a user is required', { authorization: `Bearer ${m2mToken(key)}` }, 401],
  ])('%s', async (_who, headers, status) => {
    const url = await serve({ allowedOrigins: [ORIGIN] });
    const outcome = await open(url, headers);
    expect(outcome.status).toBe(status);
    if (status === 101) expect(outcome.hello).toEqual({ user: 'user_ada', expiresAt: T0 + 60_000 });
    outcome.socket.close();
  });

  it('checks a requirement and gives the end of a machine token', async () => {
    const url = await serve({ allowedOrigins: [ORIGIN], requirement: { token: 'm2m_token', scope: 'mch_reports' } });
    const allowed = await open(url, { authorization: `Bearer ${m2mToken(key)}` });
    expect(allowed.hello?.expiresAt).toBe(T0 + 3_600_000);
    const narrow = m2mToken(key, { scopes: 'mch_billing', aud: [] });
    expect((await open(url, { authorization: `Bearer ${narrow}` })).status).toBe(403);
  });

  it('never reads a token from the query', async () => {
    const url = await serve({ allowedOrigins: [ORIGIN] });
    expect(
      (await open(`${url}?token=${sessionToken(key)}&access_token=${sessionToken(key)}`, { origin: ORIGIN })).status,
    ).toBe(401);
  });

  it('closes with 4401 when the token ends, not earlier', async () => {
    const url = await serve({ allowedOrigins: [ORIGIN] });
    const { socket } = await open(url, { authorization: `Bearer ${sessionToken(key)}` });
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    const [timer] = timers;
    expect(timer?.ms, 'the end and the skew').toBe(65_000);
    clock.advance(30_000);
    timer?.run();
    expect(timers[1]?.ms).toBe(35_000);
    clock.advance(35_000);
    timers[1]?.run();
    expect(await closed).toBe(4401);
    clock.advance(-65_000);
  });

  it.each([
    [
      'a Web Request',
      new Request('https://app.acornbooks.example/', { headers: { authorization: `Bearer ${sessionToken(key)}` } }),
    ],
    [
      'a view',
      {
        method: 'GET',
        url: '/',
        header: (name: string) => (name === 'authorization' ? `Bearer ${sessionToken(key)}` : null),
      },
    ],
    [
      'a message with nothing but headers',
      { headers: { authorization: `Bearer ${sessionToken(key)}`, accept: ['a', 'b'] } },
    ],
  ])('accepts %s', async (_what, request) => {
    const result = await authenticateUpgrade(authenticator, request, { allowedOrigins: [ORIGIN] });
    expect(result).toMatchObject({ allowed: true, expiresAt: T0 + 60_000 });
  });

  it.each([
    ['an impossible host', { headers: { host: 'a b', origin: ORIGIN } }, {}, 400],
    [
      'a page that a route would redirect',
      {
        headers: { host: 'app.acornbooks.example', origin: ORIGIN, accept: 'text/html', 'sec-fetch-dest': 'document' },
      },
      { requirement: { redirect: true } },
      401,
    ],
    ['prototype names as headers', { headers: { origin: ORIGIN, constructor: 'x' } }, {}, 401],
  ])('refuses %s', async (_what, request, options, status) => {
    const result = await authenticateUpgrade(
      authenticator,
      { method: 'GET', url: '/', ...request },
      { allowedOrigins: [ORIGIN], ...options },
    );
    expect(result).toMatchObject({ allowed: false, status });
  });

  it('gives the end of an OAuth token, and closes nothing after its timer was cancelled', async () => {
    const request = { headers: { authorization: `Bearer ${oauthToken(key)}` } };
    const result = await authenticateUpgrade(authenticator, request, {
      allowedOrigins: [ORIGIN],
      requirement: { token: 'oauth_token' },
    });
    expect(result).toMatchObject({ allowed: true, expiresAt: T0 + 3_600_000 });
    if (!result.allowed) return;
    const closed: number[] = [];
    result.closeAtExpiry({ close: (code) => void closed.push(code) })();
    expect(closed).toEqual([]);
  });

  it('throws without allowed origins', async () => {
    const request = { method: 'GET', url: '/', headers: {} };
    await expect(authenticateUpgrade(authenticator, request)).rejects.toMatchObject({
      code: 'configuration-invalid',
      option: 'allowedOrigins',
    });
  });
});
