/**
 * A server in a child process on one core, and the load on the other: wrk, because a load generator written in JavaScript is slower than
 * the servers here and would be what is measured (`apt-get install wrk`, `brew install wrk`).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverEnvironment } from './server-environment.mjs';

const SCRIPT = fileURLToPath(new URL('./load.lua', import.meta.url));
const CONNECTIONS = 32;

/**
 * What is to go with this process, also where a measurement breaks off.
 * @type {(() => unknown)[]}
 */
const leftovers = [];
process.once('exit', () => leftovers.forEach((clear) => clear()));

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {() => Promise<number>} cpu microseconds of its own time so far
 * @property {() => boolean} stop
 * @property {number} met how many fresh tokens it has met
 *
 * @typedef {ReturnType<typeof tokenFiles>} TokenFiles
 * @typedef {{ requests: number, failed: number, p50: number, p99: number, seconds: number }} Summary what load.lua prints
 */

/**
 * Starts `bench/servers/app.mjs` for a framework and a library; resolves once it listens.
 * @param {string} framework
 * @param {string} library
 * @param {import('./fixtures.mjs').Fixtures} fixtures
 * @param {string} [tree] another copy of this repository
 * @returns {Promise<Server>}
 */
export async function startServer(
  framework,
  library,
  fixtures,
  tree = fileURLToPath(new URL('../..', import.meta.url)),
) {
  const script = join(tree, 'bench/servers/app.mjs');
  const child = spawn('taskset', ['-c', '0', process.execPath, script, framework, library], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: serverEnvironment(fixtures),
  });
  leftovers.push(() => child.kill());
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`${framework}/${library} exited with ${code}`);
  });
  exited.catch(() => undefined);
  const answer = async () => Number(String((await Promise.race([once(child.stdout, 'data'), exited]))[0]).trim());
  const port = await answer();
  const cpu = () => (child.stdin.write('cpu\n'), answer());
  return { url: `http://127.0.0.1:${port}`, cpu, stop: () => child.kill(), met: 0 };
}

/**
 * Tokens as the files that the load reads.
 * @param {readonly string[]} repeated
 * @param {readonly string[]} [fresh] tokens of which every second request carries the next one
 */
export function tokenFiles(repeated, fresh = []) {
  const folder = mkdtempSync(join(tmpdir(), 'bailiff-bench-'));
  leftovers.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = (/** @type {string} */ name, /** @type {readonly string[]} */ tokens) => {
    writeFileSync(join(folder, name), tokens.join('\n'));
    return join(folder, name);
  };
  return { repeated: file('repeated', repeated), fresh: fresh.length === 0 ? null : file('fresh', fresh) };
}

/**
 * What is loaded: a {@link Server}, or several processes behind one port.
 * @typedef {{ url: string, cpu: () => Promise<number>, met: number }} Target
 */

/**
 * One slice of load. Fails on any answer but 200, so that errors are never fast. A server meets the fresh tokens in order, slice after
 * slice. `cpu`: microseconds of the server's own time for each request, which says the same on a machine that others use too; `p50`
 * and `p99` in milliseconds.
 * @param {Target} server
 * @param {TokenFiles} files
 * @param {{ seconds: number, cores?: string }} options `cores`: of the load
 */
export async function slice(server, files, { seconds, cores = '1' }) {
  const before = await server.cpu();
  const tokens = files.fresh === null ? [files.repeated] : [files.repeated, files.fresh, String(server.met)];
  const options = ['-c', cores, 'wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', SCRIPT];
  const wrk = spawn('taskset', [...options, `${server.url}/invoices`, '--', ...tokens], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  wrk.stdout.on('data', (text) => (said += String(text)));
  /** @type {unknown[]} */
  const told = await once(wrk, 'close');
  const [code] = told;
  if (code !== 0) throw new Error('wrk is missing, or failed: apt-get install wrk, or brew install wrk.');
  /** @type {unknown} */
  const summary = JSON.parse(said.slice(said.lastIndexOf('{')));
  const { requests, failed, p50, p99, seconds: took } = /** @type {Summary} */ (summary);
  if (failed > 0) throw new Error(`${server.url}: ${failed} of ${requests} requests failed`);
  server.met += Math.ceil(requests / 2);
  return { rps: requests / took, cpu: ((await server.cpu()) - before) / requests, p50, p99 };
}
