/** An answer that sets the cookies of a session is stored by nobody, however the application writes it. */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { serve } from '@hono/node-server';
import * as expressAdapter from 'bailiff/express';
import * as honoAdapter from 'bailiff/hono';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';
import { Hono, type Context } from 'hono';
import supertest from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserCookies, createFixtures, renewSession, type Fixtures } from './fixtures.js';
import { listen, originOf } from '../support/listen.js';

let fixtures: Fixtures;
let server: Server | undefined;
beforeEach(async () => {
  fixtures = await createFixtures();
});
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

const PUBLIC = 'public, max-age=86400, immutable';
const SHARED = {
  'CDN-Cache-Control': 'max-age=600',
  'Cloudflare-CDN-Cache-Control': 'max-age=600',
  'Surrogate-Control': 'max-age=600',
  'X-Accel-Expires': '600',
};

type Raw = (req: IncomingMessage, res: ServerResponse) => void;
/** The ways in which an application on Node can write a head. */
const WAYS: Readonly<Record<string, Raw>> = {
  setHeader: (_req, res) => {
    res.setHeader('Cache-Control', PUBLIC).setHeader('Vary', 'Accept');
    for (const [name, value] of Object.entries(SHARED)) res.setHeader(name, value);
    res.end('logo');
  },
  'setHeader, cookies anew': (_req, res) => {
    res.setHeader('Cache-Control', PUBLIC).setHeader('Vary', ['Accept', 'Origin']).setHeader('Set-Cookie', ['own=1']);
    res.end('logo');
  },
  'writeHead with an object': (_req, res) => {
    res.writeHead(200, { 'cache-control': PUBLIC, ...SHARED, vary: 'Accept' }).end('logo');
  },
  'writeHead with a message and an object': (_req, res) => {
    res.writeHead(200, 'Fine', { 'Cache-Control': PUBLIC, Vary: 'Accept, Origin' }).end('logo');
  },
  'writeHead with names and values in turn': (_req, res) => {
    res
      .writeHead(200, ['Cache-Control', PUBLIC, 'Set-Cookie', 'own=1', 'Set-Cookie', 'more=2', 'Vary', 'Accept'])
      .end('logo');
  },
  'writeHead with a message that is not there': (_req, res) => {
    const writeHead = res.writeHead.bind(res) as (status: number, message: unknown, headers: object) => ServerResponse;
    writeHead(200, undefined, { 'Cache-Control': PUBLIC, Vary: 'Accept' }).end('logo');
  },
  'writeHead alone': (_req, res) => {
    res.writeHead(200).end('logo');
  },
  flushHeaders: (_req, res) => {
    res.setHeader('Cache-Control', PUBLIC);
    res.flushHeaders();
    res.write('lo');
    res.end('go');
  },
  'Vary: *': (_req, res) => {
    res.setHeader('Cache-Control', PUBLIC).setHeader('Vary', '*').end('logo');
  },
};

function expectPrivate(answer: supertest.Response, renewed: readonly string[]): void {
  expect([answer.status, answer.text ?? String(answer.body)]).toEqual([200, 'logo']);
  expect(answer.headers['cache-control']).toBe('private, no-store');
  expect(String(answer.headers['vary']).toLowerCase()).toMatch(/cookie|^\*/);
  expect(
    String(answer.headers['vary'])
      .toLowerCase()
      .match(/cookie/g) ?? [],
  ).toHaveLength(answer.headers['vary'] === '*' ? 0 : 1);
  for (const name of Object.keys(SHARED)) expect(answer.headers).not.toHaveProperty(name.toLowerCase());
  const cookies = answer.headers['set-cookie'] as unknown as string[];
  for (const cookie of renewed) expect(cookies.filter((one) => one === cookie)).toHaveLength(1);
}

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
] as const)('%s', (_name, express) => {
  const start = (handler: unknown) => {
    const app = express();
    app.use(expressAdapter.clerkMiddleware(fixtures.options));
    app.use(handler as RequestHandler);
    return supertest(app);
  };

  it.each(Object.entries(WAYS))('%s', async (_way, write) => {
    const agent = start(write);
    for (const amount of ['all', 'one'] as const) {
      fixtures.clerk.reset();
      const renewed = renewSession(fixtures, amount);
      expectPrivate(await agent.get('/logo.png').set(browserCookies(fixtures.tokens.expired)), renewed);
    }
    // Nothing of it concerns who needs no new cookies.
    const usual = await agent.get('/logo.png').set('authorization', `Bearer ${fixtures.tokens.admin}`);
    expect(usual.status).toBe(200);
    expect(usual.headers['cache-control']).not.toBe('private, no-store');
  });

  it.each([undefined, null, 'Fine'])('keeps headers that writeHead gets after the message %s', async (message) => {
    const agent = start((_req: IncomingMessage, res: ServerResponse) => {
      res.writeHead(200, message as string, { 'Content-Type': 'text/csv', 'X-Own': '1' }).end('logo');
    });
    const renewed = renewSession(fixtures);
    const { headers } = await agent.get('/').set(browserCookies(fixtures.tokens.expired));
    expect(headers).toMatchObject({ 'content-type': 'text/csv', 'x-own': '1', 'set-cookie': renewed });
  });

  it.each<[string, OutgoingHttpHeaders | string[] | string[][]]>([
    ['an object', { 'Content-Type': 'text/csv', 'X-Own': ['1', '2'] }],
    ['names and values in turn', ['Content-Type', 'text/csv', 'X-Own', '1', 'x-own', '2']],
    [
      'pairs',
      [
        ['Content-Type', 'text/csv'],
        ['X-Own', '1'],
        ['x-own', '2'],
      ],
    ],
  ])('sends all headers that writeHead is given as %s', async (_form, given) => {
    const agent = start((_req: IncomingMessage, res: ServerResponse) => {
      res.writeHead(200, given as OutgoingHttpHeaders).end('logo');
    });
    const renewed = renewSession(fixtures);
    const { headers } = await agent.get('/').set(browserCookies(fixtures.tokens.expired));
    expect(headers).toMatchObject({ 'content-type': 'text/csv', 'x-own': '1, 2', 'set-cookie': renewed });
  });

  it('keeps no-transform, so that events are not compressed and held back', async () => {
    const agent = start((_req: IncomingMessage, res: ServerResponse) => {
      res.setHeader('Cache-Control', 'no-cache, no-transform').setHeader('Content-Type', 'text/event-stream');
      res.flushHeaders();
      res.end('data: 1\n\n');
    });
    renewSession(fixtures);
    const { headers } = await agent.get('/').set(browserCookies(fixtures.tokens.expired));
    expect(headers['cache-control']).toBe('private, no-store, no-transform');
  });

  it('covers a static file, sent whole or not modified', async () => {
    const agent = start(express.static(import.meta.dirname, { maxAge: '1d', immutable: true }));
    renewSession(fixtures);
    const cookies = browserCookies(fixtures.tokens.expired);
    const whole = await agent.get('/contract.test.ts').set(cookies);
    expect([whole.status, whole.headers['cache-control']]).toEqual([200, 'private, no-store']);
    const cached = await agent
      .get('/contract.test.ts')
      .set(cookies)
      .set('if-none-match', String(whole.headers['etag']));
    expect([cached.status, cached.headers['cache-control']]).toEqual([304, 'private, no-store']);
    const usual = await agent.get('/contract.test.ts').set('authorization', `Bearer ${fixtures.tokens.admin}`);
    expect(usual.headers['cache-control']).toBe('public, max-age=86400, immutable');
  });

  it('covers a denial', async () => {
    const agent = start(expressAdapter.requireRole('org:owner'));
    const renewed = renewSession(fixtures);
    const answer = await agent.get('/').set(browserCookies(fixtures.tokens.expired));
    expect([answer.status, answer.headers['cache-control'], answer.headers['set-cookie']]).toEqual([
      403,
      'private, no-store',
      renewed,
    ]);
  });
});

describe('Hono', () => {
  async function start(handler: (c: Context) => Response | Promise<Response>) {
    const app = new Hono();
    app.use(honoAdapter.clerkMiddleware(fixtures.options));
    app.get('/*', handler);
    server = await new Promise<Server>((resolve) => {
      const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(started as Server));
    });
    return supertest(originOf(server));
  }

  it.each<[string, (c: Context) => Response | Promise<Response>]>([
    [
      'c.header',
      (c) => {
        for (const [name, value] of Object.entries({ ...SHARED, 'Cache-Control': PUBLIC, Vary: 'Accept' }))
          c.header(name, value);
        return c.text('logo');
      },
    ],
    [
      'a response of its own',
      () => new Response('logo', { headers: { ...SHARED, 'Cache-Control': PUBLIC, Vary: 'Accept, Origin' } }),
    ],
    ['Vary: *', () => new Response('logo', { headers: { 'Cache-Control': PUBLIC, Vary: '*' } })],
    ['without a word about caching', (c) => c.text('logo')],
  ])('%s', async (_way, handler) => {
    const agent = await start(handler);
    for (const amount of ['all', 'one'] as const) {
      fixtures.clerk.reset();
      const renewed = renewSession(fixtures, amount);
      expectPrivate(await agent.get('/logo.png').set(browserCookies(fixtures.tokens.expired)), renewed);
    }
    const usual = await agent.get('/logo.png').set('authorization', `Bearer ${fixtures.tokens.admin}`);
    expect(usual.status).toBe(200);
    expect(usual.headers['cache-control']).not.toBe('private, no-store');
  });

  it.each<[string, (c: Context) => Response]>([
    ['c.header', (c) => (c.header('Cache-Control', 'no-cache, no-transform'), c.text('logo'))],
    ['a response of its own', () => new Response('logo', { headers: { 'Cache-Control': 'No-Transform' } })],
  ])('keeps no-transform: %s', async (_way, handler) => {
    const agent = await start(handler);
    renewSession(fixtures);
    const { headers } = await agent.get('/').set(browserCookies(fixtures.tokens.expired));
    expect(headers['cache-control']).toBe('private, no-store, no-transform');
  });

  it('covers an immutable response of fetch', async () => {
    const origin = createServer((_req, res) => res.writeHead(200, { 'cache-control': PUBLIC, ...SHARED }).end('logo'));
    await listen(origin);
    const agent = await start(() => fetch(`${originOf(origin)}/`));
    const renewed = renewSession(fixtures);
    expectPrivate(await agent.get('/logo.png').set(browserCookies(fixtures.tokens.expired)), renewed);
    origin.close();
    origin.closeAllConnections();
  });
});
