import { ConfigurationError } from 'bailiff';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import {
  createFrontendApiProxy,
  proxyPath,
  type FrontendApiProxyOptions,
  type ProxiedRequest,
} from '../../../src/core/proxy/frontend-api-proxy.js';

const SECRET_KEY = 'sk_test_proxy';
const keyFor = (host: string) => `pk_test_${btoa(`${host}$`)}`;
const PUBLISHABLE_KEY = keyFor('clerk.acornbooks.example');

interface Sent extends RequestInit {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly duplex?: string;
}

/** A proxy whose Frontend API is `answer`; by default it echoes nothing and is content. */
function create(
  options: Partial<FrontendApiProxyOptions> = {},
  answer: (sent: Sent) => Response | Promise<Response> = () => new Response('ok'),
  { publishableKey = PUBLISHABLE_KEY, env = {} }: { publishableKey?: string; env?: Record<string, string> } = {},
) {
  const sent: Sent[] = [];
  const fetch = async (url: string, init?: RequestInit) => {
    const request = { ...init, url } as Sent;
    sent.push(request);
    return answer(request);
  };
  const config = resolveConfig({ publishableKey, secretKey: SECRET_KEY, fetch }, {});
  return { proxy: createFrontendApiProxy(config, { enabled: true, ...options }, env), sent };
}

const request = (changes: Partial<ProxiedRequest> = {}): ProxiedRequest => ({
  method: 'GET',
  url: '/__clerk/v1/client?a=1',
  headers: [],
  publicOrigin: 'https://app.example',
  clientAddress: null,
  body: () => null,
  ...changes,
});
const errorOf = async (answer: Response) => [
  answer.status,
  answer.headers.get('cache-control'),
  answer.headers.get('content-type'),
  await answer.json(),
];
const problem = (status: number, message: string) => [
  status,
  'no-store',
  'application/json',
  { errors: [{ code: 'proxy_request_failed', message }] },
];
const REFUSED = problem(400, 'The request cannot be forwarded.');
const UNREACHED = problem(502, 'The Frontend API could not be reached.');
/** As `fetch` does: never answers, and rejects when it is given up. */
const never = ({ signal }: Sent) =>
  new Promise<Response>((_, reject) => {
    const give = () => reject(new Error('aborted'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give);
  });

describe('the path of the proxy', () => {
  test.each([
    [undefined, '/__clerk'],
    [null, '/__clerk'],
    ['', '/__clerk'],
    ['/', '/__clerk'],
    ['//', '/__clerk'],
    ['/a', '/a'],
    ['/a/', '/a'],
    ['/auth/clerk//', '/auth/clerk'],
  ])('%j is %s', (given, path) => {
    expect(proxyPath(given)).toBe(path);
    expect(create({ path: given }).proxy.path).toBe(path);
  });

  test.each(['a', '//a', 'https://a.example', '/a?b', '/a#b', '/a\\b', '/a b', '/a\t'])('throws for %j', (given) => {
    expect(() => proxyPath(given)).toThrow(expect.objectContaining({ option: 'frontendApiProxy' }));
    expect(() => proxyPath(given)).toThrow(/frontendApiProxy\.path.*\/__clerk/);
  });

  test('owns the paths below it', () => {
    const { proxy } = create({ path: '/auth' });
    const urls = ['/auth', '/auth/x', 'https://app.example/auth?x', '/authx', '/x?/auth', 'https://auth/x'];
    expect(urls.map((url) => proxy.owns(url))).toEqual([true, true, true, false, false, false]);
  });
});

describe('the address of the Frontend API', () => {
  const VARIABLE = { CLERK_FAPI_URL: 'https://variable.example' };
  test.each<readonly [string, Parameters<typeof create>[0], Parameters<typeof create>[2], string]>([
    ["Clerk's own", {}, {}, 'https://frontend-api.clerk.dev/v1/client?a=1'],
    ['of a local instance', {}, { publishableKey: keyFor('127.0.0.1:4010') }, 'http://127.0.0.1:4010/v1/client?a=1'],
    ['of the variable', {}, { env: VARIABLE }, 'https://variable.example/v1/client?a=1'],
    ['of the option', { fapiUrl: 'https://o.example/' }, { env: VARIABLE }, 'https://o.example/v1/client?a=1'],
    ['with a base path', { fapiUrl: 'https://o.example/b//' }, {}, 'https://o.example/b/v1/client?a=1'],
    ['over http', { fapiUrl: 'http://o.example:8080' }, {}, 'http://o.example:8080/v1/client?a=1'],
  ])('%s', async (_, options, rest, url) => {
    const { proxy, sent } = create(options, undefined, rest);
    await proxy.forward(request());
    expect(sent.map((one) => one.url)).toEqual([url]);
  });

  test.each([
    'nowhere',
    'ftp://o.example',
    'https://u@o.example',
    'https://:p@o.example',
    'https://o.example?q',
    'https://o.example#h',
  ])('refuses %s', (fapiUrl) => {
    expect(() => create({ fapiUrl })).toThrow(expect.objectContaining({ option: 'frontendApiProxy' }));
    expect(() => create({}, undefined, { env: { CLERK_FAPI_URL: fapiUrl } })).toThrow(
      /^CLERK_FAPI_URL .*is not a (?:plain http\(s\) )?URL.*https:/s,
    );
  });

  test.each([
    ['publishableKey', { secretKey: SECRET_KEY }, 'CLERK_PUBLISHABLE_KEY'],
    ['secretKey', { publishableKey: PUBLISHABLE_KEY }, 'CLERK_SECRET_KEY'],
  ])('is missing without a %s', (option, keys, variable) => {
    const make = () => createFrontendApiProxy(resolveConfig(keys, {}), { enabled: true }, {});
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ option }));
    expect(make).toThrow(new RegExp(`needs both keys.*Set ${variable}\\.`, 's'));
  });
});

describe('a forwarded request', () => {
  test.each(['CONNECT', 'TRACE', 'TRACK', 'connect', 'trace', 'tRaCk'])('S26: is not sent: %s', async (method) => {
    const { proxy, sent } = create();
    const body = vi.fn(() => null);
    expect(await errorOf(await proxy.forward(request({ method, body })))).toEqual(REFUSED);
    expect([sent, body.mock.calls]).toEqual([[], []]);
  });

  test.each(['TRACES', 'XTRACE', 'GET', 'OPTIONS', 'PATCH', 'DELETE', 'PURGE'])('has %s', async (method) => {
    const { proxy, sent } = create();
    expect((await proxy.forward(request({ method }))).status).toBe(200);
    expect(sent).toMatchObject([{ method, redirect: 'manual' }]);
  });

  test('S14: has no path that leaves the base path', async () => {
    const { proxy, sent } = create();
    expect(await errorOf(await proxy.forward(request({ url: '/__clerk/..%2fx' })))).toEqual(REFUSED);
    expect(sent).toEqual([]);
  });

  test('has the proxy headers with the public address', async () => {
    const { proxy, sent } = create({ path: '/auth' });
    await proxy.forward(request({ url: '/auth/v1', headers: [['x-a', '1']], clientAddress: '192.0.2.1' }));
    expect(Object.fromEntries(sent[0]?.headers as Headers)).toEqual({
      'x-a': '1',
      'accept-encoding': 'identity',
      'clerk-proxy-url': 'https://app.example/auth',
      'clerk-secret-key': SECRET_KEY,
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-host': 'app.example',
      'x-forwarded-proto': 'https',
    });
  });

  test.each(['GET', 'HEAD'])('has no body with %s, and reads none', async (method) => {
    const { proxy, sent } = create();
    const body = vi.fn(() => new Uint8Array(1));
    await proxy.forward(request({ method, body }));
    expect(body).not.toHaveBeenCalled();
    expect(sent[0]).not.toHaveProperty('body');
    expect(sent[0]).not.toHaveProperty('duplex');
  });

  test('has the given body, if there is one', async () => {
    const { proxy, sent } = create();
    const body = new Uint8Array([0, 255]);
    await proxy.forward(request({ method: 'POST', body: () => Promise.resolve(body) }));
    await proxy.forward(request({ method: 'POST' }));
    expect(sent[0]).toMatchObject({ body, duplex: 'half' });
    expect(sent[1]).not.toHaveProperty('body');
  });

  test("is not sent if the body is unavailable, and rejects with the adapter's error", async () => {
    const { proxy, sent } = create();
    const lost = new ConfigurationError('frontendApiProxy', 'gone', 'keep it');
    const body = () => {
      throw lost;
    };
    await expect(proxy.forward(request({ method: 'POST', body }))).rejects.toBe(lost);
    await expect(proxy.forward(request({ method: 'POST', body: () => Promise.reject(lost) }))).rejects.toBe(lost);
    expect(sent).toEqual([]);
  });
});

describe('a returned answer', () => {
  test.each([200, 201, 302, 400, 404, 429, 500])('keeps status %i and its body', async (status) => {
    const { proxy } = create({}, () => new Response('text', { status, headers: { 'x-a': '1' } }));
    const answer = await proxy.forward(request());
    expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([status, '1', 'text']);
  });

  test.each([
    ['GET', 204],
    ['GET', 205],
    ['GET', 304],
    ['HEAD', 200],
  ])('has no body for %s with status %i', async (method, status) => {
    const { proxy } = create({}, () => new Response(method === 'HEAD' ? 'text' : null, { status }));
    const answer = await proxy.forward(request({ method }));
    expect([answer.status, answer.body]).toEqual([status, null]);
  });

  test.each([
    ['/v1/next?b', 'https://app.example/__clerk/v1/next?b'],
    ['https://other.example/', 'https://other.example/'],
    [null, null],
  ])('has Location %s as %s', async (location, expected) => {
    const headers = location === null ? [] : [['location', location] as [string, string]];
    const { proxy } = create({}, () => new Response(null, { status: 302, headers }));
    expect((await proxy.forward(request())).headers.get('location')).toBe(expected);
  });

  test('tells that the Frontend API was not reached', async () => {
    const { proxy } = create({}, () => Promise.reject(new TypeError('fetch failed')));
    expect(await errorOf(await proxy.forward(request()))).toEqual(UNREACHED);
  });
});

describe('the end of a call', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('comes after 30 s without response headers, not earlier', async () => {
    const { proxy, sent } = create({}, never);
    const answer = proxy.forward(request());
    await vi.advanceTimersByTimeAsync(29_999);
    expect(sent[0]?.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await errorOf(await answer)).toEqual(UNREACHED);
  });

  test('is not timed once the headers have arrived', async () => {
    const { proxy, sent } = create();
    await proxy.forward(request());
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent[0]?.signal.aborted).toBe(false);
  });

  test('comes when the browser disconnects', async () => {
    const browser = new AbortController();
    const { proxy } = create({}, never);
    const answer = proxy.forward(request({ signal: browser.signal }));
    await vi.advanceTimersByTimeAsync(0);
    browser.abort();
    expect(await errorOf(await answer)).toEqual(UNREACHED);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('comes at once if the browser has disconnected before', async () => {
    const { proxy, sent } = create({}, never);
    expect(await errorOf(await proxy.forward(request({ signal: AbortSignal.abort() })))).toEqual(UNREACHED);
    expect(sent.every(({ signal }) => signal.aborted)).toBe(true);
  });

  test('does not wait for a fetch that ignores the signal', async () => {
    const browser = new AbortController();
    const { proxy } = create({}, () => new Promise<never>(() => undefined));
    const answer = proxy.forward(request({ signal: browser.signal }));
    browser.abort();
    expect(await errorOf(await answer)).toEqual(UNREACHED);
  });

  test('leaves no listener on the signal of the browser', async () => {
    const browser = new AbortController();
    const came = vi.spyOn(browser.signal, 'addEventListener');
    const left = vi.spyOn(browser.signal, 'removeEventListener');
    const { proxy } = create();
    await proxy.forward(request({ signal: browser.signal }));
    expect(came).toHaveBeenCalledTimes(1);
    expect(left.mock.calls).toEqual(came.mock.calls);
  });
});
