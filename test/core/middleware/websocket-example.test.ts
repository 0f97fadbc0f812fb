/** The example of docs/websockets.md as it stands there, run over real sockets while Clerk is there and while it is not. */
import { readFileSync } from 'node:fs';
import http, { type Server } from 'node:http';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import * as bailiff from 'bailiff';
import type { Fault } from 'bailiff-local';
import ts from 'typescript';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import * as ws from 'ws';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { sessionToken } from '../../support/tokens.js';
import { key, PK_LIVE, SECRET_KEY, useBackend } from '../fixtures.js';
import { portOf } from '../../support/listen.js';

const backend = useBackend();
const page = readFileSync(resolve(import.meta.dirname, '../../../docs/websockets.md'), 'utf8');
const example = /## With `ws`\n\n```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

/** Runs the example; its server listens on a port that is free. */
async function run(): Promise<Server> {
  const started: Server[] = [];
  const modules: Readonly<Record<string, unknown>> = {
    bailiff,
    ws,
    'node:http': {
      createServer: () => {
        const server = http.createServer();
        const listen = server.listen.bind(server);
        server.listen = () => listen(0, '127.0.0.1');
        started.push(server);
        return server;
      },
    },
  };
  const module = ts.ModuleKind.CommonJS;
  const code = ts.transpileModule(example, { compilerOptions: { module, target: ts.ScriptTarget.ES2022 } });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text of our own page
  new Function('require', 'exports', code.outputText)((name: string) => modules[name], {});
  const [server] = started;
  if (server === undefined) throw new Error('The example starts no server.');
  if (!server.listening) await new Promise((ready) => server.once('listening', ready));
  return server;
}

function open(server: Server, headers: Record<string, string>): Promise<number> {
  const socket = new ws.WebSocket(`ws://127.0.0.1:${portOf(server)}/`, { headers });
  return new Promise((settle, reject) => {
    socket.on('open', () => {
      socket.terminate();
      settle(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      settle(response.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

let server: Server;
const rejections: unknown[] = [];
const note = (reason: unknown) => void rejections.push(reason);
beforeEach(async () => {
  vi.stubEnv('CLERK_SECRET_KEY', SECRET_KEY);
  vi.stubEnv('CLERK_PUBLISHABLE_KEY', PK_LIVE);
  vi.stubEnv('CLERK_API_URL', backend.clerk.apiUrl);
  rejections.length = 0;
  process.on('unhandledRejection', note);
  server = await run();
});
afterEach(() => {
  process.off('unhandledRejection', note);
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

/** Real time: the example has the clock of the machine. */
const token = () => sessionToken(key, {}, {}, Date.now());

it('lets a user in and refuses everybody else', async () => {
  expect(await open(server, { authorization: `Bearer ${token()}` })).toBe(101);
  expect(await open(server, { authorization: 'Bearer x' })).toBe(401);
  expect(await open(server, { origin: 'https://evil.example', authorization: `Bearer ${token()}` })).toBe(403);
});

it.each<[string, Fault]>([
  ['429', { status: 429, retryAfterSeconds: 7, body: { errors: [{ code: 'too_many_requests' }] } }],
  ['500', { status: 500, body: {} }],
  ['nothing', { reset: true }],
])('survives an answer of Clerk: %s', async (_what, fault) => {
  const outage = backend.clerk.fail({ operation: OPERATIONS.jwks, ...fault });
  expect(await open(server, { authorization: `Bearer ${token()}` })).toBe(503);
  expect(callsOf(backend.clerk, OPERATIONS.jwks)).toBeGreaterThan(0);
  outage.stop();
  expect(rejections).toEqual([]);
  expect(server.listening).toBe(true);
});

it('survives a client that leaves while Clerk is asked', async () => {
  const asked = backend.clerk.fail({ operation: OPERATIONS.jwks, hang: true });
  const socket = connect(portOf(server), '127.0.0.1');
  const headers = ['Host: x', 'Upgrade: websocket', 'Connection: upgrade', `Authorization: Bearer ${token()}`];
  socket.write(`GET / HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  await vi.waitFor(() => expect(asked.hits).toBe(1));
  const gone = new Promise((settle) => socket.once('close', settle));
  socket.resetAndDestroy();
  await gone;
  asked.stop();
  expect(await open(server, { authorization: 'Bearer x' })).toBe(401);
  expect(rejections).toEqual([]);
});
