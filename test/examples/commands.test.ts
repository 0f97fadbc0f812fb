/** Every example as its command runs it: what it prints to try is sent, and must answer what it promises. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const tsx = createRequire(import.meta.url).resolve('tsx');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** The keys of whoever runs the tests stay out of it. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('CLERK_') && !name.startsWith('VITEST')),
);
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill();
    await gone;
  }
});

/** Everything that the example prints, until it invites to try, or ends. */
function run(name: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const child = spawn(process.execPath, ['--import', tsx, join(root, `examples/${name}/main.ts`)], {
    cwd: root,
    env: { ...environment, NODE_ENV: 'test', ...env },
  });
  children.push(child);
  let output = '';
  return new Promise((resolve) => {
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ctrl+C ends it.')) resolve(output);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('close', () => resolve(output));
  });
}

interface Printed {
  readonly what: string;
  readonly status: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

function readTries(output: string): Printed[] {
  return [...output.matchAll(/^# (.*): (\d{3})\ncurl -i -X (\w+) '([^']+)'(.*)$/gm)].map((match) => {
    const [, what = '', status, method = '', url = '', rest = ''] = match;
    const headers = Object.fromEntries(
      [...rest.matchAll(/ -H '([^:]+): ([^']*)'/g)].map(([, name = '', value = '']) => [name, value]),
    );
    return { what, status: Number(status), method, url, headers, body: / -d '([^']*)'/.exec(rest)?.[1] };
  });
}

/** By node:http, because `fetch` lets nobody choose a Host header. */
function send({ method, url, headers, body }: Printed): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject).end(body);
  });
}

const SERVERS = Object.entries({
  'api-keys': 6,
  'backend-api': 3,
  'express-api': 4,
  'fastify-api': 4,
  'full-stack': 6,
  'hono-api': 4,
  'hono-worker': 5,
  m2m: 3,
  'mcp-server': 4,
  'multi-instance': 3,
  'multi-tenant': 4,
  site: 4,
  'webhooks-sqlite': 1,
});

describe('examples, as commands', () => {
  it.each(SERVERS)('%s gives the promised answers', { timeout: 120_000 }, async (name, count) => {
    const output = await run(name);
    const tries = readTries(output);
    expect(tries, output).toHaveLength(count);
    // In their order: what comes later may depend on what went before.
    for (const one of tries) expect([one.what, await send(one)]).toEqual([one.what, one.status]);
  });

  it('opentelemetry prints its records and ends', { timeout: 120_000 }, async () => {
    const output = await run('opentelemetry');
    for (const name of ['bailiff verifyApiKey', 'bailiff.authentication.duration', 'bailiff.denials'])
      expect(output).toContain(name);
    expect(output).not.toMatch(/ak_\w{20}|eyJ/);
    expect(children[0]?.exitCode).toBe(0);
  });

  it('every folder has a command and a row in the table of the README', () => {
    const folders = readdirSync(join(root, 'examples'), { withFileTypes: true })
      // `deploy` is what platforms build and start: test/examples/deploy.test.ts.
      .filter((entry) => entry.isDirectory() && !['common', 'demo', 'deploy'].includes(entry.name))
      .map((entry) => entry.name);
    const table = readFileSync(join(root, 'examples/README.md'), 'utf8');
    for (const name of folders) {
      expect(scripts[`example:${name}`], name).toContain(`examples/${name}`);
      expect(table).toContain(`npm run example:${name}`);
    }
  });
});
