import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AuthenticatorOptions, BailiffEvent } from 'bailiff';
import { TOKEN_KINDS } from '../../../src/verify/token-kinds.js';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import { VERSION } from '../../../src/ground/version.js';
import { createCircuitBreaker } from '../../../src/core/backend-api/circuit-breaker.js';
import { backendOf, createBackend, type Backend } from '../../../src/core/backend-api/client.js';
import { MAX_BODY_BYTES } from '../../../src/core/backend-api/http.js';
import { API_VERSION_DATE } from '../../../src/ground/api-version.js';
import { UpstreamUnreachable } from '../../../src/ports.js';
import type { NotJson } from '../../../src/ground/upstream-body.js';
import { startClerk } from '../../support/clerk.js';

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}
type Respond = (sent: Sent) => Response | Promise<Response>;

const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), { ...init, headers: { 'content-type': 'application/json', ...init.headers } });

function setup(respond: Respond, options: AuthenticatorOptions = {}) {
  const sent: Sent[] = [];
  const clock = { now: 1_800_000_000_000 };
  const events: BailiffEvent[] = [];
  const config = resolveConfig(
    {
      secretKey: 'sk_test_secret',
      apiUrl: 'https://api.test',
      now: () => clock.now,
      onEvent: (event) => void events.push(event),
      fetch: async (url, init = {}) => {
        sent.push({ url, init });
        return respond({ url, init });
      },
      ...options,
    },
    {},
  );
  const backend = createBackend(config);
  if (backend === null) throw new Error('no backend');
  return { backend, sent, clock, events, config };
}

const ok: Respond = () => json({ fine: true });
const REFRESH = {
  sessionId: 'sess_1',
  expiredToken: 'a.b.c',
  refreshToken: 'r',
  requestOrigin: 'https://app.test',
  requestHeaders: { accept: ['text/html'] },
  suffixedCookies: true,
};

const API_KEY = TOKEN_KINDS.api_key.opaque.ask;
const M2M = TOKEN_KINDS.m2m_token.opaque.ask;
const OAUTH = TOKEN_KINDS.oauth_token.opaque.ask;

/** The first column: the name of the operation, by which events and `health()` know it. */
type Row = readonly [string, (backend: Backend) => Promise<unknown>, string, string, unknown];
const CALLS: readonly Row[] = [
  ['GetJWKS', (b) => b.jwks(), 'GET', '/v1/jwks', undefined],
  ['verifyApiKey', (b) => b.verifyOpaque(API_KEY, 'ak_1'), 'POST', '/api_keys/verify', { secret: 'ak_1' }],
  ['verifyM2MToken', (b) => b.verifyOpaque(M2M, 'mt_1'), 'POST', '/m2m_tokens/verify', { token: 'mt_1' }],
  [
    'verifyOAuthAccessToken',
    (b) => b.verifyOpaque(OAUTH, 'oat_1'),
    'POST',
    '/oauth_applications/access_tokens/verify',
    { access_token: 'oat_1' },
  ],
  [
    'GetHandshakePayload',
    (b) => b.handshakePayload('a b&c'),
    'GET',
    '/v1/clients/handshake_payload?nonce=a+b%26c',
    undefined,
  ],
  [
    'RefreshSession',
    (b) => b.refreshSession(REFRESH),
    'POST',
    '/v1/sessions/sess_1/refresh?suffixed_cookies=true',
    {
      format: 'cookie',
      expired_token: 'a.b.c',
      refresh_token: 'r',
      request_origin: 'https://app.test',
      request_headers: { accept: ['text/html'] },
    },
  ],
  ['CreateSessionToken', (b) => b.createSessionToken('sess_1', null, null), 'POST', '/v1/sessions/sess_1/tokens', {}],
  [
    'CreateSessionTokenFromTemplate',
    (b) => b.createSessionToken('sess_1', 'my tpl', 60),
    'POST',
    '/v1/sessions/sess_1/tokens/my%20tpl',
    { expires_in_seconds: 60 },
  ],
  ['GetUser', (b) => b.getUser('user_1'), 'GET', '/v1/users/user_1', undefined],
];

afterEach(() => {
  vi.useRealTimers();
});

describe('calls', () => {
  it.each(CALLS)('%s', async (operation, call, method, path, body) => {
    const { backend, sent, events } = setup(ok);
    expect(await call(backend)).toEqual({ status: 200, body: { fine: true }, retryAfterMs: null });
    expect(sent[0]?.url).toBe(`https://api.test${path}`);
    expect(sent[0]?.init).toMatchObject({
      method,
      redirect: 'manual',
      headers: {
        Authorization: 'Bearer sk_test_secret',
        'Clerk-API-Version': API_VERSION_DATE,
        'Content-Type': 'application/json',
        'User-Agent': `bailiff@${VERSION}`,
      },
    });
    expect(sent[0]?.init.body === undefined ? undefined : JSON.parse(sent[0].init.body as string)).toEqual(body);
    expect(events).toMatchObject([{ type: 'backend-api.call', operation, status: 200 }]);
  });

  it('name the version of package.json', () => {
    expect((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version).toBe(VERSION);
  });

  it('leaves out `suffixed_cookies` when it is false', async () => {
    const { backend, sent } = setup(ok);
    await backend.refreshSession({ ...REFRESH, suffixedCookies: false });
    expect(sent[0]?.url).toBe('https://api.test/v1/sessions/sess_1/refresh');
  });

  it('verify M2M tokens with the machine key if it is set', async () => {
    const { backend, sent } = setup(ok, { machineSecretKey: 'ak_machine' });
    await backend.verifyOpaque(M2M, 'mt_1');
    await backend.verifyOpaque(API_KEY, 'ak_1');
    expect(sent.map(({ init }) => new Headers(init.headers).get('authorization'))).toEqual([
      'Bearer ak_machine',
      'Bearer sk_test_secret',
    ]);
  });

  it('S34: are not made without the key that they need', async () => {
    const { sent, config } = setup(ok);
    const machine = createBackend({ ...config, secretKey: null, machineSecretKey: 'ak_machine' });
    expect(await machine?.jwks()).toMatchObject({ status: 401, body: { errors: [{ code: 'clerk_key_invalid' }] } });
    expect(sent).toEqual([]);
    expect(createBackend({ ...config, secretKey: null, machineSecretKey: null })).toBeNull();
  });

  it.each(['', '.', '..', '\ud800'])('S13: never use the id %j as a path', async (id) => {
    const { backend, sent } = setup(ok);
    expect(await backend.refreshSession({ ...REFRESH, sessionId: id })).toMatchObject({ status: 404 });
    expect(await backend.createSessionToken(id, null, null)).toMatchObject({ status: 404 });
    expect(await backend.createSessionToken('sess_1', id, null)).toMatchObject({ status: 404 });
    expect(sent).toEqual([]);
  });

  it.each(['../organizations/x', 'a/b?c', 'a#b', 'a\\b', '%2e%2e'])(
    'S13: keep the id %j in one segment',
    async (id) => {
      const { backend, sent } = setup(ok);
      await backend.createSessionToken(id, null, null);
      expect(new URL(sent[0]?.url ?? '').pathname).toBe(`/v1/sessions/${encodeURIComponent(id)}/tokens`);
    },
  );
});

describe('answers', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/jwk-set+json',
    'text/plain; charset=utf-8',
    'application/octet-stream',
    'text/html',
    null,
  ])('are read as JSON by their content, whatever their label (%j)', async (type) => {
    const headers = new Headers(type === null ? {} : { 'content-type': type });
    const respond = () => new Response(new TextEncoder().encode(' {"a":1}\n'), { headers });
    const { backend, events } = setup(respond);
    expect(await backend.jwks()).toEqual({ status: 200, body: { a: 1 }, retryAfterMs: null });
    expect(events[0]).not.toHaveProperty('notJson');
  });

  it.each<[NotJson, string | Uint8Array<ArrayBuffer> | null]>([
    ['broken-json', '{"secret-CANARY":'],
    ['broken-json', '["a" "b"]'],
    ['empty', null],
    ['empty', ' \r\n '],
    ['html', '\n<!DOCTYPE html><title>CANARY</title>'],
    ['html', '<!-- CANARY -->\n<html>'],
    ['xml', '<?xml version="1.0"?><CANARY/>'],
    ['text', 'upstream connect error: CANARY'],
    ['text', 'undefined'],
    ['binary', new Uint8Array([0x1f, 0x8b, 0x08, 0x00])],
    ['binary', new Uint8Array([0xff, 0xd8, 0xff])],
  ])('report a body that is no JSON without quoting it: %s (%j)', async (notJson, body) => {
    const { backend, events } = setup(() => new Response(body, { headers: { 'content-type': 'application/json' } }));
    expect(await backend.jwks()).toEqual({ status: 200, body: undefined, notJson, retryAfterMs: null });
    expect(events).toMatchObject([{ type: 'backend-api.call', status: 200, notJson }]);
    expect(JSON.stringify(events)).not.toContain('CANARY');
  });

  it('give the time to wait', async () => {
    const { backend } = setup(() => json({}, { status: 429, headers: { 'retry-after': '7' } }));
    expect(await backend.jwks()).toMatchObject({ status: 429, retryAfterMs: 7_000 });
  });

  it('may ask for an hour at most', async () => {
    const { backend } = setup(() => json({}, { status: 503, headers: { 'retry-after': '99999999' } }));
    expect(await backend.jwks()).toMatchObject({ status: 503, retryAfterMs: 3_600_000 });
  });

  it('S14: are not followed as redirects', async () => {
    const thief = await startClerk();
    const clerk = await startClerk();
    clerk.fail({ status: 302, body: '', headers: { location: `${thief.apiUrl}/v1/jwks` } });
    const config = resolveConfig({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl }, {});
    expect(await createBackend(config)?.jwks()).toMatchObject({ status: 302 });
    expect([clerk.requests.length, thief.requests.length]).toEqual([1, 0]);
    await Promise.all([clerk.close(), thief.close()]);
  });

  it('count as failures if they break off', async () => {
    const clerk = await startClerk();
    const config = resolveConfig({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl }, {});
    for (const afterBytes of [undefined, 0, 20]) {
      clerk.fail({ reset: true, times: 1, ...(afterBytes === undefined ? {} : { afterBytes }) });
      await expect(createBackend(config)?.jwks()).rejects.toMatchObject({ kind: 'network' });
    }
    expect(await createBackend(config)?.jwks()).toMatchObject({ status: 200, body: clerk.state.keys.jwks() });
    await clerk.close();
  });

  it('are bounded in size', async () => {
    const { backend } = setup(() => new Response('x'.repeat(MAX_BODY_BYTES + 1)));
    await expect(backend.jwks()).rejects.toMatchObject({ kind: 'network' });
  });
});

describe('failures', () => {
  it('covers the network', async () => {
    const { backend, events } = setup(() => Promise.reject(new TypeError('fetch failed')));
    await expect(backend.jwks()).rejects.toBeInstanceOf(UpstreamUnreachable);
    expect(events).toEqual([{ type: 'backend-api.call', operation: 'GetJWKS', status: null, durationMs: 0 }]);
  });

  it.each([
    ['never answers', () => new Promise<Response>(() => undefined)],
    [
      'never finishes its body',
      () => new Response(new ReadableStream({ start: (c) => void c.enqueue(new Uint8Array(1)) })),
    ],
  ] as const)('covers a server that %s, after 3 seconds', async (_, respond) => {
    vi.useFakeTimers();
    const { backend, sent } = setup(respond);
    const call = expect(backend.jwks()).rejects.toMatchObject({ kind: 'timeout' });
    await vi.advanceTimersByTimeAsync(3_000);
    await call;
    expect(sent[0]?.init.signal?.aborted).toBe(true);
  });

  it('keeps keys and tokens out of events', async () => {
    const { backend, events } = setup(ok);
    await backend.verifyOpaque(API_KEY, 'ak_CANARY');
    expect(JSON.stringify(events)).not.toMatch(/CANARY|sk_test/);
    expect(events).toEqual([{ type: 'backend-api.call', operation: 'verifyApiKey', status: 200, durationMs: 0 }]);
  });
});

describe('the circuit breaker', () => {
  const down: Respond = () => json({}, { status: 503 });

  it('opens after five failures in a row, lets one probe through, and closes on success', async () => {
    const answers = { respond: down };
    const { backend, sent, clock } = setup((s) => answers.respond(s));
    for (let i = 0; i < 5; i += 1) await backend.jwks();
    await expect(backend.jwks()).rejects.toMatchObject({ kind: 'circuit-open', retryAfterMs: 5_000 });
    expect(sent).toHaveLength(5);
    expect(backend.openCircuits?.()).toEqual(['GetJWKS']);

    clock.now += 5_000;
    const [probe, other] = await Promise.allSettled([backend.jwks(), backend.jwks()]);
    expect([probe.status, other.status]).toEqual(['fulfilled', 'rejected']);
    await expect(backend.jwks()).rejects.toMatchObject({ kind: 'circuit-open' });

    clock.now += 5_000;
    answers.respond = ok;
    await backend.jwks();
    await backend.jwks();
    expect(sent).toHaveLength(8);
    expect(backend.openCircuits?.()).toEqual([]);
  });

  it('stays closed if a success comes between failures', async () => {
    let count = 0;
    const { backend } = setup(() => ((count += 1) % 5 === 0 ? json({}) : json({}, { status: 500 })));
    for (let i = 0; i < 20; i += 1) await backend.jwks();
    expect(count).toBe(20);
  });

  it.each([400, 401, 404, 429])('stays closed for status %i, which is an answer', async (status) => {
    const { backend, sent } = setup(() => json({}, { status }));
    for (let i = 0; i < 10; i += 1) await backend.jwks();
    expect(sent).toHaveLength(10);
  });

  it('is separate for each operation, so that an attack on one closes no other', async () => {
    const { backend } = setup(({ url }) => (url.includes('api_keys') ? json({}, { status: 500 }) : json({})));
    for (let i = 0; i < 5; i += 1) await backend.verifyOpaque(API_KEY, 'ak_1');
    await expect(backend.verifyOpaque(API_KEY, 'ak_1')).rejects.toMatchObject({ kind: 'circuit-open' });
    expect(await backend.jwks()).toMatchObject({ status: 200 });
  });

  it('does not stay open if the clock is set back', async () => {
    const { backend, clock } = setup(down);
    for (let i = 0; i < 5; i += 1) await backend.jwks();
    clock.now -= 3_600_000;
    expect(await backend.jwks()).toMatchObject({ status: 503 });
  });

  it('sends another probe if the runtime has dropped one with its request', () => {
    let now = 0;
    const breaker = createCircuitBreaker(() => now);
    for (let i = 0; i < 5; i += 1) breaker.leave(false);
    now = 5_000;
    // Nobody ever says how it went.
    expect([breaker.enter(), breaker.enter()]).toEqual([null, 5_000]);
    now = 9_999;
    expect(breaker.enter()).toBe(1);
    now = 10_000;
    expect([breaker.enter(), breaker.enter()]).toEqual([null, 5_000]);
    breaker.leave(true);
    expect([breaker.enter(), breaker.enter()]).toEqual([null, null]);
  });

  it('is one for everything that calls with the same configuration', async () => {
    const { config, sent } = setup(down);
    for (let i = 0; i < 5; i += 1) await backendOf(config)?.getUser('user_1');
    await expect(backendOf(config)?.getUser('user_2')).rejects.toMatchObject({ kind: 'circuit-open' });
    expect(sent).toHaveLength(5);
  });

  it('belongs to one authenticator', async () => {
    const broken = setup(down);
    for (let i = 0; i < 5; i += 1) await broken.backend.jwks();
    expect(await setup(ok).backend.jwks()).toMatchObject({ status: 200 });
  });
});
