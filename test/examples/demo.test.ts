/** The examples, executed: in this process, and as the command that the README names. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES } from '../../examples/demo/cases.js';
import { issueCredentials, type Credentials } from '../../examples/demo/credentials.js';
import { runCases } from '../../examples/demo/run-cases.js';
import { openEnvironment, type DemoEnvironment } from '../../examples/demo/environment.js';
import { formatTable } from '../../examples/demo/table.js';

const root = join(import.meta.dirname, '../..');
const tsx = createRequire(import.meta.url).resolve('tsx');

/** Runs the demo; `until` ends the wait for one that stays up. */
function demo(
  args: readonly string[],
  until?: RegExp,
): { child: ChildProcess; seen: Promise<string>; exit: Promise<number | null> } {
  const child = spawn(process.execPath, ['--import', tsx, join(root, 'examples/demo/main.ts'), ...args], { cwd: root });
  let output = '';
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const seen = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (until?.test(output) === true) resolve(output);
    });
    child.once('close', () => resolve(output));
  });
  return { child, seen, exit };
}

describe('the demo, as a command', () => {
  it('ends with status 0 and a table of expected answers', { timeout: 120_000 }, async () => {
    const { seen, exit } = demo([]);
    expect(await exit).toBe(0);
    const output = await seen;
    for (const heading of ['request', 'credential', 'expected', 'Express answered', 'Hono answered'])
      expect(output).toContain(heading);
    expect(output.match(/✓/g)).toHaveLength(CASES.length);
    expect(output).not.toContain('✗');
    expect(output).toContain('all answered as expected');
  });

  it('stays up with --serve, and its curl lines work', { timeout: 120_000 }, async () => {
    const { child, seen, exit } = demo(
      ['--serve'],
      /For an application of your own:[\s\S]*CLERK_WEBHOOK_SIGNING_SECRET/,
    );
    const output = await seen;
    const lines = [...output.matchAll(/curl -i -X (\w+) (\S+)(?: \\\n\s+-H '([^:]+): ([^']+)')?/g)];
    const statuses = await Promise.all(
      lines.map(async ([, method = '', url = '', name, value = '']) => {
        const response = await fetch(url, { method, headers: name === undefined ? {} : { [name]: value } });
        return response.status;
      }),
    );
    expect(statuses).toEqual([200, 401, 200, 403, 200, 200, 401]);
    const page = await fetch(/http:\S+(?=\/dashboard)/.exec(output)?.[0] ?? '');
    expect(await page.text()).toContain('Acorn Books');
    child.kill();
    await exit;
  });
});

describe('the demo, inside', () => {
  let environment: DemoEnvironment;
  let credentials: Credentials;
  beforeAll(async () => {
    environment = await openEnvironment();
    credentials = await issueCredentials(environment.clerk);
  });
  afterAll(() => environment.close());

  it('has a case for every credential', () => {
    expect(new Set(CASES.map((one) => one.as))).toEqual(new Set(Object.keys(credentials)));
  });

  it('reports an unexpected answer', async () => {
    // The administrator's token where nobody's was expected: the answers change, the expectations do not.
    const results = await runCases(environment.sites, { ...credentials, none: credentials.admin });
    const wrong = results.filter((result) => !result.asExpected);
    expect(wrong.map((result) => result.case.request)).toContain('GET /me');
    const table = formatTable(['request', 'answered'], [{ cells: ['GET /me', '200'], good: false, group: '' }]);
    expect(table).toContain('✗ GET /me');
  });

  it.each([0, 1])('serves an escaped page to a signed-in browser (site %i)', async (index) => {
    const { url = '' } = environment.sites[index] ?? {};
    const home = await (await fetch(url)).text();
    expect(home).toContain('/dashboard');
    const dashboard = await fetch(`${url}/dashboard`, { headers: credentials.cookies.headers });
    expect(dashboard.status).toBe(200);
    const html = await dashboard.text();
    expect(html).toContain('user_ada');
    expect(html).toContain(
      `${environment.clerk.frontendApiUrl}/sign-out?redirect_url=${encodeURIComponent(`${url}/dashboard`)}`,
    );
  });
});
