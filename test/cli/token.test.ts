import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthenticator } from 'bailiff';
import type { Authenticator } from 'bailiff';
import { startLocalInstance } from 'bailiff-local';
import type { LocalInstance } from 'bailiff-local';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { announce, findRunning, notesFolder } from '../../packages/local/src/cli/running-instance.js';
import { bailiff, session } from './support.js';

let clerk: LocalInstance;
let authenticator: Authenticator;
let env: Record<string, string>;

beforeAll(async () => {
  clerk = await startLocalInstance();
  env = { CLERK_API_URL: clerk.apiUrl, CLERK_SECRET_KEY: clerk.secretKey };
  authenticator = createAuthenticator({}, clerk.env);
});
afterAll(() => clerk.close());

describe('row 21: bailiff token', () => {
  it('makes session tokens', async () => {
    const args = [
      'token',
      'session',
      '--user',
      'user_1',
      '--org',
      'org_1',
      '--role',
      'org:admin',
      '--permission',
      'org:invoices:manage',
      '--claims',
      '{"plan":"pro"}',
      '--azp',
      'http://127.0.0.1:3000',
    ];
    const { code, text } = await bailiff(args, { env });
    expect(code).toBe(0);
    const request = new Request('http://127.0.0.1/', { headers: { authorization: `Bearer ${text}` } });
    const { auth } = await authenticator.authenticateRequest(request);
    expect(auth).toMatchObject({
      isAuthenticated: true,
      userId: 'user_1',
      orgId: 'org_1',
      orgRole: 'org:admin',
      orgPermissions: ['org:invoices:manage'],
    });
    expect(await authenticator.verifySessionToken(text)).toMatchObject({ plan: 'pro', azp: 'http://127.0.0.1:3000' });
  });

  it('warns beside the token of custom claims too large for a cookie', async () => {
    const mint = (bytes: number) =>
      bailiff(['token', 'session', '--claims', JSON.stringify({ filler: 'x'.repeat(bytes) })], { env });
    const { code, text, errors } = await mint(1300);
    expect([code, errors]).toEqual([0, expect.stringContaining('Clerk allows 1200')]);
    expect(await authenticator.verifySessionToken(text)).toMatchObject({ filler: 'x'.repeat(1300) });
    expect((await mint(100)).errors).toBe('');
    const seen = await bailiff(['verify', text], { env: clerk.env });
    expect([seen.code, seen.errors]).toEqual([0, expect.stringContaining('Clerk allows 1200')]);
    expect((await bailiff(['verify', (await mint(100)).text], { env: clerk.env })).errors).toBe('');
  });

  it('makes expired tokens', async () => {
    const { text } = await bailiff(['token', 'session', '--expires-in', '-60'], { env });
    await expect(authenticator.verifySessionToken(text)).rejects.toMatchObject({ reason: 'token-expired' });
  });

  it('makes API keys, M2M tokens and OAuth tokens', async () => {
    const mint = async (...args: string[]) => (await bailiff(['token', ...args], { env })).text;
    const apiKey = await mint('api-key', '--subject', 'user_1', '--scopes', 'a', 'b');
    expect(await authenticator.verifyApiKey(apiKey)).toMatchObject({ subject: 'user_1', scopes: ['a', 'b'] });
    for (const form of ['opaque', 'jwt']) {
      const m2m = await mint('m2m', '--machine', 'mch_1', '--scopes', 'mch_2', '--format', form);
      expect(await authenticator.verifyM2MToken(m2m)).toMatchObject({ subject: 'mch_1', scopes: ['mch_2'] });
      const oauth = await mint(
        'oauth',
        '--user',
        'user_1',
        '--client',
        'client_1',
        '--scopes',
        'profile',
        '--format',
        form,
      );
      expect(await authenticator.verifyOAuthToken(oauth)).toMatchObject({ subject: 'user_1', clientId: 'client_1' });
    }
  });

  it('makes OAuth tokens for an organization', async () => {
    const { code, text } = await bailiff(['token', 'oauth', '-u', 'user_1', '-o', 'org_9', '--json'], { env });
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ subject: 'user_1', org_id: 'org_9' });
  });

  it('prints all fields with --json', async () => {
    const { text } = await bailiff(['token', 'api-key', '--subject', 'user_1', '--json'], { env });
    expect(JSON.parse(text)).toMatchObject({
      object: 'api_key',
      subject: 'user_1',
      secret: expect.stringMatching(/^ak_/) as string,
    });
  });

  it('finds the instance that bailiff local announced, until it ends', async () => {
    const terminal = session();
    const retract = announce(notesFolder(terminal.env), { apiUrl: clerk.apiUrl, secretKey: clerk.secretKey });
    expect((await bailiff(['token', 'session', '--user', 'user_1'], terminal)).code).toBe(0);
    retract();
    const after = await bailiff(['token', 'session', '--user', 'user_1'], terminal);
    expect(after.code).toBe(2);
    expect(after.errors).toContain('bailiff local');
  });

  it('makes tokens of a fresh instance with a seed, with the same keys each time', async () => {
    const mint = async () =>
      JSON.parse((await bailiff(['token', 'session', '--seed', 'x', '--json'])).text) as {
        token: string;
        jwtKey: string;
      };
    const [one, other] = [await mint(), await mint()];
    const offline = createAuthenticator({ jwtKey: one.jwtKey }, {});
    expect(await offline.verifySessionToken(other.token)).toMatchObject({ v: 2 });
  });
});

describe('the record of a running instance', () => {
  it('is accepted only in a folder that nobody else can write to', () => {
    const folder = notesFolder(session().env);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      `${folder}/x.json`,
      JSON.stringify({ apiUrl: 'http://127.0.0.1:1', secretKey: 'sk_test_x', pid: process.pid }),
    );
    chmodSync(folder, 0o777);
    expect(findRunning(folder)).toBeNull();
    chmodSync(folder, 0o700);
    expect(findRunning(folder)).toEqual({ apiUrl: 'http://127.0.0.1:1', secretKey: 'sk_test_x' });
    writeFileSync(`${folder}/y.json`, 'not json');
    expect(findRunning(folder)).toBeNull();
  });

  it('is ignored if its process has ended', () => {
    const folder = notesFolder(session().env);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(
      `${folder}/x.json`,
      JSON.stringify({ apiUrl: 'http://127.0.0.1:1', secretKey: 'sk_test_x', pid: 2 ** 22 + 1 }),
    );
    expect(findRunning(folder)).toBeNull();
  });
});

describe('no token is made', () => {
  it.each([
    [
      ['token', 'session', '--user', 'user_1', '--api-url', 'https://api.clerk.com', '--secret-key', 'sk_live_x'],
      3,
      'not on this machine',
    ],
    [['token', 'session', '--secret-key', 'sk_test_wrong'], 1, 'secret key'],
    [['token', 'session', '--api-url', 'http://127.0.0.1:1'], 2, 'bailiff local'],
    [['token', 'session', '--permission', 'nonsense', '--org', 'org_1'], 1, 'refused'],
    [['token', 'session', '--claims', '[1]'], 3, 'JSON object'],
    [['token', 'session', '--expires-in', 'soon'], 3, 'whole number'],
    [['token', 'm2m', '--format', 'xml'], 3, 'opaque, jwt'],
    [['token', 'api-key'], 3, '--subject'],
    [['token', 'nonsense'], 3, 'nonsense'],
  ])('%j', async (args, code, part) => {
    const outcome = await bailiff(args, { env });
    expect(outcome.code).toBe(code);
    expect(outcome.errors).toContain(part);
    expect(outcome.text).toBe('');
  });

  it('for a live key from the environment, which is never sent anywhere', async () => {
    const asked: string[] = [];
    const fetch = (url: string) => {
      asked.push(url);
      return Promise.reject(new Error('offline'));
    };
    const outcome = await bailiff(['token', 'session'], {
      env: { CLERK_API_URL: 'https://api.clerk.com', CLERK_SECRET_KEY: 'sk_live_x' },
      fetch,
    });
    expect(outcome.code).toBe(3);
    expect(asked).toEqual([]);
  });
});
