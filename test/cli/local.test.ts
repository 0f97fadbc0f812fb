import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { bailiff, session, until } from './support.js';
import type { Session, SessionOptions } from './support.js';
import { listen, portOf } from '../support/listen.js';

interface Started {
  event: 'started';
  apiUrl: string;
  frontendApiUrl: string;
  env: Record<string, string>;
}

const running: { terminal: Session; done: Promise<unknown> }[] = [];
afterEach(async () => {
  for (const { terminal, done } of running.splice(0)) {
    terminal.stop();
    await done;
  }
});

async function startLocal(args: readonly string[] = [], options: SessionOptions = {}) {
  const terminal = session(options);
  const done = bailiff(['local', '--port', '0', ...args], terminal);
  running.push({ terminal, done });
  await Promise.race([until(() => terminal.output[0]), done]);
  return { terminal, done };
}

async function startJson(args: readonly string[] = [], options: SessionOptions = {}) {
  const { terminal, done } = await startLocal(['--json', ...args], options);
  return { terminal, done, started: JSON.parse(terminal.output[0] ?? '') as Started };
}

describe('row 21: bailiff local', () => {
  it('prints addresses and an environment to paste, which the instance answers to', async () => {
    const { terminal } = await startLocal();
    const text = terminal.output[0] ?? '';
    const env = Object.fromEntries(
      [...text.matchAll(/^(CLERK_\w+)=("?)(.*)\2$/gm)].map(([, name, , value]) => [name, value]),
    );
    expect(Object.keys(env).sort()).toEqual([
      'CLERK_API_URL',
      'CLERK_JWT_KEY',
      'CLERK_PUBLISHABLE_KEY',
      'CLERK_SECRET_KEY',
      'CLERK_SIGN_IN_URL',
      'CLERK_WEBHOOK_SIGNING_SECRET',
    ]);
    const headers = { authorization: `Bearer ${env['CLERK_SECRET_KEY'] ?? ''}` };
    expect((await fetch(`${env['CLERK_API_URL'] ?? ''}/v1/jwks`, { headers })).status).toBe(200);
    expect((await fetch(env['CLERK_SIGN_IN_URL'] ?? '')).status).toBe(200);
    const dashboard = /Dashboard +(http:\S+)/.exec(text)?.[1] ?? '';
    expect(await (await fetch(dashboard)).text()).toContain('<h1>Overview</h1>');
    expect(text).not.toContain('\u001b');
  });

  it('shows requests as they arrive, with --json as JSON lines, without secrets', async () => {
    const { terminal, started } = await startJson();
    const headers = { authorization: `Bearer ${started.env['CLERK_SECRET_KEY'] ?? ''}` };
    await fetch(`${started.apiUrl}/v1/users?limit=5`, { headers });
    const line = await until(() => terminal.output[1]);
    expect(JSON.parse(line)).toMatchObject({ event: 'request', method: 'GET', path: '/v1/users', status: 200 });
    expect(line).not.toContain(started.env['CLERK_SECRET_KEY']);
  });

  it('warns once of a front end that cannot work, on standard error and as a JSON line', async () => {
    const headers = { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' };
    const ask = (address: string) => fetch(`${address}/v1/client?_clerk_js_version=6.40.0`, { headers });
    const { terminal } = await startLocal(['--quiet']);
    const address = /Backend API\s+(http:\/\/[\d.:]+)/.exec(terminal.output[0] ?? '')?.[1] ?? '';
    await ask(address);
    await ask(address);
    expect(terminal.errors).toEqual([
      expect.stringMatching(
        /^bailiff: A page at http:\/\/localhost:5173 .* Open the page at http:\/\/127\.0\.0\.1:5173/,
      ),
    ]);

    const json = await startJson();
    await ask(json.started.apiUrl);
    expect(json.terminal.output.map((line) => JSON.parse(line) as unknown)).toContainEqual({
      event: 'hint',
      code: 'host-name',
      message: expect.stringContaining('http://localhost:5173') as string,
    });
  });

  it('shows codes as they would be sent, as lines or as JSON', async () => {
    for (const args of [[], ['--json']]) {
      const { terminal } = await startLocal(args);
      const [, api = ''] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(terminal.output[0] ?? '') ?? [];
      const post = async (path: string, fields: Record<string, string>, cookie = ''): Promise<Response> =>
        fetch(`${api}${path}?_clerk_js_version=6.40.0`, {
          method: 'POST',
          headers: { cookie },
          body: new URLSearchParams(fields),
        });
      const given = { email_address: 'eve@example.com', password: 'correct horse' };
      const begun = await post('/v1/client/sign_ups', given);
      const cookie = begun.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ');
      const { response } = (await begun.json()) as { response: { id: string } };
      await post(`/v1/client/sign_ups/${response.id}/prepare_verification`, { strategy: 'email_code' }, cookie);
      const line = await until(() => terminal.output.find((one) => one.includes('eve@example.com')));
      if (args.length === 0) expect(line).toMatch(/^[\d:]{8} email to eve@example\.com: \d{6}$/);
      else {
        const code = expect.stringMatching(/^\d{6}$/) as string;
        expect(JSON.parse(line)).toMatchObject({ event: 'message', channel: 'email', to: 'eve@example.com', code });
      }
    }
  });

  it('writes no control characters of a request', async () => {
    const { terminal } = await startLocal([], { color: true });
    const address = /Backend API\s+\S*?(http:\/\/[\d.:]+)/.exec(terminal.output[0] ?? '')?.[1] ?? '';
    await fetch(`${address}/v1/%1b%5b2J?x=%1b`);
    const line = await until(() => terminal.output[1]);
    // eslint-disable-next-line no-control-regex -- colours are what is cut here
    expect(line.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('starts with a seed file, and describes its mistakes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiff-seed-'));
    const good = join(folder, 'good.yaml');
    writeFileSync(good, 'users:\n  - id: user_ada\n    first_name: Ada\n    email_address: ada@example.com\n');
    const { started } = await startJson(['--seed', good]);
    expect(await (await fetch(`${started.frontendApiUrl}/sign-in`)).text()).toContain('ada@example.com');

    const bad = join(folder, 'bad.json');
    writeFileSync(bad, '{"users":[{"nonsense":1}]}');
    for (const [file, part] of [
      [bad, 'nonsense'],
      [join(folder, 'none.json'), 'none.json'],
    ] as const) {
      const refused = await bailiff(['local', '--port', '0', '--seed', file]);
      expect(refused.code).toBe(3);
      expect(refused.errors).toContain(part);
    }
  });

  it('has the same keys for the same seed, and keeps its state in a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'bailiff-persist-')), 'state.json');
    const first = await startJson(['--seed', 'same', '--persist', file]);
    first.terminal.stop();
    await first.done;
    expect(readFileSync(file, 'utf8')).toContain(first.started.env['CLERK_SECRET_KEY']);
    const second = await startJson(['--persist', file]);
    expect(second.started.env['CLERK_JWT_KEY']).toBe(first.started.env['CLERK_JWT_KEY']);
    const third = await startJson(['--seed', 'same']);
    expect(third.started.env['CLERK_SECRET_KEY']).toBe(first.started.env['CLERK_SECRET_KEY']);
  });

  it('is a production instance if asked', async () => {
    const { started } = await startJson(['--production']);
    expect(started.env['CLERK_PUBLISHABLE_KEY']).toMatch(/^pk_live_/);
  });

  it('refuses unsafe and impossible options in one line', async () => {
    const occupied = createServer();
    await listen(occupied);
    const port = String(portOf(occupied));
    const cases: [string[], RegExp][] = [
      [['--host', '0.0.0.0'], /loopback.*--force/],
      [['--port', port], /Port \d+ is in use by another program.*npx bailiff local --port 0/],
      [['--port', 'abc'], /number from 0 to 65535/],
      [['--port', '70000'], /number from 0 to 65535/],
      [['--webhook', 'https://example.com/'], /loopback/],
      [['--nonsense'], /unknown option/],
    ];
    for (const [args, message] of cases) {
      const refused = await bailiff(['local', '--port', '0', ...args]);
      expect(refused.code, args.join(' ')).toBe(3);
      expect(refused.errors).toMatch(message);
      expect(refused.errors).not.toContain('    at ');
    }
    occupied.close();
  });

  it('names the other instance that uses the port', async () => {
    const { terminal, started } = await startJson();
    const { port } = new URL(started.apiUrl);
    const env = terminal.env as Record<string, string>;
    const refused = await bailiff(['local', '--port', port], { env });
    expect(refused.code).toBe(3);
    expect(refused.errors).toContain(`by an offline instance, process ${String(process.pid)}.`);
    expect(refused.errors).toContain('npx bailiff env > .env');
  });

  it('prints what a later start needs, which has other keys', async () => {
    const line = /other keys.*npx bailiff env > \.env.*--seed/;
    expect((await startLocal()).terminal.output[0]).toMatch(line);
    const seeded = (await startLocal(['--seed', 'same'])).terminal.output[0] ?? '';
    expect(seeded).not.toMatch(line);
    // The PEM is one line, and every command can be pasted.
    expect(seeded).toMatch(/^CLERK_JWT_KEY="-----BEGIN PUBLIC KEY-----\\n[^"\n]+"$/m);
    expect(seeded).toContain('npx bailiff token session');
  });

  it('prints reachable addresses if it listens on all', async () => {
    const { terminal } = await startLocal(['--host', '0.0.0.0', '--force']);
    const [, address = ''] = /Backend API +(\S+)/.exec(terminal.output[0] ?? '') ?? [];
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(terminal.output[0]).toMatch(/Sign-in page +http:\/\/127\.0\.0\.1:\d+\/sign-in/);
    expect((await fetch(`${address}/sign-in`)).status).toBe(200);
    const { code } = await bailiff(['token', 'session'], { env: terminal.env as Record<string, string> });
    expect(code).toBe(0);
  });

  it('shows failed webhook deliveries: status, attempt and next attempt', async () => {
    const endpoint = createHttpServer((_req, res) => res.writeHead(500).end());
    await listen(endpoint);
    const url = `http://127.0.0.1:${String(portOf(endpoint))}/hooks`;
    const { terminal, started } = await startJson(['--webhook', url]);
    const headers = {
      authorization: `Bearer ${started.env['CLERK_SECRET_KEY'] ?? ''}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ email_address: ['ada@example.com'] });
    await fetch(`${started.apiUrl}/v1/users`, { method: 'POST', headers, body });
    const line = await until(() => terminal.output.find((one) => one.includes('webhook.failed')));
    expect(JSON.parse(line)).toMatchObject({ url, type: 'user.created', status: 500, attempt: 1 });
    const { at, nextAttemptAt } = JSON.parse(line) as { at: number; nextAttemptAt: number };
    expect(nextAttemptAt - at).toBe(5_000);
    endpoint.close();

    const plain = await startLocal(['--webhook', 'http://127.0.0.1:1/hooks']);
    const [, api = ''] = /^CLERK_API_URL=(.*)$/m.exec(plain.terminal.output[0] ?? '') ?? [];
    const [, key = ''] = /^CLERK_SECRET_KEY=(.*)$/m.exec(plain.terminal.output[0] ?? '') ?? [];
    await fetch(`${api}/v1/users`, { method: 'POST', headers: { ...headers, authorization: `Bearer ${key}` }, body });
    const shown = await until(() => plain.terminal.output.find((one) => one.includes(' webhook ')));
    expect(shown).toMatch(
      /no answer webhook user\.created to http:\/\/127\.0\.0\.1:1\/hooks, attempt 1 {2}next attempt in 5 seconds/,
    );
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops cleanly on %s', async (signal) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'packages/local/src/cli/main.ts', 'local', '--port', '0', '--json'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, XDG_RUNTIME_DIR: mkdtempSync(join(tmpdir(), 'bailiff-test-')) },
      },
    );
    const lines = createInterface({ input: child.stdout });
    const line = await new Promise<string>((resolve) => lines.once('line', resolve));
    const { apiUrl } = JSON.parse(line) as Started;
    expect((await fetch(`${apiUrl}/sign-in`)).status).toBe(200);
    const code = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    expect(await code).toBe(0);
    await expect(fetch(apiUrl)).rejects.toThrow();
  });
});
