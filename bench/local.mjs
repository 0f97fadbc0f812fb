/**
 * `node bench/local.mjs [--quick]`: how fast the offline instance is, beside a bare node:http server that sends the same bytes, in the same run and
 * taking turns. Needs `npm run build`.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { startLocalInstance } from 'bailiff-local';
import { interleave, median } from './lib/stats.mjs';

const quick = process.argv.includes('--quick');
const rounds = quick ? 2 : 7;
const seconds = quick ? 1 : 3;
const file = fileURLToPath(new URL('./servers/local.mjs', import.meta.url));

/** @typedef {{ url: string, headers: Record<string, string>, stop: () => boolean }} Subject */

/**
 * @param {string} kind
 * @param {string} [message]
 * @returns {Promise<Subject>}
 */
async function server(kind, message) {
  const child = fork(file, [kind]);
  if (message !== undefined) child.send(message);
  /** @type {unknown[]} */
  const told = await once(child, 'message');
  const [said] = told;
  const address = /** @type {{ url: string, secretKey?: string }} */ (said);
  return {
    url: address.url,
    stop: () => child.kill(),
    headers: address.secretKey ? { authorization: `Bearer ${address.secretKey}` } : {},
  };
}

async function load(/** @type {Subject} */ { url, headers }) {
  const result = await autocannon({ url, headers, connections: 16, duration: seconds });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed`);
  return result.requests.average;
}

async function http() {
  const few = await server('10');
  const body = await (await fetch(few.url, { headers: few.headers })).text();
  const subjects = {
    'bare node:http': await server('bare', body),
    '10 users': few,
    '10,000 users': await server('10000'),
  };
  for (const subject of Object.values(subjects)) await load(subject);
  const contestants = Object.entries(subjects).map(([name, subject]) => ({ name, run: () => load(subject) }));
  const rates = await interleave(contestants, rounds);
  for (const subject of Object.values(subjects)) subject.stop();
  return { bytes: body.length, rates };
}

async function timed(/** @type {number} */ times, /** @type {() => Promise<unknown>} */ act) {
  const durations = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    await act();
    durations.push(performance.now() - startedAt);
  }
  return median(durations);
}

async function inProcess() {
  /** @type {import('bailiff-local').LocalInstance[]} */
  const started = [];
  const start = await timed(quick ? 5 : 31, async () => started.push(await startLocalInstance()));
  await Promise.all(started.map((clerk) => clerk.close()));
  const users = Array.from({ length: 10_000 }, (_, i) => ({ email_address: `u${i}@example.test` }));
  const clerk = await startLocalInstance({ seed: { users } });
  const resets = [];
  for (let i = 0; i < 101; i++) {
    await clerk.createSessionToken({ userId: 'user_new', orgId: 'org_new', role: 'org:admin' });
    const startedAt = performance.now();
    clerk.reset();
    resets.push(performance.now() - startedAt);
  }
  const mint = await timed(500, () =>
    clerk.createSessionToken({ userId: 'user_1', orgId: 'org_1', role: 'org:admin', permissions: ['org:a:b'] }),
  );
  await clerk.close();
  return { start, reset: median(resets), mint };
}

/** From the shell's command to its first line: the instance's address, and what an empty script takes on this machine. */
async function command() {
  const main = fileURLToPath(new URL('../packages/local/dist/cli/main.js', import.meta.url));
  const firstLine = (/** @type {string} */ name, /** @type {string[]} */ ...args) => ({
    name,
    async run() {
      const startedAt = performance.now();
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      const duration = performance.now() - startedAt;
      child.kill('SIGTERM');
      return duration;
    },
  });
  const contestants = [firstLine('local', main, 'local', '--port', '0', '--json'), firstLine('empty', '-p', '1')];
  return interleave(contestants, quick ? 3 : 15);
}

const { start, reset, mint } = await inProcess();
const started = await command();
const at = (/** @type {ReadonlyMap<string, number>} */ map, /** @type {string} */ name) => map.get(name) ?? NaN;
const [cli, empty] = [at(started, 'local'), at(started, 'empty')];
const { rates, bytes } = await http();
const [bare, few, many] = [at(rates, 'bare node:http'), at(rates, '10 users'), at(rates, '10,000 users')];
const share = (/** @type {number} */ value, /** @type {number} */ of) => `${Math.round((value / of) * 100)} %`;

console.log(`| measure | result | goal |
| - | - | - |
| start, with its own keys and port | ${start.toFixed(1)} ms | < 50 ms |
| \`bailiff local\`, until it says where it is | ${cli.toFixed(0)} ms, of which ${empty.toFixed(0)} ms are Node.js | < 250 ms |
| reset() with 10,000 users | ${reset.toFixed(3)} ms | < 2 ms |
| session token with organization | ${mint.toFixed(2)} ms | < 1 ms |
| GET /v1/users, ${bytes} bytes, bare node:http | ${Math.round(bare)} req/s | |
| GET /v1/users, 10 users | ${Math.round(few)} req/s, ${share(few, bare)} of bare | ≥ 50 % |
| GET /v1/users, 10,000 users | ${Math.round(many)} req/s, ${share(many, few)} of 10 users | ≥ 80 % |`);
