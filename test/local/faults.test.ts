import { describe, expect, it } from 'vitest';
import { createFaults } from '../../packages/local/src/server/faults.js';
import { createRandom } from '../../packages/local/src/state/random.js';
import { call, codeOf, instances } from './support.js';

const start = instances();

describe('row 14: faults', () => {
  it('affect the operation as often as requested', async () => {
    const clerk = await start({ listen: false });
    const fault = clerk.fail({ operation: 'GetJWKS', status: 503, times: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await call(clerk, 'GET', '/v1/jwks')).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect(fault.hits).toBe(2);
    expect((await call(clerk, 'GET', '/v1/users')).status).toBe(200);
  });

  it('are forgotten when they are used up', () => {
    const faults = createFaults(createRandom('1'), () => true);
    const request = { method: 'GET', path: '/v1/jwks', query: new URLSearchParams(), headers: {} };
    const claim = () => faults.claim({ ...request, body: new Uint8Array(0), origin: '' }, 'GetJWKS') !== null;
    faults.add({ times: 2 });
    expect([claim(), faults.active]).toEqual([true, true]);
    expect([claim(), faults.active]).toEqual([true, false]);
    expect(claim()).toBe(false);
  });

  it('answer 429 with Retry-After, in the error envelope', async () => {
    const clerk = await start({ listen: false });
    clerk.fail({ operation: 'GET /users/*', status: 429, retryAfterSeconds: 7 });
    const limited = await call(clerk, 'GET', '/v1/users/user_1');
    expect([
      limited.status,
      codeOf(limited),
      limited.headers.get('retry-after'),
      limited.headers.get('content-type'),
    ]).toEqual([429, 'too_many_requests', '7', 'application/json']);
    expect((await call(clerk, 'GET', '/users/user_1')).status).toBe(429);
    expect((await call(clerk, 'DELETE', '/v1/users/user_1')).status).toBe(404);
    expect((await call(clerk, 'GET', '/v1/users')).status).toBe(200);
  });

  it('end an outage by stop() or reset()', async () => {
    const clerk = await start({ listen: false });
    const outage = clerk.fail();
    expect((await call(clerk, 'GET', '/v1/jwks')).status).toBe(500);
    expect((await clerk.fetch(`${clerk.frontendApiUrl}/.well-known/jwks.json`)).status).toBe(500);
    outage.stop();
    expect((await call(clerk, 'GET', '/v1/jwks')).status).toBe(200);
    clerk.fail({ code: 'maintenance_mode', status: 503 });
    expect(codeOf(await call(clerk, 'GET', '/v1/jwks'))).toBe('maintenance_mode');
    clerk.reset();
    expect((await call(clerk, 'GET', '/v1/jwks')).status).toBe(200);
  });

  it('change nothing by a failed request, and answer a slow one truthfully', async () => {
    const clerk = await start({ listen: false });
    clerk.fail({ operation: 'CreateUser', status: 500, times: 1 });
    expect((await call(clerk, 'POST', '/v1/users', { first_name: 'Ada' })).status).toBe(500);
    clerk.fail({ operation: 'CreateUser', delayMs: 1, times: 1 });
    expect((await call(clerk, 'POST', '/v1/users', { first_name: 'Ada' })).status).toBe(200);
    expect((await call(clerk, 'GET', '/v1/users/count')).json).toMatchObject({ total_count: 1 });
  });

  it('cut connections and hang, in process and over HTTP', async () => {
    const clerk = await start();
    for (const fetcher of [clerk.fetch, fetch]) {
      clerk.fail({ reset: true, times: 1 });
      await expect(fetcher(`${clerk.apiUrl}/v1/jwks`)).rejects.toThrow(TypeError);
      clerk.fail({ hang: true, times: 1 });
      const controller = new AbortController();
      const hanging = fetcher(`${clerk.apiUrl}/v1/jwks`, { signal: controller.signal });
      setImmediate(() => {
        controller.abort();
      });
      await expect(hanging).rejects.toMatchObject({ name: 'AbortError' });
    }
  });

  it('fail a share of the requests, chosen by a seed', async () => {
    const pattern = async () => {
      const clerk = await start({ listen: false, seed: 'dice' });
      clerk.fail({ operation: 'GetJWKS', status: 500, probability: 0.5 });
      const statuses: number[] = [];
      for (let i = 0; i < 40; i++) statuses.push((await call(clerk, 'GET', '/v1/jwks')).status);
      return statuses;
    };
    const first = await pattern();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await pattern()).toEqual(first);
  });

  it('refuse unknown operations', async () => {
    const clerk = await start({ listen: false });
    expect(() => clerk.fail({ operation: 'GetJwksTypo' })).toThrow("There is no operation 'GetJwksTypo'");
    clerk.fail({ operation: 'getjwks', status: 503 });
    clerk.fail({ operation: 'GetHandshakePayload', status: 503 });
    expect((await call(clerk, 'GET', '/v1/jwks')).status).toBe(503);
    expect((await call(clerk, 'GET', '/v1/clients/handshake_payload')).status).toBe(503);
  });

  it('answer with a given body', async () => {
    const clerk = await start({ listen: false });
    clerk.fail({ operation: 'GetJWKS', body: { keys: [] }, times: 1 });
    expect(await call(clerk, 'GET', '/v1/jwks')).toMatchObject({ status: 200, json: { keys: [] } });
  });

  it('answer with a given status and headers, as a proxy would', async () => {
    const clerk = await start({ listen: false });
    clerk.fail({ status: 502, body: '<html>', headers: { 'content-type': 'text/html' }, times: 1 });
    const page = await clerk.fetch(`${clerk.apiUrl}/v1/jwks`);
    expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([502, 'text/html', '<html>']);
    clerk.fail({ status: 302, headers: { Location: 'https://elsewhere.example/' }, retryAfterSeconds: 3, times: 1 });
    const redirect = await clerk.fetch(`${clerk.apiUrl}/v1/jwks`);
    expect([redirect.status, redirect.headers.get('location'), redirect.headers.get('retry-after')]).toEqual([
      302,
      'https://elsewhere.example/',
      '3',
    ]);
    expect((await call(clerk, 'GET', '/v1/jwks')).status).toBe(200);
  });

  it('affect only the requests that a function selects', async () => {
    const clerk = await start({ listen: false });
    const fault = clerk.fail({
      operation: 'CreateUser',
      when: ({ method, path, headers, body }) =>
        method === 'POST' && path === '/v1/users' && headers['content-type'] !== undefined && isNamed(body, 'Eve'),
      status: 503,
      times: 1,
    });
    const create = async (name: string) => (await call(clerk, 'POST', '/v1/users', { first_name: name })).status;
    expect([await create('Ada'), await create('Eve'), await create('Eve')]).toEqual([200, 503, 200]);
    expect(fault.hits).toBe(1);
    clerk.fail({ when: ({ query, body }) => query.get('limit') === '3' && body === '' });
    const list = async (limit: string) => (await call(clerk, 'GET', `/v1/users?limit=${limit}`)).status;
    expect([await list('2'), await list('3')]).toEqual([200, 500]);
  });

  it('hold an answer until the test releases it', async () => {
    const clerk = await start({ listen: false });
    for (const made of [undefined, 503]) {
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const fault = clerk.fail({
        operation: 'GetJWKS',
        until: released,
        times: 1,
        ...(made === undefined ? {} : { status: made }),
      });
      let answered = false;
      const answer = call(clerk, 'GET', '/v1/jwks').finally(() => (answered = true));
      await expect.poll(() => fault.hits).toBe(1);
      // Another request passes it meanwhile.
      expect((await call(clerk, 'GET', '/v1/jwks')).status).toBe(200);
      expect(answered).toBe(false);
      release();
      expect((await answer).status).toBe(made ?? 200);
    }
  });

  it('break an answer off in its body, in process and over HTTP', async () => {
    const clerk = await start();
    for (const fetcher of [clerk.fetch, fetch]) {
      const ask = (init: RequestInit = {}) => fetcher(`${clerk.apiUrl}/.well-known/jwks.json`, init);
      const whole = await (await ask()).text();
      clerk.fail({ reset: true, afterBytes: 10, times: 1 });
      const half = await ask();
      expect(half.status).toBe(200);
      await expect(half.text()).rejects.toThrow(TypeError);

      clerk.fail({ hang: true, afterBytes: 10, times: 1 });
      const controller = new AbortController();
      const stalled = (await ask({ signal: controller.signal })).body?.getReader();
      expect(Buffer.from((await stalled?.read())?.value ?? []).toString()).toBe(whole.slice(0, 10));
      const rest = stalled?.read();
      controller.abort();
      await expect(rest).rejects.toMatchObject({ name: 'AbortError' });

      clerk.fail({ reset: true, afterBytes: 0, status: 500, times: 1 });
      const headersOnly = await ask();
      expect(headersOnly.status).toBe(500);
      await expect(headersOnly.text()).rejects.toThrow(TypeError);
      expect(clerk.requests.map(({ status }) => status)).toEqual([200, null, null, null]);
      expect(await (await ask()).text()).toBe(whole);
      clerk.reset();
    }
  });

  it('carry out a request whose answer breaks off', async () => {
    const clerk = await start({ listen: false });
    clerk.fail({ operation: 'CreateUser', reset: true, afterBytes: 5, times: 1 });
    await expect(call(clerk, 'POST', '/v1/users', { first_name: 'Ada' })).rejects.toThrow(TypeError);
    clerk.fail({ operation: 'CreateUser', reset: true, times: 1 });
    await expect(call(clerk, 'POST', '/v1/users', { first_name: 'Bob' })).rejects.toThrow(TypeError);
    expect((await call(clerk, 'GET', '/v1/users/count')).json).toMatchObject({ total_count: 1 });
  });
});

const isNamed = (body: unknown, name: string) => (body as { first_name?: unknown }).first_name === name;
