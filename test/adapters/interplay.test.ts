/** Beside other people's middleware: `cors()` on either side, and answers that are streamed. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { serve } from '@hono/node-server';
import * as expressAdapter from 'bailiff/express';
import * as honoAdapter from 'bailiff/hono';
import connect from 'connect';
import cors from 'cors';
import express5 from 'express';
import express4 from 'express4';
import { Hono } from 'hono';
import { cors as honoCors } from 'hono/cors';
import { streamSSE } from 'hono/streaming';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../support/deferred.js';
import { browserCookies, createFixtures, renewSession, type Fixtures } from './fixtures.js';
import { listen, originOf } from '../support/listen.js';

let fixtures: Fixtures;
let server: Server | undefined;
beforeEach(async () => {
  fixtures = await createFixtures();
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Events: `first`, and when `go` comes true, `second`. Where `cors()` stands decides the order. */
interface AppSpec {
  readonly cors: 'before' | 'behind';
  readonly go: Promise<void>;
}

type Chain = {
  use(handler: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void): unknown;
};

function onChain(app: Chain & RequestListener, { cors: place, go }: AppSpec): Server {
  const parts = [cors({ origin: true, credentials: true }) as never, expressAdapter.clerkMiddleware(fixtures.options)];
  for (const part of place === 'before' ? parts : parts.reverse()) app.use(part);
  app.use(expressAdapter.requireAuth());
  app.use((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' });
    res.write('data: first\n\n');
    void go.then(() => res.end('data: second\n\n'));
  });
  return createServer(app);
}

const FRAMEWORKS: Readonly<Record<string, (spec: AppSpec) => Server>> = {
  'Express 5': (spec) => onChain(express5() as never, spec),
  'Express 4': (spec) => onChain(express4() as never, spec),
  connect: (spec) => onChain(connect(), spec),
  Hono: ({ cors: place, go }) => {
    const app = new Hono();
    const parts = [
      honoCors({ origin: (origin) => origin, credentials: true }),
      honoAdapter.clerkMiddleware(fixtures.options),
    ];
    for (const part of place === 'before' ? parts : parts.reverse()) app.use(part);
    app.use(honoAdapter.requireAuth());
    app.get('/', (c) =>
      streamSSE(c, async (stream) => {
        await stream.writeSSE({ data: 'first' });
        await go;
        await stream.writeSSE({ data: 'second' });
      }),
    );
    return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  },
};

async function start(make: (spec: AppSpec) => Server, spec: Partial<AppSpec> = {}): Promise<string> {
  server = make({ cors: 'before', go: Promise.resolve(), ...spec });
  if (!server.listening) await listen(server);
  return `${originOf(server)}/`;
}

const ORIGIN = 'https://app.acornbooks.example';

describe.each(Object.entries(FRAMEWORKS))('%s', (_name, make) => {
  describe.each(['before', 'behind'] as const)('cors() %s the middleware', (place) => {
    it('answers a preflight request without a credential, in front of the guard', async () => {
      const url = await start(make, { cors: place });
      const headers = {
        origin: ORIGIN,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      };
      const answer = await fetch(url, { method: 'OPTIONS', headers });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(answer.headers.get('access-control-allow-headers')).toBe('authorization');
    });

    it('lets a page read its answer and the reason of a refusal', async () => {
      const url = await start(make, { cors: place });
      for (const [authorization, status] of [
        [`Bearer ${fixtures.tokens.admin}`, 200],
        [`Bearer ${fixtures.tokens.forged}`, 401],
        ['', 401],
      ] as const) {
        const answer = await fetch(url, { headers: { origin: ORIGIN, authorization } });
        await answer.text();
        expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, ORIGIN]);
        expect(answer.headers.get('vary')).toMatch(/origin/i);
      }
    });
  });

  describe('a stream of events', () => {
    it('arrives piece by piece, with the cookies of a renewed session', async () => {
      const go = deferred();
      const url = await start(make, { go: go.promise });
      const cookies = renewSession(fixtures);
      const answer = await fetch(url, { headers: browserCookies(fixtures.tokens.expired) });
      expect(answer.status).toBe(200);
      expect(answer.headers.getSetCookie()).toEqual(expect.arrayContaining([...cookies]));
      expect(answer.headers.get('cache-control')).toMatch(/^private, no-store/);
      expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader.read()).value).toBe('data: first\n\n');
      go.resolve();
      expect((await reader.read()).value).toBe('data: second\n\n');
      expect((await reader.read()).done).toBe(true);
    });

    it('does not begin if the browser must renew its session first or is refused', async () => {
      const url = await start(make, { go: new Promise(() => undefined) });
      const page = { accept: 'text/html', 'sec-fetch-dest': 'document' };
      const moved = await fetch(url, { headers: page, redirect: 'manual' });
      expect([moved.status, await moved.text()]).toEqual([307, '']);
      const events = await fetch(url, { headers: { accept: 'text/event-stream' } });
      expect([events.status, events.headers.get('x-clerk-auth-status')]).toEqual([401, 'signed-out']);
      await events.text();
    });
  });
});
