/** The Frontend API proxy through every framework, in front of an offline instance that writes down what it gets. */
import { startLocalInstance, type FaultRequest, type LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEnvironments } from './contract/harness.js';
import { frameworks, sendRaw } from './frameworks.js';
import { SECRET_KEY } from './fixtures.js';

let clerk: LocalInstance;
let seen: FaultRequest[];
let fapiUrl: string;

/** It answers whatever comes, so that a test sees all that was forwarded, and what becomes of the headers of an answer. */
beforeAll(async () => {
  clerk = await startLocalInstance();
  fapiUrl = clerk.frontendApiUrl;
});
beforeEach(() => {
  seen = [];
  clerk.reset();
  clerk.fail({ when: (request) => seen.push(request) < 0 });
  clerk.fail({
    operation: '/v1/redirect/inside',
    status: 307,
    headers: { location: '/v1/next?b=1' },
  });
  clerk.fail({ operation: '/v1/redirect/outside', status: 307, headers: { location: 'https://evil.example/x' } });
  clerk.fail({
    body: { ok: true },
    headers: {
      'set-cookie': ['__client=one; Path=/; HttpOnly', '__client_uat=1; Path=/'],
      connection: 'x-only-here',
      'x-only-here': 'yes',
    },
  });
});
afterAll(() => clerk.close());

describe.each(frameworks)('$name', (framework) => {
  const environments = createEnvironments(framework);
  const open = (proxy: object = {}, spec: object = {}, more: object = {}) =>
    environments.open(
      { routes: [{ path: '/me', guards: [(adapter) => adapter.requireAuth()] }], ...spec },
      ({ options }) => [[{ ...options, ...more, frontendApiProxy: { enabled: true, fapiUrl, ...proxy } }]],
    );

  it('forwards method, path, query, headers and body, and returns every cookie', async () => {
    const { served } = await open();
    const answer = await served.agent
      .post('/__clerk/v1/client?a=1&a=2')
      .set({
        cookie: '__client=x',
        'x-custom': 'kept',
        'keep-alive': 'timeout=1',
        'content-type': 'application/x-www-form-urlencoded',
      })
      .send('strategy=password');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ok: true });
    expect(answer.headers['set-cookie']).toEqual(['__client=one; Path=/; HttpOnly', '__client_uat=1; Path=/']);
    expect(answer.headers['x-only-here']).toBeUndefined();
    const [request] = seen;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/client', body: 'strategy=password' });
    expect(request?.query.toString()).toBe('a=1&a=2');
    expect(request?.headers).toMatchObject({
      host: new URL(fapiUrl).host,
      cookie: '__client=x',
      'x-custom': 'kept',
      'accept-encoding': 'identity',
      'clerk-secret-key': SECRET_KEY,
      'clerk-proxy-url': `${served.url}/__clerk`,
      'x-forwarded-host': new URL(served.url).host,
      'x-forwarded-proto': 'http',
      'x-forwarded-for': expect.stringContaining('127.0.0.1') as string,
    });
    expect(request?.headers['keep-alive']).toBeUndefined();
  });

  it.each(['keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'upgrade', 'x-listed'])(
    'drops %s, which belongs to one connection, with a chunked body or none',
    async (name) => {
      const { served } = await open();
      const head = `HTTP/1.1\r\nHost: 127.0.0.1\r\n${name}: theirs\r\nX-Kept: yes\r\nConnection: close, X-Listed\r\n`;
      const chunked = 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
      expect((await sendRaw(served.port, `GET /__clerk/v1/a ${head}\r\n`)).status).toBe(200);
      expect((await sendRaw(served.port, `POST /__clerk/v1/b ${head}${chunked}`)).status).toBe(200);
      expect(seen.map(({ headers }) => [headers[name], headers['x-kept']])).toEqual([
        [undefined, 'yes'],
        [undefined, 'yes'],
      ]);
      expect(seen[1]?.body).toBe('abc');
    },
  );

  it('keeps the body of a DELETE', async () => {
    const { served } = await open();
    await served.agent.delete('/__clerk/v1/me').set('content-type', 'text/plain').send('reason=none');
    expect(seen).toMatchObject([{ method: 'DELETE', body: 'reason=none' }]);
  });

  it("S14: keeps the secret's destination whatever the path holds", async () => {
    const { served } = await open();
    for (const path of [
      '/__clerk//evil.example/x',
      '/__clerk/\\evil.example',
      '/__clerk/@evil.example/',
      '/__clerk/..//evil.example',
      '/__clerk/%2f%2fevil.example/x',
      '/__clerk?x=//evil.example',
    ]) {
      const { status } = await sendRaw(
        served.port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
      );
      expect([200, 400, 401, 404]).toContain(status);
    }
    // Whatever was forwarded arrived here, and nowhere else.
    expect(seen.length).toBeGreaterThan(0);
    for (const { headers } of seen) expect(headers['host']).toBe(new URL(fapiUrl).host);
  });

  it('S14: answers 400 for a path that leaves the base path, in any spelling, and sends nothing', async () => {
    const { served } = await open({ fapiUrl: `${fapiUrl}/base/v1` });
    const send = (path: string) =>
      sendRaw(served.port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    expect((await send('/__clerk/client?to=../x')).status).toBe(200);
    expect(seen.splice(0).map(({ path }) => path)).toEqual(['/base/v1/client']);
    const climbing = [
      ...['/../other', '/%2e%2e/other', '/.%2e/other', '/%2E./other', '/..\\other', '/\\..\\other', '/..;/other'],
      ...['/..%2fother', '/%2e%2e%2fother', '/..%5cother', '/%252e%252e/other', '/x/../../../other', '/..', '/%2e%2e'],
    ];
    for (const path of climbing) {
      const { status } = await send(`/__clerk${path}`);
      // A server that resolves dots itself sees another path, which is nobody's.
      expect([400, 404]).toContain(status);
    }
    expect(seen).toEqual([]);
    expect((await send('/__clerk/..%2fother')).status).toBe(400);
  });

  it('S14: maps redirects back by the base path, and leaves other redirects unchanged', async () => {
    const { get, served } = await open({ fapiUrl: `${fapiUrl}/base` });
    clerk.reset();
    clerk.fail({ operation: '/base/in', status: 307, headers: { location: '/base/v1/next?b=1' } });
    clerk.fail({ operation: '/base/out', status: 307, headers: { location: '/v1/next' } });
    clerk.fail({ body: {} });
    expect((await get('/__clerk/in')).headers['location']).toBe(`${served.url}/__clerk/v1/next?b=1`);
    expect((await get('/__clerk/out')).headers['location']).toBe(`${fapiUrl}/v1/next`);
    expect((await get('/__clerk/none')).headers['location']).toBeUndefined();
  });

  it('S26: refuses the requests that every other path refuses, before anything is sent', async () => {
    const { served } = await open();
    const HOST = 'Host: 127.0.0.1';
    for (const head of [
      `TRACE /__clerk/v1/client HTTP/1.1\r\n${HOST}`,
      `TRACK /__clerk/v1/client HTTP/1.1\r\n${HOST}`,
      'GET /__clerk/v1/client HTTP/1.1\r\nHost: h/path?',
      'GET /__clerk/v1/client HTTP/1.1\r\nHost: a b',
      `GET /__clerk/v1/client HTTP/1.1\r\n${HOST}\r\nHost: evil.example`,
      `GET http://a:b@127.0.0.1/__clerk/v1/client HTTP/1.1\r\n${HOST}`,
    ]) {
      const { status } = await sendRaw(served.port, `${head}\r\nConnection: close\r\n\r\n`);
      expect([400, 405]).toContain(status);
    }
    expect(seen).toEqual([]);
    expect(served.errors).toEqual([]);
  });

  it('finds its path in the path of the URL, not in a query', async () => {
    const { get, served } = await open();
    expect((await get('/__clerk/v1/client?redirect_url=https://app.example/__clerk/x')).status).toBe(200);
    expect(seen.map(({ path, query }) => [path, query.get('redirect_url')])).toEqual([
      ['/v1/client', 'https://app.example/__clerk/x'],
    ]);
    expect((await get('/other?to=https://app.example/__clerk/x')).status).toBe(404);
    await sendRaw(
      served.port,
      'GET http://127.0.0.1?to=http://x/__clerk/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
    );
    expect(seen).toHaveLength(1);
  });

  it('S14: does not follow redirects, and keeps those within the Frontend API on this server', async () => {
    const { get, served } = await open();
    const inside = await get('/__clerk/v1/redirect/inside');
    expect(inside).toMatchObject({ status: 307, headers: { location: `${served.url}/__clerk/v1/next?b=1` } });
    const outside = await get('/__clerk/v1/redirect/outside');
    expect(outside).toMatchObject({ status: 307, headers: { location: 'https://evil.example/x' } });
    expect(seen).toHaveLength(2);
  });

  it("replaces the client's own headers about the instance and the address", async () => {
    const { get, served } = await open();
    await get('/__clerk/v1/client', null, {
      'clerk-secret-key': 'sk_test_mine',
      'clerk-proxy-url': 'https://evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
      'cf-connecting-ip': '203.0.113.9',
    });
    expect(seen[0]?.headers).toMatchObject({
      'clerk-secret-key': SECRET_KEY,
      'clerk-proxy-url': `${served.url}/__clerk`,
      'x-forwarded-host': new URL(served.url).host,
    });
    expect(JSON.stringify(seen[0]?.headers)).not.toContain('203.0.113.9');
  });

  const believes = framework.proxyTrust !== 'nobody';
  it(`trusts the proxy in front ${believes ? 'if the option says so' : 'never'}`, async () => {
    const { get, served } = await open({}, { trustProxy: true }, { trustProxy: true });
    await get('/__clerk/v1/client', null, {
      'x-forwarded-host': 'app.acornbooks.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9, 10.0.0.1',
    });
    const { origin, host, protocol } = new URL(believes ? 'https://app.acornbooks.example' : served.url);
    expect(seen[0]?.headers).toMatchObject({
      'clerk-proxy-url': `${origin}/__clerk`,
      'x-forwarded-host': host,
      'x-forwarded-proto': protocol.slice(0, -1),
      'x-forwarded-for': believes ? '203.0.113.9' : '127.0.0.1',
    });
  });

  it.each(['x-forwarded-for', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip', 'forwarded', 'x-client-ip'])(
    "drops the browser's header %s",
    async (name) => {
      const { get } = await open();
      await get('/__clerk/v1/client', null, { [name]: '203.0.113.9' });
      const { [name]: own, ...others } = seen[0]?.headers ?? {};
      expect(own ?? '').not.toContain('203.0.113.9');
      expect(JSON.stringify(others)).not.toContain('203.0.113.9');
      expect(others).toMatchObject(
        name === 'x-forwarded-for' ? {} : { 'x-forwarded-for': expect.stringMatching(/127/) as string },
      );
    },
  );

  const ADDRESSES: readonly (readonly [headers: Record<string, string>, hono: string, express: string])[] = [
    [{ 'x-forwarded-for': '203.0.113.9, 10.0.0.1' }, '203.0.113.9', '203.0.113.9'],
    [{ 'x-forwarded-for': ' , 203.0.113.9' }, '127.0.0.1', '203.0.113.9'],
    [{ 'x-real-ip': '203.0.113.8' }, '203.0.113.8', '127.0.0.1'],
    [{ 'cf-connecting-ip': '203.0.113.7' }, '203.0.113.7', '127.0.0.1'],
    [
      { 'cf-connecting-ip': '203.0.113.7', 'x-real-ip': '203.0.113.8', 'x-forwarded-for': '203.0.113.9' },
      '203.0.113.7',
      '203.0.113.9',
    ],
    [{ 'x-real-ip': '203.0.113.8', 'x-forwarded-for': '203.0.113.9' }, '203.0.113.8', '203.0.113.9'],
    [{ 'true-client-ip': '203.0.113.6', forwarded: 'for=203.0.113.5' }, '127.0.0.1', '127.0.0.1'],
  ];
  it.each(ADDRESSES)('takes the address from %j if it trusts the proxy in front', async (headers, hono, express) => {
    const { get } = await open({}, { trustProxy: true }, { trustProxy: true });
    await get('/__clerk/v1/client', null, headers);
    const expected = { setting: express, option: hono, nobody: '127.0.0.1' }[framework.proxyTrust];
    expect(seen[0]?.headers['x-forwarded-for']?.replace('::ffff:', '')).toBe(expected);
    for (const name of Object.keys(headers))
      if (name !== 'x-forwarded-for') expect(seen[0]?.headers[name]).toBeUndefined();
  });

  it('owns its path and the paths below it only', async () => {
    const { get } = await open();
    expect((await get('/__clerkX')).status).toBe(404);
    expect((await get('/x/__clerk')).status).toBe(404);
    expect((await get('/me')).status).toBe(401);
    expect((await get('/me', 'admin')).status).toBe(200);
    expect(seen).toEqual([]);
    expect((await get('/__clerk')).status).toBe(200);
    expect(seen.map(({ path }) => path)).toEqual(['/']);
  });

  it('answers under another path, and as a function decides', async () => {
    const { get } = await open({ path: '/auth/', enabled: (url: URL) => url.searchParams.has('yes') });
    expect((await get('/auth/v1/client?yes')).status).toBe(200);
    expect((await get('/auth/v1/client')).status).toBe(404);
    expect(seen).toHaveLength(1);
  });

  it.each(['option', 'variable'])(
    'leaves browsers an explicit proxy URL (%s), and still serves its path',
    async (how) => {
      const proxyUrl = 'https://elsewhere.example/clerk';
      if (how === 'variable') vi.stubEnv('CLERK_PROXY_URL', proxyUrl);
      const { get } = await open({}, {}, how === 'option' ? { proxyUrl } : {});
      vi.unstubAllEnvs();
      const page = await get('/me', null, { accept: 'text/html', 'sec-fetch-dest': 'document' });
      expect(page.headers['location']).toMatch(/^https:\/\/elsewhere\.example\/clerk\/v1\/client\/handshake\?/);
      expect((await get('/__clerk/v1/client')).status).toBe(200);
    },
  );

  it('answers 502 with an error body if the Frontend API cannot be reached', async () => {
    const { get } = await open({ fapiUrl: 'http://127.0.0.1:1' });
    const answer = await get('/__clerk/v1/client');
    expect(answer).toMatchObject({
      status: 502,
      headers: { 'cache-control': 'no-store' },
      body: { errors: [{ code: 'proxy_request_failed' }] },
    });
    expect(JSON.stringify(answer)).not.toContain(SECRET_KEY);
  });

  it('sends browsers through itself for the handshake', async () => {
    const { get, served } = await open();
    const answer = await get('/me', null, { accept: 'text/html', 'sec-fetch-dest': 'document' });
    expect(answer.status).toBe(307);
    expect(answer.headers['location']).toMatch(new RegExp(`^${served.url}/__clerk/v1/client/handshake\\?`));
  });
});
