/** Bodies through the Frontend API proxy: they arrive byte for byte, whoever has read them before, or not at all. */
import { createServer, type IncomingMessage, type Server, request as send } from 'node:http';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { ConfigurationError } from 'bailiff';
import parsers from 'express';
import type { Context } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEnvironments } from './contract/harness.js';
import { frameworks, type AppSpec } from './frameworks.js';
import { listen, originOf } from '../support/listen.js';

let upstream: Server;
let fapiUrl: string;
let arrived: { body: Buffer; headers: IncomingMessage['headers'] }[];

beforeAll(async () => {
  upstream = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      arrived.push({ body: Buffer.concat(chunks), headers: req.headers });
      res.end('taken');
    });
  });
  await listen(upstream);
  fapiUrl = originOf(upstream);
});
beforeEach(() => (arrived = []));
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});

const FORM = 'application/x-www-form-urlencoded';
/** Each is another one once it was parsed and written again, or read as text. */
const BODIES: Readonly<Record<string, readonly [type: string, body: Buffer]>> = {
  binary: ['application/octet-stream', Buffer.from(Uint8Array.from({ length: 5_000 }, (_, i) => (i * 37) % 256))],
  'large integers': ['application/json', Buffer.from('{"id":12345678901234567890,"n":1.0,  "a":1,"a":2}')],
  'a nested form': [FORM, Buffer.from('a[b]=1&a[b]=2&c%5Bd%5D=x+y&e=%C3%A4')],
  'a text with a byte order mark': ['text/plain', Buffer.from('\uFEFFhello')],
  'a text that is not UTF-8': ['text/plain; charset=latin1', Buffer.from('Gr\u00fc\u00dfe', 'latin1')],
  'a text in UTF-8': ['text/plain', Buffer.from('Gr\u00fc\u00dfe')],
  'no text at all': ['text/plain', Buffer.from([0x61, 0xff, 0xfe, 0x62])],
};
const names = Object.keys(BODIES);

describe.each(frameworks)('$name', (framework) => {
  const environments = createEnvironments(framework);
  const isHono = framework.name.startsWith('Hono');
  /** Hono parses on demand, Fastify behind the middleware: nobody reads a body in front of it by default. */
  const parsesLater = isHono || framework.name.startsWith('Fastify');

  async function open(spec: Partial<AppSpec> = {}) {
    const { served } = await environments.open({ routes: [], ...spec }, ({ options }) => [
      [{ ...options, frontendApiProxy: { enabled: true, fapiUrl } }],
    ]);
    return served;
  }

  /** `length: false` sends it in chunks. */
  async function post(port: number, type: string, body: Buffer, { length = true, headers = {} } = {}) {
    const request = send({
      host: '127.0.0.1',
      port,
      path: '/__clerk/v1/client',
      method: 'POST',
      headers: { 'content-type': type, ...(length ? { 'content-length': body.length } : {}), ...headers },
    });
    if (!length) request.write(body.subarray(0, 3));
    request.end(length ? body : body.subarray(3));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode, text: Buffer.concat(chunks).toString() };
  }

  const sent = (name: string) => BODIES[name] ?? ['', Buffer.alloc(0)];
  const pass = (body: Buffer) => {
    expect(arrived).toHaveLength(1);
    expect(arrived[0]?.body.equals(body)).toBe(true);
  };
  /** Nothing was sent, and the error says what to do. */
  const refuse = (answer: { status?: number | undefined }, errors: readonly unknown[]) => {
    expect(answer.status).toBe(500);
    expect(arrived).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
    expect((errors[0] as Error).message).toMatch(
      isHono ? /before whatever reads.*arrayBuffer/ : /before every body parser.*rawBody/,
    );
  };

  describe.each(names)('%s', (name) => {
    const [type, body] = sent(name);

    it.each([true, false])('passes a body unchanged (with its length: %s)', async (length) => {
      const served = await open();
      expect(await post(served.port, type, body, { length })).toEqual({ status: 200, text: 'taken' });
      pass(body);
    });

    it.each([true, false])('passes a body whose bytes were kept (with its length: %s)', async (length) => {
      const served = await open({ readBefore: true });
      expect((await post(served.port, type, body, { length })).status).toBe(200);
      pass(body);
    });

    it('refuses a body of which a parser kept something else', async () => {
      const served = await open({ parseBodies: true, readBefore: false });
      const answer = await post(served.port, type, body);
      // No parser takes bytes.
      if (parsesLater || name === 'binary') pass(body);
      else refuse(answer, served.errors);
    });
  });

  it.each([true, false])('never passes decoded bytes as the original body (with its length: %s)', async (length) => {
    const [type, body] = sent('a nested form');
    const served = await open({ readBefore: true });
    const headers = { 'content-encoding': 'gzip' };
    const answer = await post(served.port, type, gzipSync(body), { length, headers });
    if (parsesLater) pass(gzipSync(body));
    else refuse(answer, served.errors);
  });

  it.each(['gzip', 'identity', ' Identity '])(
    'passes a body with its content encoding unchanged: %s',
    async (encoding) => {
      const body = encoding === 'gzip' ? gzipSync('a=1') : Buffer.from('a=1');
      const served = await open();
      expect((await post(served.port, FORM, body, { headers: { 'content-encoding': encoding } })).status).toBe(200);
      pass(body);
      expect(arrived[0]?.headers['content-encoding']).toBe(encoding.trim());
    },
  );

  it('sends no body for an empty one, read before or not', async () => {
    for (const spec of [{}, { parseBodies: true }, { readBefore: true }]) {
      const served = await open(spec);
      for (const length of [true, false]) {
        expect((await post(served.port, FORM, Buffer.alloc(0), { length })).status).toBe(200);
      }
      expect(arrived.splice(0).map(({ body }) => body.length)).toEqual([0, 0]);
    }
  });

  /** Reads the body in front of the middleware, as it is usual in this framework. */
  const reading = (read: (...given: never[]) => unknown): Partial<AppSpec> => ({ first: [() => read as never] });
  type Reading = readonly [how: string, spec: Partial<AppSpec>, exact: readonly string[]];

  const keep = (kept: (bytes: Buffer) => unknown) => ({
    type: () => true,
    verify: (req: object, _res: object, bytes: Buffer) => void Object.assign(req, { rawBody: kept(bytes) }),
  });
  const keepRaw = keep((bytes) => bytes);
  const keepText = keep(String);
  const setToText = (req: IncomingMessage, _res: unknown, next: () => void) => {
    req.setEncoding('utf8');
    next();
  };
  const express: readonly Reading[] = [
    ['json() that keeps `rawBody`', reading(parsers.json({ strict: false, ...keepRaw })), ['large integers']],
    ['urlencoded() that keeps `rawBody`', reading(parsers.urlencoded({ extended: true, ...keepRaw })), names],
    ['text() that keeps `rawBody`', reading(parsers.text(keepRaw)), names],
    ['text()', reading(parsers.text({ type: () => true })), []],
    ['urlencoded() that keeps a text', reading(parsers.urlencoded({ extended: true, ...keepText })), []],
    ['a stream that is set to text', reading(setToText), []],
    ['a parser for another type', reading(parsers.json({ type: 'application/never' })), names],
  ];
  const ofHono = (read: (c: Context) => unknown): Partial<AppSpec> =>
    reading(async (c: Context, next: () => Promise<void>) => {
      await Promise.resolve(read(c)).catch(() => undefined);
      await next();
    });
  const texts = ['large integers', 'a nested form', 'a text in UTF-8'];
  const hono: readonly Reading[] = [
    ['arrayBuffer()', ofHono((c) => c.req.arrayBuffer()), names],
    ['blob()', ofHono((c) => c.req.blob()), names],
    ['text()', ofHono((c) => c.req.text()), texts],
    ['text(), then arrayBuffer()', ofHono(async (c) => [await c.req.text(), await c.req.arrayBuffer()]), texts],
    ['json()', ofHono((c) => c.req.json()), texts],
    ['parseBody()', ofHono((c) => c.req.parseBody()), names],
    ['formData()', ofHono((c) => c.req.formData()), []],
    ['the request itself', ofHono((c) => c.req.raw.arrayBuffer()), []],
    ['a reader of the stream', ofHono((c) => void c.req.raw.body?.getReader()), []],
  ];

  if (isHono) {
    it('never takes the bytes that Hono makes of a form for the original body', async () => {
      const form = new FormData();
      form.set('file', new Blob(['a']), 'a.txt');
      // Written as this runtime would write it again: with a boundary of its own, which has the same length.
      const multipart = new Response(form);
      const body = Buffer.from(await multipart.arrayBuffer());
      const served = await open(ofHono(async (c) => [await c.req.formData(), await c.req.arrayBuffer()]));
      refuse(await post(served.port, multipart.headers.get('content-type') ?? '', body), served.errors);
    });
  }

  // What stands in front of the plugin of Fastify are hooks, and its bodies are parsed behind them.
  const readers = isHono ? hono : express;
  describe.each(framework.name === 'Fastify 5' ? [] : readers)('behind %s', (_, spec, exact) => {
    it.each(names)('%s', async (name) => {
      const [type, body] = sent(name);
      const served = await open(spec);
      const answer = await post(served.port, type, body);
      // A parser that cannot read it has answered, and nothing comes this far.
      if (answer.status === 400 || answer.status === 415) return expect(arrived).toEqual([]);
      if (exact.includes(name)) pass(body);
      else refuse(answer, served.errors);
    });
  });
});
