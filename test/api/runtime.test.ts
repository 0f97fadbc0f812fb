import {
  BackendApiError,
  ConfigurationError,
  createBackendApi,
  InvalidArgumentError,
  type BackendApiOptions,
} from 'bailiff/api';
import fc from 'fast-check';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { startRecordingServer, useRecordingServer } from './support/recording-server.js';

const SECRET = 'sk_test_canary_7f3a';
const NOW = Date.UTC(2026, 0, 1);
const notFound = {
  status: 404,
  body: {
    errors: [{ code: 'resource_not_found', message: 'not found', long_message: 'No user was found with id user_1.' }],
    clerk_trace_id: 'trace_1',
  },
};

const server = useRecordingServer();
let pauses: number[];
beforeEach(() => {
  pauses = [];
});

const wait = (ms: number) => {
  pauses.push(ms);
  return Promise.resolve();
};
const create = (options: BackendApiOptions = {}) =>
  createBackendApi({ apiUrl: server.url, secretKey: SECRET, now: () => NOW, wait, ...options }, {});
const failure = async (promise: PromiseLike<unknown>): Promise<BackendApiError> => {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackendApiError)) throw new Error(`not a BackendApiError: ${String(error)}`);
  return error;
};

describe('a request', () => {
  it('omits undefined from a query, but sends false, 0 and empty text', async () => {
    await create().users.list({ banned: false, offset: 0, query: '', username: undefined });
    expect(server.requests[0]!.target).toBe('/v1/users?banned=false&offset=0&query=');
  });

  it('sends false, 0, empty text and null in a body', async () => {
    await create().users.update('user_1', {
      first_name: '',
      create_organizations_limit: 0,
      delete_self_enabled: false,
      external_id: null,
    });
    expect(JSON.parse(server.requests[0]!.body.toString())).toEqual({
      first_name: '',
      create_organizations_limit: 0,
      delete_self_enabled: false,
      external_id: null,
    });
  });

  it('repeats arrays, and joins the one with commas that the document describes so', async () => {
    await create().users.list({ user_id: ['user_1', 'user_2'] });
    await create().organizationDomains.listAll({
      enrollment_mode: ['manual_invitation', 'automatic_invitation'],
      domains: ['a.test', 'b.test'],
    });
    await create().users.list({ user_id: [] });
    expect(server.requests.map(({ target }) => decodeURIComponent(target))).toEqual([
      '/v1/users?user_id=user_1&user_id=user_2',
      '/v1/organization_domains?enrollment_mode=manual_invitation,automatic_invitation&domains=a.test&domains=b.test',
      '/v1/users',
    ]);
  });

  it('joins a list that begins with empty text, too', async () => {
    await create().organizationDomains.listAll({ enrollment_mode: ['' as never, 'manual_invitation'] });
    expect(decodeURIComponent(server.requests[0]!.target)).toBe(
      '/v1/organization_domains?enrollment_mode=,manual_invitation',
    );
  });

  it('passes keys such as __proto__ in both directions without changing a prototype (S22)', async () => {
    server.answer({ body: '{"public_metadata":{"__proto__":{"polluted":true},"constructor":{"x":1}}}' });
    const metadata = JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>;
    const user = await create().users.update('user_1', { public_metadata: metadata });
    expect(server.requests[0]!.body.toString()).toBe('{"public_metadata":{"__proto__":{"polluted":true}}}');
    expect(Object.keys(user.public_metadata)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('sends no Authorization for the one operation without a key (S34), and needs no key for it', async () => {
    server.answer({ headers: { 'content-type': 'text/html' }, body: '<html></html>' });
    await create({ secretKey: null }).miscellaneous.getPublicInterstitial(
      {},
      { headers: { authorization: 'Bearer mine' } },
    );
    expect(server.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('keeps its own Authorization, whatever the headers of a call', async () => {
    await create().users.get('user_1', { headers: { AUTHORIZATION: 'Bearer theirs', 'X-Mine': 'yes' } });
    expect(server.requests[0]!.headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-mine': 'yes' });
  });
});

describe('keys', () => {
  it.each([
    [
      'the machine of the call',
      { machineSecretKey: 'ak_client' },
      { machineSecretKey: 'ak_call', secretKey: 'sk_call' },
      'ak_call',
    ],
    ['the secret key of the call', { machineSecretKey: 'ak_client' }, { secretKey: 'sk_call' }, 'sk_call'],
    ['the machine of the client', { machineSecretKey: 'ak_client' }, {}, 'ak_client'],
    ['the secret key of the client', {}, {}, SECRET],
  ])('%s is used for M2M operations', async (_, options, call, key) => {
    await create(options).m2mTokens.create({}, call);
    expect(server.requests[0]!.headers.authorization).toBe(`Bearer ${key}`);
  });

  it('never include a machine key in other operations', async () => {
    await create({ machineSecretKey: 'ak_client' }).users.get('user_1', { machineSecretKey: 'ak_call' });
    expect(server.requests[0]!.headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  it('are read from the environment, without quotes and blanks', async () => {
    const env = {
      CLERK_SECRET_KEY: ' "sk_env" ',
      CLERK_API_URL: `${server.url}/`,
      CLERK_API_VERSION: 'v9',
      CLERK_MACHINE_SECRET_KEY: 'ak_env',
    };
    const api = createBackendApi({}, env);
    await api.users.get('user_1');
    await api.m2mTokens.create({});
    expect(server.requests.map(({ target, headers }) => [target, headers.authorization])).toEqual([
      ['/v9/users/user_1', 'Bearer sk_env'],
      ['/m2m_tokens', 'Bearer ak_env'],
    ]);
  });

  it('throw a ConfigurationError that names the variable before any request if they are missing', async () => {
    const api = createBackendApi({ apiUrl: server.url }, {});
    await expect(api.users.get('user_1')).rejects.toThrow(ConfigurationError);
    await expect(api.users.get('user_1')).rejects.toThrow(/CLERK_SECRET_KEY/);
    await expect(api.users.list()).rejects.toThrow(ConfigurationError);
    expect(server.requests).toEqual([]);
  });

  it('are refused without being quoted if no header can hold them', async () => {
    const secretKey = `${SECRET}\nX-Evil: 1`;
    const errors: unknown[] = [await Promise.resolve(create().users.get('user_1', { secretKey })).catch(String)];
    try {
      create({ secretKey });
    } catch (error) {
      errors.push(error);
    }
    expect(errors).toEqual([expect.stringContaining('ConfigurationError'), expect.any(ConfigurationError)]);
    expect(inspect(errors)).not.toContain(SECRET);
    expect(server.requests).toEqual([]);
  });

  it.each([
    'ftp://x.test',
    'https://user:pass@x.test',
    'x.test',
    'https://x.test?a',
    'https://x.test/#f',
    'https://',
    'https://x.test:99999',
  ])('refuse the API URL %s', (apiUrl) => {
    expect(() => createBackendApi({ apiUrl }, {})).toThrow(ConfigurationError);
  });
});

describe('ids never change the path (S13)', () => {
  it.each([
    '',
    ' ',
    '.',
    '..',
    '../organizations/x',
    'a/../b',
    '..\\x',
    '...',
    '. .',
    '%2e%2e',
    '%252E%252e%252fx',
    'a//b',
    '%25%32%65%25%32%65',
    '\ud800',
    'x/',
    '/  x/\t',
    'a%41',
  ])('refuses %j', async (id) => {
    await expect(create().users.get(id)).rejects.toThrow(InvalidArgumentError);
    expect(server.requests).toEqual([]);
  });

  it.each([undefined, null, 1, {}, ['user_1']])('refuses %j, which is no text', async (id) => {
    await expect(create().users.get(id as string)).rejects.toThrow(InvalidArgumentError);
    expect(server.requests).toEqual([]);
  });

  it('encodes other characters', async () => {
    await create().users.get('a/b?c#d%e f');
    await create().sessions.createTokenFromTemplate('sess_1', 'my template');
    expect(server.requests.map(({ target }) => target)).toEqual([
      '/v1/users/a%2Fb%3Fc%23d%25e%20f',
      '/v1/sessions/sess_1/tokens/my%20template',
    ]);
  });

  it('is refused or one segment that decodes to it, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', 'f', '5', 'c', '?', '#') }),
        ),
        async (id) => {
          const urls: string[] = [];
          const api = create({
            fetch: (url) => {
              urls.push(url);
              return Promise.resolve(Response.json({}));
            },
          });
          const refused = await api.users.ban(id).then(
            () => false,
            (error: unknown) => error instanceof InvalidArgumentError,
          );
          if (refused) return urls.length === 0;
          const { pathname, search, hash, origin } = new URL(urls[0]!);
          const segments = pathname.split('/');
          return (
            origin === server.url &&
            search === '' &&
            hash === '' &&
            segments.length === 5 &&
            `${segments[1]}/${segments[2]}/${segments[4]}` === 'v1/users/ban' &&
            decodeURIComponent(segments[3]!) === id
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('errors', () => {
  it('hold all that a person needs', async () => {
    server.answer(notFound);
    const error = await failure(create().users.get('user_1'));
    expect(error).toMatchObject({
      name: 'BackendApiError',
      operation: 'users.get',
      status: 404,
      code: 'resource_not_found',
      errors: notFound.body.errors,
      traceId: 'trace_1',
      retryAfterMs: null,
    });
    expect(error.message).toBe(
      'users.get: resource_not_found: No user was found with id user_1. (trace trace_1) https://github.com/bailiff-auth/bailiff/blob/main/docs/errors.md#codes-of-the-backend-api',
    );
  });

  it('are read whatever the parameters of the content type, with cf-ray as the trace', async () => {
    server.answer({
      status: 422,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cf-ray': 'ray_1' },
      body: { errors: [{ code: 'form_param_invalid', message: 'no' }] },
    });
    expect(await failure(create().users.get('user_1'))).toMatchObject({ code: 'form_param_invalid', traceId: 'ray_1' });
  });

  it.each([
    ["a proxy's page", { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }, 502],
    ['a page instead of JSON', { headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' }, 200],
    ['cut JSON', { body: '{"id":' }, 200],
    ['an error without a list', { status: 400, body: { message: 'no' } }, 400],
    ['an error that is null', { status: 400, body: 'null' }, 400],
    ['a list of nothing', { status: 400, body: { errors: [null, 1] } }, 400],
  ])('%s is an unexpected response', async (_, answer, status) => {
    server.answer(answer);
    expect(await failure(create({ retries: 0 }).users.get('user_1'))).toMatchObject({
      code: 'unexpected-response',
      status,
    });
  });

  it('do not include an empty answer, which is undefined', async () => {
    server.answer((response) => response.writeHead(204).end());
    expect(await create().webhooks.deleteSvixApp()).toBeUndefined();
  });

  it('include a redirect, which is not followed: the key stays with the API', async () => {
    const other = await startRecordingServer();
    server.answer({ status: 307, headers: { location: `${other.url}/steal` } });
    expect(await failure(create().users.get('user_1'))).toMatchObject({ status: 307, code: 'unexpected-response' });
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it('keep the cause of a failed connection', async () => {
    server.answer((response) => response.destroy());
    const error = await failure(create({ retries: 0 }).users.get('user_1'));
    expect(error).toMatchObject({ code: 'network-error', status: null });
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it('never hold the key, from answer, cause or client', async () => {
    server.answer({ status: 401, body: { errors: [{ code: 'clerk_key_invalid', message: `${SECRET} is bad` }] } });
    const seen: unknown[] = [await failure(create().users.get('user_1'))];
    const leaky = create({
      retries: 0,
      fetch: (_, init) =>
        Promise.reject(new Error('failed', { cause: new Headers(init?.headers).get('authorization') })),
    });
    seen.push(await failure(leaky.users.get('user_1')), leaky, leaky.users);
    const text = seen
      .map(
        (value) =>
          inspect(value, { depth: 9, showHidden: true, getters: true }) +
          JSON.stringify(value) +
          (value as Error).stack,
      )
      .join();
    expect(text).toContain('[redacted] is bad');
    expect(text).not.toContain(SECRET);
  });
});

describe('an error of a given fetch', () => {
  it.each(['timeout', 'aborted', SECRET])('keeps the text %j as the cause, never as the code', async (text) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what this is about
    const error = await failure(create({ retries: 0, fetch: () => Promise.reject(text) }).users.get('user_1'));
    expect(error).toMatchObject({ code: 'network-error', status: null });
    expect(error.cause).toBe(text === SECRET ? undefined : text);
    expect(inspect(error)).not.toContain(SECRET);
  });
});

describe('retries', () => {
  const statuses = (...codes: number[]) =>
    server.answer(...codes.map((status) => ({ status, body: status === 200 ? { id: 'x' } : {} })));

  it.each(['users.get', 'users.update', 'users.delete', 'users.ban'])('%s is sent again after 5xx', async (name) => {
    statuses(500, 503, 200);
    const api = create() as unknown as Record<string, Record<string, (id: string, body?: object) => Promise<unknown>>>;
    expect(await api['users']![name.slice(6)]!('user_1', {})).toEqual({ id: 'x' });
    expect(server.requests).toHaveLength(3);
  });

  it('pause longer each time, and never at once or all in step', async () => {
    statuses(500, 500, 500, 500, 200);
    await create({ retries: 4 }).users.get('user_1');
    expect(pauses).toHaveLength(4);
    pauses.forEach((ms, index) => {
      expect(ms).toBeGreaterThanOrEqual(125 * 2 ** index);
      expect(ms).toBeLessThan(250 * 2 ** index);
    });
  });

  it.each([
    ['creations', (api: ReturnType<typeof create>) => api.users.create({})],
    ['rotations', (api: ReturnType<typeof create>) => api.machines.rotateSecretKey('mch_1', { previous_token_ttl: 0 })],
    [
      'a check that uses up a backup code',
      (api: ReturnType<typeof create>) => api.users.verifyTotp('user_1', { code: '1' }),
    ],
  ])('%s are not sent again after 5xx or a lost connection', async (_, call) => {
    statuses(500, 200);
    expect(await failure(call(create()))).toMatchObject({ status: 500 });
    server.answer((response) => response.destroy());
    expect(await failure(call(create()))).toMatchObject({ code: 'network-error' });
    expect(server.requests).toHaveLength(2);
  });

  it('repeat creations too after 429, after Retry-After in seconds', async () => {
    server.answer({ status: 429, headers: { 'retry-after': '7' } }, { body: { id: 'user_1' } });
    await create().users.create({});
    expect(pauses).toEqual([7_000]);
    expect(server.requests).toHaveLength(2);
  });

  it('accept a date in Retry-After', async () => {
    server.answer({ status: 429, headers: { 'retry-after': new Date(NOW + 12_000).toUTCString() } }, {});
    await create().users.create({});
    expect(pauses).toEqual([12_000]);
  });

  it.each([
    ['nonsense', null],
    ['-5', null],
    ['1.5', null],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['0', 0],
    ['86400', 86_400_000],
    ['86401', 86_400_000],
    ['9'.repeat(400), 86_400_000],
  ])('read Retry-After %s as %s ms', async (header, retryAfterMs) => {
    server.answer({ status: 429, headers: { 'retry-after': header } });
    expect(await failure(create({ retries: 0 }).users.get('user_1'))).toMatchObject({ retryAfterMs, status: 429 });
  });

  it('do not follow other refusals', async () => {
    for (const status of [400, 401, 403, 404, 409, 422]) {
      server.requests.length = 0;
      statuses(status, 200);
      expect(await failure(create().users.get('user_1'))).toMatchObject({ status });
      expect(server.requests).toHaveLength(1);
    }
  });

  it('end after `retries`, of the client or the call', async () => {
    statuses(500);
    await failure(create({ retries: 1 }).users.get('user_1'));
    await failure(create().users.get('user_1', { retries: 0 }));
    await failure(create().users.get('user_1', { retries: undefined }));
    expect(server.requests).toHaveLength(2 + 1 + 3);
  });

  it('start no pause that would end after the deadline', async () => {
    server.answer({ status: 429, headers: { 'retry-after': '60' } });
    const error = await failure(create().users.get('user_1', { deadlineMs: 59_000 }));
    expect(error).toMatchObject({ status: 429, retryAfterMs: 60_000 });
    expect(pauses).toEqual([]);
  });
});

describe('time and cancelling', () => {
  it('end a slow attempt with a timeout, and repeat it if that is safe', async () => {
    server.answer(null);
    expect(await failure(create({ timeoutMs: 30, retries: 1 }).users.get('user_1'))).toMatchObject({
      code: 'timeout',
      status: null,
    });
    expect(pauses).toHaveLength(1);
  });

  it('include the reading of the body', async () => {
    server.answer((response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":'));
    expect(await failure(create({ timeoutMs: 30, retries: 0 }).users.get('user_1'))).toMatchObject({ code: 'timeout' });
  });

  it('apply even if fetch never settles and ignores its signal', async () => {
    const api = create({ fetch: () => new Promise(() => {}), timeoutMs: 10, retries: 0 });
    expect(await failure(api.users.get('user_1'))).toMatchObject({ code: 'timeout' });
  });

  it('shorten the last attempt by the deadline', async () => {
    let now = NOW;
    const limits: number[] = [];
    const api = create({
      now: () => now,
      deadlineMs: 40,
      timeoutMs: 30_000,
      fetch: () => {
        limits.push(now - NOW);
        now += 39;
        return limits.length === 1
          ? Promise.resolve(Response.json({}, { status: 500, headers: { 'retry-after': '0' } }))
          : new Promise(() => {});
      },
    });
    expect(await failure(api.users.get('user_1'))).toMatchObject({ code: 'timeout' });
    expect(limits).toEqual([0, 39]);
  });

  it('cancel the request by a signal, whose reason is the cause', async () => {
    const controller = new AbortController();
    server.answer(() => controller.abort('enough'));
    const error = await failure(create().users.get('user_1', { signal: controller.signal }));
    expect(error).toMatchObject({ code: 'aborted', cause: 'enough' });
    expect(server.requests).toHaveLength(1);
  });

  it('send nothing if the signal has already fired', async () => {
    expect(await failure(create().users.get('user_1', { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
    });
    expect(server.requests).toEqual([]);
  });

  it('end a pause by a signal', async () => {
    const controller = new AbortController();
    server.answer((response) => {
      response.writeHead(500, { 'retry-after': '20' }).end();
      response.on('close', () => controller.abort());
    });
    const api = createBackendApi({ apiUrl: server.url, secretKey: SECRET }, {});
    expect(await failure(api.users.get('user_1', { signal: controller.signal }))).toMatchObject({ code: 'aborted' });
    expect(server.requests).toHaveLength(1);
  });

  it('leave no listener on a signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    const counted = Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => (listeners++, add(...args)),
      removeEventListener: (...args: Parameters<typeof remove>) => (listeners--, remove(...args)),
    });
    await create().users.get('user_1', { signal: counted });
    expect(listeners).toBe(0);
  });
});

describe('events', () => {
  it('are emitted for each attempt, and survive a listener that throws', async () => {
    const events: unknown[] = [];
    server.answer({ status: 500 }, {});
    const api = create({
      onEvent: (event) => {
        events.push(event);
        throw new Error('listener');
      },
    });
    await api.users.get('user_1');
    expect(events).toEqual([
      { type: 'backend-api.call', operation: 'users.get', status: 500, durationMs: 0 },
      { type: 'backend-api.call', operation: 'users.get', status: 200, durationMs: 0 },
    ]);
  });

  it('have a null status without an answer', async () => {
    const events: object[] = [];
    await failure(
      create({
        retries: 0,
        fetch: () => Promise.reject(new Error('down')),
        onEvent: (event) => events.push(event),
      }).users.get('user_1'),
    );
    expect(events).toMatchObject([{ status: null }]);
  });
});
