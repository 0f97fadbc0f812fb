/** The way out for operations that the document does not have. */
import {
  BackendApiError,
  ConfigurationError,
  createBackendApi,
  createBackendClient,
  InvalidArgumentError,
  request,
  type ApiRequest,
} from 'bailiff/api';
import { startLocalInstance } from 'bailiff-local';
import fc from 'fast-check';
import { inspect } from 'node:util';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { startRecordingServer, useRecordingServer } from './support/recording-server.js';

const SECRET = 'sk_test_canary_91c2';
const server = useRecordingServer();
const create = (options: object = {}) =>
  createBackendApi(
    {
      apiUrl: server.url,
      secretKey: SECRET,
      machineSecretKey: 'ak_machine',
      wait: () => Promise.resolve(),
      ...options,
    },
    {},
  );

describe('a request', () => {
  it('sends method, path, query and body, with key and version', async () => {
    server.answer({ body: { robots: 2 } });
    const answer = create().request({
      method: 'PATCH',
      path: '/users/user_1/robots',
      query: { dry_run: false, kind: ['a', 'b'], offset: 0, none: undefined },
      body: { name: '', limit: null },
    });
    expectTypeOf(answer).toEqualTypeOf<Promise<unknown>>();
    expect(await answer).toEqual({ robots: 2 });
    expect(server.requests[0]).toMatchObject({
      method: 'PATCH',
      target: '/v1/users/user_1/robots?dry_run=false&kind=a&kind=b&offset=0',
      headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
    });
    expect(JSON.parse(server.requests[0]!.body.toString())).toEqual({ name: '', limit: null });
  });

  it('sends nothing more without query and body, and gives undefined for an empty answer', async () => {
    server.answer((response) => response.writeHead(204).end());
    expect(await create().request({ method: 'DELETE', path: '/robots/r2', body: null, query: null })).toBeUndefined();
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', target: '/v1/robots/r2', body: Buffer.alloc(0) });
    expect(server.requests[0]!.headers['content-type']).toBeUndefined();
  });

  it('may have a list as body, and a body with DELETE', async () => {
    await create().request({ method: 'DELETE', path: '/robots', body: ['r1', 'r2'] });
    expect(server.requests[0]!.body.toString()).toBe('["r1","r2"]');
  });

  it.each([
    ['/robots', '/v1/robots', SECRET],
    ['/v1/robots', '/v1/robots', SECRET],
    ['/v2/robots', '/v2/robots', SECRET],
    ['/api_keys/robots', '/api_keys/robots', SECRET],
    ['/api_keys_of_robots', '/v1/api_keys_of_robots', SECRET],
    ['/oauth_applications/robots', '/v1/oauth_applications/robots', SECRET],
    ['/m2m_tokens/robots', '/m2m_tokens/robots', 'ak_machine'],
    ['/v1/m2m_tokens/robots', '/v1/m2m_tokens/robots', 'ak_machine'],
    ['/users/a%2Bb%40c/x', '/v1/users/a%2Bb%40c/x', SECRET],
    ['/users/a+b@c/x', '/v1/users/a%2Bb%40c/x', SECRET],
    ['/users/*', '/v1/users/*', SECRET],
  ])('%s is sent as %s', async (path, target, key) => {
    await create().request({ method: 'GET', path });
    expect(server.requests[0]).toMatchObject({ target, headers: { authorization: `Bearer ${key}` } });
  });

  it('is not affected by later changes to the given objects', async () => {
    const query: Record<string, string[]> = { kind: ['a'] };
    const body = { name: 'r1', at: new Date(0) };
    const headers = new Headers({ 'X-Mine': '1' });
    const answer = create().request({ method: 'POST', path: '/robots', query, body }, { headers });
    query['kind']!.push('b');
    body.name = 'r2';
    headers.set('X-Mine', '2');
    await answer;
    expect(server.requests[0]).toMatchObject({ target: '/v1/robots?kind=a', headers: { 'x-mine': '1' } });
    expect(server.requests[0]!.body.toString()).toBe('{"name":"r1","at":"1970-01-01T00:00:00.000Z"}');
  });

  it('omits undefined items of a list in a query', async () => {
    await create().request({ method: 'GET', path: '/robots', query: { kind: ['a', undefined, 'b'] } });
    expect(server.requests[0]!.target).toBe('/v1/robots?kind=a&kind=b');
  });

  it('is a function of a client of one resource, with options for each call', async () => {
    const client = createBackendClient({ apiUrl: server.url }, {});
    const what = { method: 'GET', path: '/robots' } as const;
    await expect(request(client, what)).rejects.toThrow(ConfigurationError);
    await request(client, what, { secretKey: 'sk_test_other', headers: { 'X-Mine': 'yes', Authorization: 'mine' } });
    expect(server.requests[0]!.headers).toMatchObject({ authorization: 'Bearer sk_test_other', 'x-mine': 'yes' });
  });

  it('works on the offline instance, and refuses arguments with the same errors', async () => {
    const clerk = await startLocalInstance({ seed: { users: [{ id: 'user_ada', first_name: 'Ada' }] } });
    const api = createBackendApi({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl }, {});
    expect(await api.request({ method: 'GET', path: '/users/user_ada' })).toMatchObject({ first_name: 'Ada' });
    const patch = { method: 'PATCH', path: '/users/user_ada', body: { first_name: 'Augusta' } } as const;
    expect(await api.request(patch)).toMatchObject({ first_name: 'Augusta' });
    await expect(api.request({ method: 'GET', path: '/users/user_none' })).rejects.toMatchObject({
      code: 'resource_not_found',
      status: 404,
      operation: 'request GET /users',
    });
    await clerk.close();
  });
});

describe('a path', () => {
  it.each([
    '',
    'users',
    'https://evil.example/users',
    '//evil.example/users',
    '/\\evil.example',
    '/users//x',
    '/users/',
    '/',
    '/users/../organizations',
    '/users/..',
    '/./users',
    '/users/%2e%2e/x',
    '/users/%2E%2e',
    '/users/.%2e/x',
    '/users/%252e%252e/x',
    '/users/a%2Fb',
    '/users/a%5cb',
    '/users/..%2forganizations',
    '/users/%c0%af',
    '/users/%',
    '/users/%00',
    '/users/a%0d%0ab',
    '/users?banned=true',
    '/users#x',
    '/users/a b',
    '/users/\ud800',
    '/users/ü',
    '/users\n',
    '/@evil.example:80\\x',
    ' /users',
    undefined,
    null,
    7,
    ['/users'],
    { toString: () => '/users' },
  ])('refuses %j', async (path) => {
    const asking = create().request({ method: 'GET', path: path as string });
    await expect(asking).rejects.toThrow(InvalidArgumentError);
    expect(server.requests).toEqual([]);
  });

  it('stays below the API or is refused, for any text', async () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5C',
      '\\',
      '%25',
      '?',
      '#',
      '@',
      ':',
      ';',
      'a',
      'v1',
      '%',
      '\t',
      '*',
      '%00',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((pieces) => `/${pieces.join('')}`),
        ),
        async (path) => {
          const urls: string[] = [];
          const api = create({ fetch: (url: string) => (urls.push(url), Promise.resolve(Response.json({}))) });
          const refused = await api.request({ method: 'GET', path }).then(
            () => false,
            (error: unknown) => error instanceof InvalidArgumentError,
          );
          if (refused) return urls.length === 0;
          const { origin, pathname, search, hash } = new URL(urls[0]!);
          const given = path.split('/').slice(1).map(decodeURIComponent);
          const asked = pathname
            .split('/')
            .slice(/^v\d+$/.test(given[0]!) ? 1 : 2)
            .map(decodeURIComponent);
          return (
            origin === server.url &&
            search + hash === '' &&
            given.join('\0') === asked.join('\0') &&
            !asked.includes('..')
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each<[object, RegExp]>([
    [{ method: 'get' }, /method/],
    [{ method: 'CONNECT' }, /method/],
    [{ method: 'GET\r\nX: 1' }, /method/],
    [{ method: undefined }, /method/],
    [{ method: 'GET', body: {} }, /GET has no body/],
  ])('refuses %j', async (what, problem) => {
    const asking = create().request({ path: '/users', ...what } as ApiRequest);
    await expect(asking).rejects.toThrow(problem);
    expect(server.requests).toEqual([]);
  });
});

describe('failures', () => {
  it.each([
    ['GET', 3],
    ['PUT', 3],
    ['DELETE', 3],
    ['POST', 1],
    ['PATCH', 1],
  ] as const)(
    '%s is sent %i times after 5xx and lost connections, and always again after 429',
    async (method, times) => {
      for (const [answer, expected] of [
        [{ status: 503 }, times],
        [{ status: 429 }, 3],
      ] as const) {
        server.requests.length = 0;
        server.answer(answer);
        await expect(create().request({ method, path: '/robots' })).rejects.toMatchObject(answer);
        expect(server.requests).toHaveLength(expected);
      }
      server.requests.length = 0;
      server.answer((response) => response.destroy());
      await expect(create().request({ method, path: '/robots' })).rejects.toMatchObject({ code: 'network-error' });
      expect(server.requests).toHaveLength(times);
    },
  );

  it('name the resource in the error and the event, without id and key', async () => {
    const events: object[] = [];
    server.answer({ status: 401, body: { errors: [{ code: 'clerk_key_invalid', message: `${SECRET} is bad` }] } });
    const api = create({ onEvent: (event: object) => events.push(event) });
    const error: unknown = await api
      .request({ method: 'POST', path: '/robots/user_canary/x', body: {} })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BackendApiError);
    expect(error).toMatchObject({ operation: 'request POST /robots', code: 'clerk_key_invalid' });
    expect(events).toMatchObject([{ type: 'backend-api.call', operation: 'request POST /robots', status: 401 }]);
    expect(inspect([error, events], { depth: 9, showHidden: true })).not.toMatch(/canary/);
  });

  it('follow no redirect', async () => {
    const other = await startRecordingServer();
    server.answer({ status: 302, headers: { location: `${other.url}/steal` } });
    await expect(create().request({ method: 'GET', path: '/robots' })).rejects.toMatchObject({ status: 302 });
    expect(other.requests).toEqual([]);
    await other.close();
  });
});
