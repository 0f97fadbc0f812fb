/** Front ends that cannot work are told of, each mistake once, with its remedy. Over real sockets, as browsers ask. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Hint, LocalInstance } from 'bailiff-local';
import { instances } from '../support.js';

const start = instances();
afterEach(() => vi.restoreAllMocks());

async function watched(): Promise<{ clerk: LocalInstance; hints: Hint[]; port: number }> {
  const hints: Hint[] = [];
  const clerk = await start({ onHint: (hint) => hints.push(hint) });
  return { clerk, hints, port: Number(new URL(clerk.apiUrl).port) };
}

/** By node:http, because `fetch` lets nobody choose Host and `Sec-Fetch-Site`. */
function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; cookies: string[] }> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (response) => {
      const cookies = response.headers['set-cookie'] ?? [];
      response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, cookies }));
    })
      .once('error', reject)
      .end();
  });
}

describe('a page on another host name', () => {
  const client = (clerk: LocalInstance) => `${clerk.frontendApiUrl}/v1/client?_clerk_js_version=6.40.0`;
  const crossSite = { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' };

  it('is reported once, with the working address', async () => {
    const { clerk, hints } = await watched();
    for (let times = 0; times < 3; times++) await get(client(clerk), crossSite);
    expect(hints.map(({ code }) => code)).toEqual(['host-name']);
    expect(hints[0]?.message).toContain('A page at http://localhost:5173 asks the instance at http://127.0.0.1:');
    expect(hints[0]?.message).toContain('Open the page at http://127.0.0.1:5173');
    expect(hints[0]?.message).toContain('proxyUrl="/__clerk"');
  });

  it('is reported by its name if the browser does not say whether the site is the same', async () => {
    const { clerk, hints } = await watched();
    await get(client(clerk), { origin: 'http://localhost:5173' });
    expect(hints.map(({ code }) => code)).toEqual(['host-name']);
  });

  it('is reported too if its origin is refused', async () => {
    const { clerk, hints } = await watched();
    const { status } = await get(client(clerk), { ...crossSite, origin: 'http://shop.test:3000' });
    expect(status).toBe(400);
    expect(hints[0]?.message).toContain('http://shop.test:3000');
  });

  it.each([
    ['the same name and another port', { origin: 'http://127.0.0.1:5173', 'sec-fetch-site': 'same-site' }],
    ['the same name, from an older browser', { origin: 'http://127.0.0.1:5173' }],
    ['a proxy that puts its own Host', { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-origin' }],
    [
      "the application's proxy",
      { origin: 'http://localhost:5173', 'clerk-proxy-url': 'http://localhost:5173/__clerk' },
    ],
    ['no page', {}],
    ['a text that is no origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a Host whose port is none', { ...crossSite, host: '127.0.0.1:99999' }],
  ])('is not reported in %s', async (_case, headers) => {
    const { clerk, hints } = await watched();
    expect((await get(client(clerk), headers)).status).toBeLessThan(500);
    expect(hints).toEqual([]);
  });

  it('is not reported if the URL carries the identity of the browser', async () => {
    const { clerk, hints } = await watched();
    const made = await fetch(`${clerk.frontendApiUrl}/v1/dev_browser`, { method: 'POST' });
    const { id } = (await made.json()) as { id: string };
    await get(`${client(clerk)}&__clerk_db_jwt=${id}`, crossSite);
    expect(hints).toEqual([]);
  });

  it('does not fill the terminal, however many pages ask', async () => {
    const { clerk, hints } = await watched();
    for (let page = 3000; page < 3040; page++)
      await get(client(clerk), { ...crossSite, origin: `http://localhost:${String(page)}` });
    expect(hints).toHaveLength(20);
  });
});

describe('a front end without proxyUrl', () => {
  it('asks by https, gets no byte, and causes one report with the remedy', async () => {
    const { hints, port } = await watched();
    for (let times = 0; times < 2; times++) {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'error');
      expect(socket.bytesRead).toBe(0);
    }
    expect(hints.map(({ code }) => code)).toEqual(['https']);
    expect(hints[0]?.message).toContain('proxyUrl="/__clerk"');
  });

  it.each([
    ['no HTTP at all', 'hello?\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['too long a header', `GET / HTTP/1.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  ])('is not reported in %s, which is refused as before', async (_case, text, answer) => {
    const { hints, port } = await watched();
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => (received += String(chunk)));
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    expect(received).toMatch(answer);
    expect(hints).toEqual([]);
  });
});

describe('packages of the front end', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  function standIn(versions: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'bailiff-hints-'));
    folders.push(folder);
    for (const [name, version] of Object.entries(versions)) {
      const home = join(folder, 'node_modules', name);
      mkdirSync(join(home, 'dist'), { recursive: true });
      writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version }));
      writeFileSync(join(home, 'dist/clerk.browser.js'), '');
    }
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    return folder;
  }

  it('that are missing or of another major are reported with the command to install them', async () => {
    const folder = standIn({ '@clerk/clerk-js': '5.128.0' });
    const { clerk, hints } = await watched();
    for (const path of ['clerk-js@6/dist/clerk.browser.js', 'ui@1/dist/ui.browser.js', 'ui@1/dist/ui.browser.js'])
      expect((await get(`${clerk.frontendApiUrl}/npm/@clerk/${path}`)).status).toBe(404);
    expect(hints).toEqual([
      {
        code: 'package',
        message: `@clerk/clerk-js is installed in the version 5.128.0 in ${folder}. Install it: npm install --save-dev @clerk/clerk-js@6`,
      },
      {
        code: 'package',
        message: `@clerk/ui is not installed in ${folder}. Install it: npm install --save-dev @clerk/ui@1`,
      },
    ]);
  });

  it('that exist cause no report, nor do missing files and other names', async () => {
    standIn({ '@clerk/clerk-js': '6.40.0' });
    const { clerk, hints } = await watched();
    const statusOf = async (path: string) => (await get(`${clerk.frontendApiUrl}/npm/${path}`)).status;
    expect(await statusOf('@clerk/clerk-js@6/dist/clerk.browser.js')).toBe(200);
    expect(await statusOf('@clerk/clerk-js@6/dist/none.js')).toBe(404);
    expect(await statusOf('@clerk/backend@1/dist/index.js')).toBe(404);
    expect(hints).toEqual([]);
  });
});

describe('without a listener', () => {
  it('a hint is a warning of the process', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const clerk = await start();
    await get(`${clerk.frontendApiUrl}/v1/client?_clerk_js_version=6`, { origin: 'http://localhost:1' });
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('http://localhost:1'), 'BailiffLocalWarning');
  });
});
