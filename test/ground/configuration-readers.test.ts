/** One configuration, read by everything that reads one: what one of them takes, all take; what one refuses, all refuse. */
import { ConfigurationError, createAuthenticator } from 'bailiff';
import { createBackendApi } from 'bailiff/api';
import { clerkMiddleware } from 'bailiff/express';
import { verifyWebhook as verifyHonoWebhook } from 'bailiff/hono';
import { verifyWebhookPayload, WebhookVerificationError } from 'bailiff/webhooks';
import express from 'express';
import { Hono } from 'hono';
import { Webhook } from 'standardwebhooks';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startRecordingServer, useRecordingServer } from '../api/support/recording-server.js';
import { bailiff } from '../cli/support.js';

type Env = Record<string, string>;
interface Given {
  readonly secretKey?: string;
  readonly machineSecretKey?: string;
  readonly apiUrl?: string;
}

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = `${base64({ alg: 'RS256', typ: 'JWT', kid: 'ins_1' })}.${base64({ sub: 'user_1', sid: 'sess_1' })}.c2ln`;
const PUBLISHABLE = {
  live: `pk_live_${btoa('clerk.acornbooks.example$')}`,
  test: `pk_test_${btoa('acorn-1.clerk.accounts.dev$')}`,
};

/** Each makes one request to `/v1/…` of the Backend API, with the secret key. */
const READERS: Readonly<Record<string, (given: Given, env: Env) => Promise<unknown>>> = {
  core: async (given, env) => createAuthenticator(given, env).verifySessionToken(TOKEN),
  'API client': async (given, env) => createBackendApi({ ...given, retries: 0 }, env).users.get('user_1'),
  'any request of the API client': async (given, env) =>
    createBackendApi({ ...given, retries: 0 }, env).request({ method: 'GET', path: '/robots' }),
};
/** The command has no options but flags, and its words for what went wrong. */
const COMMAND = async (given: Given, env: Env): Promise<void> => {
  const flags = Object.entries({ '--api-url': given.apiUrl, '--secret-key': given.secretKey });
  const args = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
  const { errors } = await bailiff(['env', ...args], { env });
  if (/^(?!.*refused)/.test(errors) && errors !== '') throw new ConfigurationError('', errors, '');
};
const ALL = Object.entries({ ...READERS, command: COMMAND });
/** The same value as an option and as a variable. */
const WAYS = ['option', 'variable'] as const;
const VARIABLES = {
  secretKey: 'CLERK_SECRET_KEY',
  machineSecretKey: 'CLERK_MACHINE_SECRET_KEY',
  apiUrl: 'CLERK_API_URL',
};
const give = (way: (typeof WAYS)[number], given: Given): [Given, Env] =>
  way === 'option'
    ? [given, {}]
    : [{}, Object.fromEntries(Object.entries(given).map(([name, value]) => [VARIABLES[name as keyof Given], value]))];

const server = useRecordingServer();
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe.each(ALL)('%s', (_, read) => {
  describe.each(WAYS)('given as %s', (way) => {
    it.each([
      (url: string) => url,
      (url: string) => `${url}/`,
      (url: string) => `${url}/v1`,
      (url: string) => `${url}/v1/`,
      (url: string) => ` "${url}/v1" `,
    ])('reads one address in every spelling: %s', async (written) => {
      await read(...give(way, { secretKey: 'sk_test_one', apiUrl: written(server.url) })).catch(() => undefined);
      const [first] = server.requests;
      expect(first?.target).toMatch(/^\/(?:v1\/(?!v1)|__bailiff\/)/);
      expect(first?.headers.authorization).toBe('Bearer sk_test_one');
    });

    it.each(['sk_live_one', '"sk_live_one"', " 'sk_live_one'\n", 'sk_live_one\r\n'])(
      'corrects a key: %j',
      async (key) => {
        await read(...give(way, { secretKey: key, apiUrl: server.url })).catch(() => undefined);
        expect(server.requests[0]?.headers.authorization).toBe('Bearer sk_live_one');
      },
    );

    it.each([
      ['pk_live_abc', /holds the CLERK_PUBLISHABLE_KEY/],
      ['ak_abc', /holds the CLERK_MACHINE_SECRET_KEY/],
      ['whsec_abc', /holds the CLERK_WEBHOOK_SIGNING_SECRET/],
      ['-----BEGIN PUBLIC KEY-----', /holds the CLERK_JWT_KEY/],
      ['sk_live_o ne', /is not a key/],
      ['sk_live_ö', /is not a key/],
    ])('refuses another key as the secret key: %s', async (secretKey, problem) => {
      const error: unknown = await read(...give(way, { secretKey, apiUrl: server.url })).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toMatch(problem);
      expect(String(error)).not.toContain(secretKey);
      expect(server.requests).toEqual([]);
    });

    it.each(['ftp://x.test', 'x.test', 'https://user:pass@x.test', 'https://x.test?a'])(
      'refuses an address: %s',
      async (apiUrl) => {
        const reading = read(...give(way, { secretKey: 'sk_test_one', apiUrl }));
        await expect(reading).rejects.toThrow(ConfigurationError);
      },
    );
  });

  it('follows no redirect with the key', async () => {
    const other = await startRecordingServer();
    server.answer({ status: 307, headers: { location: `${other.url}/steal` } });
    await read({ secretKey: 'sk_live_one', apiUrl: server.url }, {}).catch(() => undefined);
    expect(server.requests.length).toBeGreaterThan(0);
    expect(other.requests).toEqual([]);
    await other.close();
  });
});

describe.each(Object.entries(READERS))('%s: keys over plain http', (_, read) => {
  it.each([
    ['a production key', { secretKey: 'sk_live_one' }],
    ['one of the older form', { secretKey: 'live_one' }],
    ['one that does not say what it is for', { secretKey: 'one' }],
    ["a machine's", { machineSecretKey: 'ak_one' }],
    ["a machine's beside a production key", { machineSecretKey: 'ak_one', secretKey: 'sk_live_one' }],
  ])('%s is refused and never sent', async (__, keys) => {
    for (const way of WAYS) {
      const reading = read(...give(way, { ...keys, apiUrl: 'http://api.acornbooks.example' }));
      await expect(reading).rejects.toThrow(ConfigurationError);
      await expect(read(...give(way, { ...keys, apiUrl: 'http://api.acornbooks.example' }))).rejects.toThrow(/https/);
    }
  });
});

/** What would be sent, and where to: nothing leaves this machine. */
function sending() {
  const sent: string[] = [];
  const fetch = (url: string, init?: RequestInit) => {
    sent.push(`${url} ${new Headers(init?.headers).get('authorization')}`);
    return Promise.resolve(Response.json({}));
  };
  return { sent, fetch };
}

describe('over plain http', () => {
  const apiUrl = 'http://clerk:4000';

  it("a development instance on the local network is reached, with its machines' keys", async () => {
    const { sent, fetch } = sending();
    const keys = { secretKey: 'sk_test_one', machineSecretKey: 'ak_one', apiUrl, fetch };
    await createAuthenticator(keys, {})
      .verifySessionToken(TOKEN)
      .catch(() => undefined);
    await createBackendApi(keys, {}).m2mTokens.create({});
    expect(sent).toEqual([
      'http://clerk:4000/v1/jwks Bearer sk_test_one',
      'http://clerk:4000/m2m_tokens Bearer ak_one',
    ]);
  });

  it('a production key of a call is never sent, like one of the client', async () => {
    const { sent, fetch } = sending();
    const api = createBackendApi({ secretKey: 'sk_test_one', apiUrl, fetch, retries: 0 }, {});
    await expect(api.users.get('user_1', { secretKey: 'sk_live_two' })).rejects.toThrow(/https/);
    await expect(api.users.get('user_1', { secretKey: 'pk_live_two' })).rejects.toThrow(/CLERK_PUBLISHABLE_KEY/);
    await expect(api.users.get('user_1', { secretKey: '' })).rejects.toThrow(/empty/);
    const live = { machineSecretKey: 'ak_two', secretKey: 'sk_live_two' };
    await expect(api.m2mTokens.create({}, live)).rejects.toThrow(/https/);
    expect(sent).toEqual([]);
    await api.users.get('user_1', { secretKey: '"sk_test_two"' });
    expect(sent).toEqual(['http://clerk:4000/v1/users/user_1 Bearer sk_test_two']);
  });

  it.each([
    ['live', 'http://frontend.acornbooks.example', /https/],
    ['live', 'frontend.acornbooks.example', /a plain http\(s\) URL/],
    ['live', '" https://frontend.acornbooks.example/ "', null],
    ['live', 'http://127.0.0.1:4000', null],
    ['test', 'http://clerk:4000', null],
  ] as const)('the Frontend API proxy, %s key: %s', (type, fapiUrl, problem) => {
    const create = () =>
      clerkMiddleware({
        secretKey: `sk_${type}_one`,
        publishableKey: PUBLISHABLE[type],
        frontendApiProxy: { enabled: true, fapiUrl },
      });
    const both = () => {
      create();
      vi.stubEnv('CLERK_FAPI_URL', fapiUrl);
      clerkMiddleware({
        secretKey: `sk_${type}_one`,
        publishableKey: PUBLISHABLE[type],
        frontendApiProxy: { enabled: true },
      });
    };
    if (problem) expect(create).toThrow(problem);
    else expect(both).not.toThrow();
  });

  it('the Frontend API proxy uses the corrected address', async () => {
    const app = express().use(
      clerkMiddleware({
        secretKey: 'sk_test_one',
        publishableKey: PUBLISHABLE.test,
        frontendApiProxy: { enabled: true, fapiUrl: ` "${server.url}/" ` },
      }),
    );
    await request(app).get('/__clerk/v1/environment').expect(200);
    expect(server.requests[0]).toMatchObject({
      target: '/v1/environment',
      headers: { 'clerk-secret-key': 'sk_test_one' },
    });
  });
});

describe('the API client knows its options by name', () => {
  it.each([
    [{ secretkey: 'sk_test_one' }, /Did you mean secretKey\?/],
    [{ timeout: 5 }, /There is no option timeout/],
  ])('%j', (options, problem) => {
    expect(() => createBackendApi(options as object, {})).toThrow(problem);
    expect(() => createBackendApi({ secretKey: null, retries: null }, {})).not.toThrow();
  });
});

describe('the signing secret of webhooks', () => {
  const secret = `whsec_${btoa('acorn-books-webhook-demo-key-01!')}`;
  const body = '{"type":"user.created","object":"event","data":{"id":"user_1"}}';
  const at = new Date(1_800_000_000_000);
  const headers: Record<string, string> = {
    'svix-id': 'msg_1',
    'svix-timestamp': String(at.getTime() / 1000),
    'svix-signature': new Webhook(secret).sign('msg_1', at, body),
  };
  const now = () => at.getTime();
  const verify = (signingSecret?: string | readonly string[]) =>
    verifyWebhookPayload({ headers: (name) => headers[name], body }, { signingSecret, now }).id;

  it.each([secret, `"${secret}"`, ` '${secret}'\n`, `"${secret} ${secret}"`])('is corrected: %j', (written) => {
    expect(verify(written)).toBe('msg_1');
    expect(verify(['whsec_b3RoZXI=', written])).toBe('msg_1');
    vi.stubEnv('CLERK_WEBHOOK_SIGNING_SECRET', written);
    expect(verify()).toBe('msg_1');
    expect(() => verify('whsec_b3RoZXI=')).toThrow(WebhookVerificationError);
  });

  it.each([
    ['sk_test_abcd', /holds the CLERK_SECRET_KEY/],
    ['pk_live_abcd', /holds the CLERK_PUBLISHABLE_KEY/],
    ['ak_abcd', /holds the CLERK_MACHINE_SECRET_KEY/],
    ['', /is empty/],
  ])('refuses another key: %j', (written, problem) => {
    expect(() => verify(written)).toThrow(ConfigurationError);
    expect(() => verify([secret, written])).toThrow(problem);
  });

  it("comes from bindings if the runtime has them, as the middleware's keys do", async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    const app = new Hono().post('/', async (c) => c.json({ id: (await verifyHonoWebhook(c, { now })).id }));
    const init = { method: 'POST', headers, body };
    const answer = await app.request('/', init, { CLERK_WEBHOOK_SIGNING_SECRET: secret });
    expect(await answer.json()).toEqual({ id: 'msg_1' });
    app.onError((error, c) => c.text(error.message, 500));
    expect(await (await app.request('/', init, {})).text()).toMatch(/CLERK_WEBHOOK_SIGNING_SECRET/);
  });
});
