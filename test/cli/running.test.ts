/** What the command asks of an instance that runs: its environment and its state. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { bailiff, session, until } from './support.js';

let clerk: LocalInstance;
let env: Record<string, string>;
beforeAll(async () => {
  clerk = await startLocalInstance({ seed: { users: [{ id: 'user_ada' }] } });
  env = { CLERK_API_URL: clerk.apiUrl, CLERK_SECRET_KEY: clerk.secretKey };
});
afterAll(() => clerk.close());

describe('row 21: bailiff env', () => {
  it('prints all keys and addresses, to paste or as JSON', async () => {
    const { code, text } = await bailiff(['env'], { env });
    expect(code).toBe(0);
    expect(text).toContain(`CLERK_PUBLISHABLE_KEY=${clerk.publishableKey}`);
    expect(text).toContain('CLERK_JWT_KEY="-----BEGIN PUBLIC KEY-----\\n');
    const json = JSON.parse((await bailiff(['env', '--json'], { env })).text) as object;
    expect(json).toEqual({ ...clerk.env, CLERK_SIGN_IN_URL: `${clerk.frontendApiUrl}/sign-in` });
  });

  it.each([
    ['vite', 'VITE_'],
    ['next', 'NEXT_PUBLIC_'],
    ['nuxt', 'NUXT_PUBLIC_'],
    ['astro', 'PUBLIC_'],
  ])('prints what pages of %s need only', async (frontEnd, prefix) => {
    const { code, text } = await bailiff(['env', '--front-end', frontEnd], { env });
    expect(code).toBe(0);
    expect(text.split('\n')).toEqual([
      `${prefix}CLERK_PUBLISHABLE_KEY=${clerk.publishableKey}`,
      `${prefix}CLERK_PROXY_URL=/__clerk`,
      `${prefix}CLERK_TELEMETRY_DISABLED=1`,
    ]);
  });

  it('prints the address of the scripts if pages ask the instance itself', async () => {
    const proxyUrl = clerk.frontendApiUrl.replace('127.0.0.1', 'localhost');
    const { text } = await bailiff(['env', '--front-end', 'next', '--proxy-url', proxyUrl, '--json'], { env });
    const shown = JSON.parse(text) as Record<string, string>;
    expect(shown).toEqual({
      NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
      NEXT_PUBLIC_CLERK_PROXY_URL: proxyUrl,
      NEXT_PUBLIC_CLERK_JS_URL: `${proxyUrl}/npm/@clerk/clerk-js@6/dist/clerk.browser.js`,
      NEXT_PUBLIC_CLERK_UI_URL: `${proxyUrl}/npm/@clerk/ui@1/dist/ui.browser.js`,
      NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED: '1',
    });
    for (const script of ['NEXT_PUBLIC_CLERK_JS_URL', 'NEXT_PUBLIC_CLERK_UI_URL'])
      expect((await fetch(shown[script] ?? '')).status).toBe(200);
  });

  it.each([
    ['a framework that it does not know', ['--front-end', 'angular'], /vite/],
    ['a proxy URL that is none', ['--front-end', 'vite', '--proxy-url', 'javascript:1'], /\/__clerk/],
    ['a path that leads to another host', ['--front-end', 'vite', '--proxy-url', '//evil.example'], /\/__clerk/],
    ['a proxy URL without pages', ['--proxy-url', '/__clerk'], /--front-end/],
  ])('refuses %s', async (_case, args, message) => {
    const { code, text, errors } = await bailiff(['env', ...args], { env });
    expect([code, text, errors]).toEqual([3, '', expect.stringMatching(message)]);
  });
});

describe('row 21: bailiff snapshot', () => {
  it('saves the state for its owner only, and bailiff local starts from it', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'bailiff-snapshot-')), 'state.json');
    expect(await bailiff(['snapshot', file], { env })).toMatchObject({ code: 0, text: '' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(clerk.export())));
    expect(statSync(file).mode & 0o077).toBe(0);

    const terminal = session();
    const done = bailiff(['local', '--port', '0', '--json', '--snapshot', file], terminal);
    const started = JSON.parse(await until(() => terminal.output[0])) as { apiUrl: string; env: typeof env };
    expect(started.env['CLERK_JWT_KEY']).toBe(clerk.jwtKey);
    const headers = { authorization: `Bearer ${clerk.secretKey}` };
    expect((await fetch(`${started.apiUrl}/v1/users/user_ada`, { headers })).status).toBe(200);
    terminal.stop();
    await done;
  });

  it('is for its owner only if it replaces a file that everybody could read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiff-snapshot-'));
    const file = join(folder, 'state.json');
    writeFileSync(file, 'old', { mode: 0o644 });
    expect(await bailiff(['snapshot', file], { env })).toMatchObject({ code: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'bailiff-local' });
    expect(readdirSync(folder)).toEqual(['state.json']);
    mkdirSync(join(folder, 'taken'));
    expect(await bailiff(['snapshot', join(folder, 'taken')], { env })).toMatchObject({ code: 3 });
  });

  it('is written to standard output without a file', async () => {
    const { text } = await bailiff(['snapshot'], { env });
    expect(JSON.parse(text)).toMatchObject({ format: 'bailiff-local', secretKey: clerk.secretKey });
  });

  it('is refused at the start if it is another file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'bailiff-snapshot-')), 'state.json');
    writeFileSync(file, '{}');
    const refused = await bailiff(['local', '--port', '0', '--snapshot', file]);
    expect([refused.code, refused.errors]).toEqual([3, expect.stringContaining('is not a snapshot')]);
  });
});

describe('row 21: env and snapshot', () => {
  it.each(['env', 'snapshot'])('%s refuses without the secret key, and for an instance elsewhere', async (what) => {
    expect((await bailiff([what, '--secret-key', 'sk_test_wrong'], { env })).code).toBe(1);
    expect((await bailiff([what], { env: { ...env, CLERK_API_URL: 'https://api.clerk.com' } })).code).toBe(3);
    expect((await bailiff([what], {})).code).toBe(2);
    expect((await fetch(`${clerk.apiUrl}/__bailiff/${what}`)).status).toBe(401);
  });
});
