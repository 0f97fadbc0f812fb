/** The Frontend API proxy through every framework, in front of an offline instance that writes down what it gets. */
import { startLocalInstance, type FaultRequest, type LocalInstance } from 'bailiff/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStages } from './contract/harness.js';
import { frameworks, sendRaw } from './frameworks.js';
import { SECRET_KEY } from './world.js';

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
  const stages = createStages(framework);
  const open = (proxy: object = {}, site: object = {}, more: object = {}) =>
    stages.open({ routes: [{ path: '/me', guards: [(kit) => kit.requireAuth()] }], ...site }, ({ options }) => [
      [{ ...options, ...more, frontendApiProxy: { enabled: true, fapiUrl, ...proxy } }],
    ]);

  it('forwards method, path, query, headers and body, and gives back every cookie', async () => {
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

  it('keeps the body of a DELETE', async () => {
    const { served } = await open();
    await served.agent.delete('/__clerk/v1/me').set('content-type', 'text/plain').send('reason=none');
    expect(seen).toMatchObject([{ method: 'DELETE', body: 'reason=none' }]);
  });

  it('sends on what a parser in front of it has read', async () => {
    const { served } = await open({}, { parseBodies: true });
    await served.agent.post('/__clerk/v1/client').type('form').send('identifier=ada%40acornbooks.example');
    expect(seen.map(({ body }) => body)).toEqual(['identifier=ada%40acornbooks.example']);
  });

  it('S14: lets nothing in the path change where the secret goes', async () => {
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

  it('S14: does not follow redirects, and keeps those within the Frontend API on this server', async () => {
    const { get, served } = await open();
    const inside = await get('/__clerk/v1/redirect/inside');
    expect(inside).toMatchObject({ status: 307, headers: { location: `${served.url}/__clerk/v1/next?b=1` } });
    const outside = await get('/__clerk/v1/redirect/outside');
    expect(outside).toMatchObject({ status: 307, headers: { location: 'https://evil.example/x' } });
    expect(seen).toHaveLength(2);
  });

  it('replaces what a client says about the instance and about itself', async () => {
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

  it('believes the proxy in front where it is told to', async () => {
    const { get } = await open({}, { trustProxy: true }, { trustProxy: true });
    await get('/__clerk/v1/client', null, {
      'x-forwarded-host': 'app.acornbooks.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9, 10.0.0.1',
    });
    expect(seen[0]?.headers).toMatchObject({
      'clerk-proxy-url': 'https://app.acornbooks.example/__clerk',
      'x-forwarded-host': 'app.acornbooks.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
    });
  });

  it('owns its path and what is below, and nothing else', async () => {
    const { get } = await open();
    expect((await get('/__clerkX')).status).toBe(404);
    expect((await get('/x/__clerk')).status).toBe(404);
    expect((await get('/me')).status).toBe(401);
    expect((await get('/me', 'admin')).status).toBe(200);
    expect(seen).toEqual([]);
    expect((await get('/__clerk')).status).toBe(200);
    expect(seen.map(({ path }) => path)).toEqual(['/']);
  });

  it('answers under another path, and where a function says so', async () => {
    const { get } = await open({ path: '/auth/', enabled: (url: URL) => url.searchParams.has('yes') });
    expect((await get('/auth/v1/client?yes')).status).toBe(200);
    expect((await get('/auth/v1/client')).status).toBe(404);
    expect(seen).toHaveLength(1);
  });

  it('is a 502 with an error body when the Frontend API cannot be reached', async () => {
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
