import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalInstance } from 'bailiff-local';
import type { LocalInstance } from 'bailiff-local';
import { bailiff } from './support.js';
import type { SessionOptions } from './support.js';

interface Finding {
  check: string;
  status: string;
  message: string;
  remedy: string | null;
}

let clerk: LocalInstance;
let other: LocalInstance;
beforeAll(async () => {
  [clerk, other] = await Promise.all([startLocalInstance(), startLocalInstance()]);
});
afterAll(() => Promise.all([clerk.close(), other.close()]));

async function doctor(
  change: Record<string, string | undefined> = {},
  options: SessionOptions & { args?: string[] } = {},
) {
  const merged = Object.entries({ ...clerk.env, ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const { code, text } = await bailiff(['doctor', '--json', ...(options.args ?? [])], {
    ...options,
    env: Object.fromEntries(merged),
  });
  const report = JSON.parse(text) as { ok: boolean; findings: Finding[] };
  const find = (check: string) => report.findings.find((finding) => finding.check === check);
  return { code, report, find, text };
}

describe('a correct setup', () => {
  it('has no findings', async () => {
    const { code, report } = await doctor();
    expect(report.findings.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(report.findings.map(({ check }) => check)).toEqual([
      'runtime',
      'configuration',
      'secret-key',
      'publishable-key',
      'key-pair',
      'jwt-key',
      'backend-api',
      'frontend-api',
      'clock',
      'webhooks',
    ]);
    expect(report.ok).toBe(true);
    expect(code).toBe(0);
  });

  it('is described in words, with colours on a terminal only', async () => {
    const plain = await bailiff(['doctor'], { env: clerk.env });
    expect(plain.text).toContain('Nothing is wrong.');
    expect(plain.text).not.toContain('\u001b');
    expect((await bailiff(['doctor'], { env: clerk.env, color: true })).text).toContain('\u001b[32m');
  });
});

describe('the doctor finds', () => {
  const foreignPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    type: 'spki',
    format: 'pem',
  });

  it.each([
    ['a wrong secret key', { CLERK_SECRET_KEY: 'sk_test_wrong' }, 'secret-key', 'does not accept'],
    ['a missing secret key', { CLERK_SECRET_KEY: undefined, CLERK_JWT_KEY: undefined }, 'secret-key', 'not set'],
    ['keys of two kinds of instance', { CLERK_SECRET_KEY: 'sk_live_x' }, 'key-pair', 'production'],
    [
      'a nonsensical publishable key',
      { CLERK_PUBLISHABLE_KEY: 'pk_test_x' },
      'publishable-key',
      'not a publishable key',
    ],
    ['a key in the wrong place', { CLERK_SECRET_KEY: 'pk_test_x' }, 'configuration', 'holds the CLERK_PUBLISHABLE_KEY'],
    ['a foreign PEM', { CLERK_JWT_KEY: String(foreignPem) }, 'jwt-key', 'does not match any key of this instance'],
    ['a PEM that is none', { CLERK_JWT_KEY: 'nonsense' }, 'jwt-key', 'not an RSA public key'],
    [
      'a private key',
      { CLERK_JWT_KEY: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' },
      'jwt-key',
      'private key',
    ],
    ['an API that cannot be reached', { CLERK_API_URL: 'http://127.0.0.1:1' }, 'backend-api', 'cannot be reached'],
    ['a malformed webhook secret', { CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_***' }, 'webhooks', 'not whsec_'],
  ])('%s', async (_, change, check, part) => {
    const { code, find, text } = await doctor(change);
    expect(find(check)).toMatchObject({ status: 'problem', message: expect.stringContaining(part) as string });
    expect(find(check)?.remedy).toMatch(/\w/);
    expect(code).toBe(1);
    expect(text).not.toContain('undefined');
  });

  it('keys of two instances', async () => {
    const { find } = await doctor({ CLERK_PUBLISHABLE_KEY: other.publishableKey });
    expect(find('key-pair')).toMatchObject({
      status: 'problem',
      message: expect.stringContaining('different instances') as string,
    });
  });

  it('the PEM in every form', async () => {
    const pem = clerk.jwtKey;
    const body = pem.replaceAll(/-----[^-]+-----/g, '').trim();
    for (const form of [
      pem.replaceAll('\n', '\\n'),
      pem.replaceAll('\n', ' '),
      pem.replaceAll('\n', '\r\n'),
      body,
      `"${pem}"`,
    ]) {
      expect((await doctor({ CLERK_JWT_KEY: form })).find('jwt-key'), form.slice(0, 40)).toMatchObject({
        status: 'ok',
      });
    }
  });

  it.each([
    [0, 'ok'],
    [3_000, 'warning'],
    [-3_000, 'warning'],
    [60_000, 'problem'],
    [-3_600_000, 'problem'],
  ])('a clock that is off by %d ms: %s', async (offset, status) => {
    const { find } = await doctor({}, { now: () => Date.now() + offset });
    expect(find('clock')).toMatchObject({ status });
  });

  it('a server that is not Clerk', async () => {
    const { find } = await doctor({}, { fetch: () => Promise.resolve(new Response('<html>login</html>')) });
    expect(find('backend-api')).toMatchObject({
      status: 'problem',
      message: expect.stringContaining('where keys were expected') as string,
    });
  });

  it('proxies that fetch does not use', async () => {
    expect((await doctor({ HTTPS_PROXY: 'http://proxy:3128' })).find('outgoing-proxy')).toMatchObject({
      status: 'warning',
    });
    expect(
      (await doctor({ HTTPS_PROXY: 'http://proxy:3128', NODE_USE_ENV_PROXY: '1' })).find('outgoing-proxy'),
    ).toMatchObject({ status: 'ok' });
  });

  it('a domain without effect', async () => {
    expect((await doctor({ CLERK_DOMAIN: 'example.com' })).find('satellite')).toMatchObject({ status: 'warning' });
  });

  it.each([
    ['https://example.com', 'ok'],
    ['https://app.example.com', 'ok'],
    ['https://example.org', 'problem'],
    ['https://notexample.com', 'problem'],
    ['http://app.example.com', 'problem'],
  ])('whether the cookies of a site can work: %s %s', async (url, status) => {
    const host = Buffer.from('clerk.example.com$').toString('base64');
    const offline = () => Promise.reject(new Error('offline'));
    const change = {
      CLERK_SECRET_KEY: 'sk_live_x',
      CLERK_PUBLISHABLE_KEY: `pk_live_${host}`,
      CLERK_API_URL: undefined,
      CLERK_JWT_KEY: undefined,
    };
    const { find } = await doctor(change, { args: ['--url', url], fetch: offline });
    expect(find('cookies')).toMatchObject({ status });
  });

  it('nothing secret to print', async () => {
    const { text } = await doctor({
      CLERK_SECRET_KEY: 'sk_live_canary',
      CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_canary*',
      CLERK_JWT_KEY: '-----BEGIN PRIVATE KEY-----canary',
    });
    expect(text).not.toContain('canary');
  });

  it('a URL that is none', async () => {
    expect((await bailiff(['doctor', '--url', 'nonsense'])).code).toBe(3);
  });
});

it('asks for the keys without following redirects, so that the secret key goes to one place', async () => {
  const asked: RequestInit[] = [];
  const fetch = (_url: string, init?: RequestInit) => {
    asked.push(init ?? {});
    return Promise.resolve(Response.json({ keys: [] }));
  };
  await doctor({}, { fetch });
  expect(asked).toHaveLength(2);
  for (const init of asked) expect(init.redirect).toBe('manual');
});
