import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { misfitsOf } from '../../../packages/local/src/document/frontend-check.js';
import { frontendDocument } from '../../../packages/local/src/document/frontend-document.js';
import { projectionOf } from '../../../packages/local/src/document/frontend-projection.js';
import { call, instances } from '../support.js';
import { FrontEnd, PAGE } from './front-end.js';

const start = instances();
let clerk: LocalInstance;
let page: FrontEnd;

beforeEach(async () => {
  clerk = await start({ seed: 'transport' });
  page = new FrontEnd(clerk);
});

describe('the environment', () => {
  it('is the same for PATCH, which every development start sends as POST, and for GET', async () => {
    const patched = await page.call('PATCH', '/v1/environment');
    expect(patched.body).toMatchObject({
      auth_config: { single_session_mode: true },
      display_config: {},
      user_settings: {},
    });
    expect((await page.get('/v1/environment')).body).toEqual(patched.body);
  });

  it('locks after ten wrong attempts, as users are told', async () => {
    const user = await call(clerk, 'POST', '/v1/users', { email_address: ['ada@example.com'] });
    const { user_settings: settings } = (await page.get('/v1/environment')).body as {
      user_settings: { attack_protection: { user_lockout: object } };
    };
    expect(settings.attack_protection.user_lockout).toEqual({
      enabled: true,
      max_attempts: user.json['verification_attempts_remaining'],
      duration_in_minutes: 60,
    });
    expect(user.json['verification_attempts_remaining']).toBe(10);
  });

  it('shows the settings of the Backend API', async () => {
    await call(clerk, 'PATCH', '/v1/instance/organization_settings', { enabled: false });
    await call(clerk, 'PATCH', '/v1/instance/restrictions', { blocklist: true });
    await call(clerk, 'PATCH', '/v1/instance', { test_mode: false });
    expect((await page.get('/v1/environment')).body).toMatchObject({
      auth_config: { test_mode: false },
      organization_settings: { enabled: false },
      user_settings: { restrictions: { blocklist: { enabled: true } } },
    });
  });

  it('is configured in part and at once, and restored by a reset', async () => {
    const before = (await page.get('/v1/environment')).body;
    clerk.configure({
      user_settings: { attributes: { phone_number: { enabled: true } }, social: { oauth_google: {} } },
    });
    clerk.configure({ auth_config: { single_session_mode: false } });
    expect((await page.get('/v1/environment')).body).toMatchObject({
      auth_config: {
        single_session_mode: false,
        phone_number: 'on',
        identification_strategies: ['email_address', 'phone_number'],
      },
      user_settings: {
        attributes: {
          phone_number: { enabled: true, first_factors: ['phone_code'], used_for_first_factor: true },
          email_address: { enabled: true, required: true },
        },
        social: { oauth_google: { enabled: true, authenticatable: true, strategy: 'oauth_google', name: 'Google' } },
      },
    });
    clerk.reset();
    expect((await page.get('/v1/environment')).body).toEqual(before);
  });

  it.each([
    [
      'a name that does not exist',
      { auth_config: { singel_session_mode: false } },
      /auth_config\.singel_session_mode is unknown/,
    ],
    [
      'a value of another type',
      { user_settings: { sign_up: { mode: 1 } } },
      /user_settings\.sign_up\.mode must be of the type string/,
    ],
    ['text', { auth_config: 'off' }, /auth_config must be an object/],
  ])('refuses %s', async (_what, patch, message) => {
    const before = (await page.get('/v1/environment')).body;
    expect(() => clerk.configure(patch)).toThrow(message);
    expect((await page.get('/v1/environment')).body).toEqual(before);
    await expect(start({ seed: { instance: patch } })).rejects.toThrow(message);
  });

  it('is part of a seed', async () => {
    const seeded = await start({ seed: { instance: { display_config: { application_name: 'Acme' } } } });
    expect((await new FrontEnd(seeded).get('/v1/environment')).body).toMatchObject({
      display_config: { application_name: 'Acme' },
    });
  });
});

describe('the client of a browser', () => {
  it('is created by the first request for the client, not for the environment', async () => {
    const environment = await page.call('PATCH', '/v1/environment');
    expect(environment.headers.getSetCookie()).toEqual([]);
    const first = await page.get('/v1/client');
    expect(first.body).toEqual({ response: null, client: null });
    const cookies = first.headers.getSetCookie();
    expect(cookies.filter((cookie) => cookie.startsWith('__client_') && /; HttpOnly/.test(cookie))).toHaveLength(1);
    // Scripts of the page have to read these.
    expect(cookies.filter((cookie) => cookie.startsWith('__clerk_db_jwt') && !/; HttpOnly/.test(cookie))).toHaveLength(
      2,
    );
    expect((await page.get('/v1/client')).headers.getSetCookie()).toEqual([]);
    expect(clerk.state.table('dev_browsers').size).toBe(1);
  });

  it('gets a new identity if unknown, not an error', async () => {
    await page.get('/v1/client');
    clerk.reset();
    const again = await page.get('/v1/client');
    expect(again).toMatchObject({ status: 200, body: { response: null } });
    expect(again.headers.getSetCookie()).not.toEqual([]);
  });
});

describe('a page of another origin', () => {
  it('reads every answer, errors included', async () => {
    for (const [method, path, status] of [
      ['GET', '/v1/client/sign_ins/sia_none', 404],
      ['DELETE', '/v1/client/sign_ins', 405],
      ['GET', '/v1/client/no/such/path', 404],
      ['POST', '/v1/me/web3_wallets', 501],
    ] as const) {
      // FrontEnd itself expects the headers.
      expect((await page.call(method, path)).status, path).toBe(status);
    }
  });

  it('may send a preflight request', async () => {
    const answer = await fetch(`${clerk.frontendApiUrl}//api_keys?_clerk_js_version=6.40.0`, {
      method: 'OPTIONS',
      headers: {
        origin: PAGE,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(answer.headers.get('access-control-allow-methods')).toContain('DELETE');
  });

  it.each(['https://app.example', 'chrome-extension://abcdefghijklmnop', 'capacitor://localhost'])(
    'is answered once the instance allows its origin (%s)',
    async (origin) => {
      const ask = () => fetch(`${clerk.frontendApiUrl}/v1/client`, { headers: { origin } });
      expect((await ask()).status).toBe(400);
      await call(clerk, 'PATCH', '/v1/instance', { allowed_origins: [origin] });
      const answer = await ask();
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    },
  );

  it('is refused without an origin of its own (a sandboxed frame), whatever is allowed', async () => {
    await call(clerk, 'PATCH', '/v1/instance', { allowed_origins: ['null', 'https://app.example'] });
    expect((await fetch(`${clerk.frontendApiUrl}/v1/client`, { headers: { origin: 'null' } })).status).toBe(400);
  });

  it('is refused if the instance does not know the origin', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${clerk.frontendApiUrl}/v1/client`, {
        method,
        headers: { origin: 'https://evil.example' },
      });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        { errors: [expect.objectContaining({ code: 'origin_invalid' })] },
      ]);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('operations', () => {
  it('that are not supported are named', async () => {
    const reply = await page.post('/v1/me/web3_wallets');
    expect(reply.text).toContain('postWeb3Wallets');
    expect(reply.code).toBe('not_implemented');
  });

  it('have types of the document', () => {
    const { operations, schemas } = frontendDocument();
    for (const { answer = 'any' } of Object.values(operations))
      expect(() => projectionOf(answer.replace(/^Envelope<(.+)>$/, '$1'))(null)).not.toThrow();
    for (const name of Object.keys(schemas)) expect(misfitsOf(name, projectionOf(name)({}))).toEqual([]);
  });

  it('are projected: undeclared fields and wrong types are removed', () => {
    const shown = projectionOf('User')({
      id: 'user_1',
      private_metadata: { a: 1 },
      password_digest: 'x',
      username: { secret: 1 },
    });
    expect(shown).toMatchObject({ id: 'user_1', username: '' });
    expect(shown).not.toHaveProperty('private_metadata');
    expect(shown).not.toHaveProperty('password_digest');
  });
});

describe('files of the browser packages', () => {
  let folder: string;
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  /** As sent, without a URL parser that would tidy the path up. */
  const get = (path: string): Promise<{ status: number; type: string; readableBy: string | null; body: string }> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(clerk.frontendApiUrl);
      httpRequest({ hostname, port, path }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => {
          const { 'content-type': type = '', 'access-control-allow-origin': readableBy = null } = response.headers;
          resolve({ status: response.statusCode ?? 0, type, readableBy, body });
        });
      })
        .on('error', reject)
        .end();
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bailiff-npm-'));
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    write('secret.txt', 'secret');
    write('node_modules/@clerk/other/dist/index.js', 'other');
    write('node_modules/@clerk/clerk-js/package.json', '{"name":"@clerk/clerk-js","version":"6.40.0"}');
    write('node_modules/@clerk/clerk-js/dist/clerk.browser.js', 'script');
    write('node_modules/@clerk/clerk-js/dist/chunks/a.css', 'css');
    symlinkSync(join(folder, 'secret.txt'), join(folder, 'node_modules/@clerk/clerk-js/dist/link.js'));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  const BASE = '/npm/@clerk/clerk-js@6/dist';

  it('come from the working folder, for a major or a whole version', async () => {
    for (const version of ['6', '6.40.0', '^6', 'latest'])
      expect(await get(`/npm/@clerk/clerk-js@${version}/dist/clerk.browser.js`)).toMatchObject({
        status: 200,
        readableBy: '*',
        body: 'script',
      });
    expect(await get(`${BASE}/chunks/a.css`)).toMatchObject({
      status: 200,
      type: expect.stringMatching(/^text\/css/) as string,
    });
  });

  it('are found once installed, and the answer says what to install before', async () => {
    const missing = await get('/npm/@clerk/ui@1/dist/ui.browser.js');
    expect(missing).toMatchObject({
      status: 404,
      // The working folder is for the person who looks, not for the page that asks.
      readableBy: null,
      body: expect.stringContaining(`in ${folder}. Install it: npm install --save-dev @clerk/ui@1`) as string,
    });
    const other = await get('/npm/@clerk/clerk-js@5/dist/clerk.browser.js');
    expect(other).toMatchObject({ status: 404, body: expect.stringContaining('in the version 6.40.0') as string });
    write('node_modules/@clerk/ui/package.json', '{"name":"@clerk/ui","version":"1.34.0"}');
    write('node_modules/@clerk/ui/dist/ui.browser.js', 'ui');
    expect(await get('/npm/@clerk/ui@1/dist/ui.browser.js')).toMatchObject({ status: 200, body: 'ui' });
  });

  it.each([
    `${BASE}/../package.json`,
    `${BASE}/%2e%2e/package.json`,
    `${BASE}/..%2fpackage.json`,
    `${BASE}/..%5cpackage.json`,
    `${BASE}/%252e%252e/package.json`,
    `${BASE}/chunks/../../package.json`,
    `${BASE}//etc/passwd`,
    `${BASE}/link.js`,
    `${BASE}/`,
    `${BASE}/chunks`,
    `${BASE}/%00`,
    '/npm/@clerk/clerk-js@6/package.json',
    '/npm/@clerk/other@1/dist/index.js',
    '/npm/@clerk/clerk-js@../dist/clerk.browser.js',
    '/npm/@clerk/../../secret.txt',
    '//npm/../secret.txt',
  ])('lead to no other file: %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toMatch(/^secret|"version"|root:/);
  });
});
