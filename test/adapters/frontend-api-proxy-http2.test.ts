/** The Frontend API proxy of the Express adapter on a server that speaks HTTP/2: other fields in front of the headers, no word about bodies. */
import { once } from 'node:events';
import { createServer as createUpstream, type Server } from 'node:http';
import { connect, createServer, type ClientHttp2Session, type Http2Server } from 'node:http2';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { NodeView } from '../../src/adapters/node/node-view.js';
import { serveProxy } from '../../src/adapters/node/proxy.js';
import type { Forward } from '../../src/core/index.js';
import { resolveConfig } from '../../src/core/config/resolve.js';
import { createFrontendApiProxy } from '../../src/core/proxy/frontend-api-proxy.js';
import { PUBLISHABLE_KEY, SECRET_KEY } from './fixtures.js';
import { listen, originOf } from '../support/listen.js';

let upstream: Server;
let front: Http2Server;
let browser: ClientHttp2Session;
let arrived: { method: string | undefined; url: string | undefined; names: string[]; body: string }[];

beforeAll(async () => {
  upstream = createUpstream((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += String(chunk)));
    req.on('end', () => {
      arrived.push({ method: req.method, url: req.url, names: Object.keys(req.headers), body });
      res.setHeader('set-cookie', ['a=1', 'b=2']).end('taken');
    });
  });
  await listen(upstream);
  const config = resolveConfig({ publishableKey: PUBLISHABLE_KEY, secretKey: SECRET_KEY }, {});
  const fapiUrl = originOf(upstream);
  const proxy = createFrontendApiProxy(config, { enabled: true, fapiUrl }, {});
  const forward = { proxy, origin: 'https://app.example' } as Forward;
  front = createServer((req, res) => {
    // Node's own objects, with what Express adds to them left out.
    serveProxy(forward, new NodeView(req as never), req as never, res as never, {}).catch(() => res.stream.close());
  });
  await listen(front);
  browser = connect(originOf(front));
});
beforeEach(() => (arrived = []));
afterAll(() => {
  browser.destroy();
  front.close();
  upstream.closeAllConnections();
  upstream.close();
});

async function send(method: string, headers: Record<string, string>, body: string | null) {
  const stream = browser.request({ ':method': method, ':path': '/__clerk/v1/client?a=1', ...headers });
  if (body === null) stream.end();
  else stream.end(body);
  const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return { status: answer[':status'], cookies: answer['set-cookie'], text };
}

test.each([
  ['GET', {}, null],
  ['POST', {}, 'a[b]=1&a[b]=2'],
  ['POST', { 'content-length': '13' }, 'a[b]=1&a[b]=2'],
  ['POST', {}, null],
  ['DELETE', {}, null],
])('%s with %j and the body %j', async (method, headers, body) => {
  const answer = await send(method, { 'x-kept': 'yes', te: 'trailers', ...headers }, body);
  expect(answer).toEqual({ status: 200, cookies: ['a=1', 'b=2'], text: 'taken' });
  expect(arrived).toMatchObject([{ method, url: '/v1/client?a=1', body: body ?? '' }]);
  const names = arrived[0]?.names ?? [];
  expect(names).toContain('x-kept');
  expect(names.filter((name) => name.startsWith(':') || name === 'te')).toEqual([]);
});

test.each([
  ['get', 'GET'],
  ['Get', 'GET'],
  ['hEAD', 'HEAD'],
])('forwards the method %s as %s', async (method, sent) => {
  expect(await send(method, {}, null)).toMatchObject({ status: 200 });
  expect(arrived).toMatchObject([{ method: sent, body: '' }]);
});
