/** Processes behind one port (bench/servers/cluster.mjs), and what they are asked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { serverEnvironment } from './server-environment.mjs';

/** @typedef {{ pid: number, cpu: number, memory: number }} State CPU time so far in µs, memory in kB */
/** @typedef {Awaited<ReturnType<typeof startCluster>>} Cluster */

/**
 * @param {string} framework
 * @param {string} library
 * @param {number} workers
 * @param {import('./fixtures.mjs').Fixtures} fixtures
 * @param {readonly string[]} [execArgv] with `--import tsx` the processes run the sources
 */
export async function startCluster(framework, library, workers, fixtures, execArgv = []) {
  const script = fileURLToPath(new URL('../servers/cluster.mjs', import.meta.url));
  const child = spawn(process.execPath, [...execArgv, script, framework, library, String(workers)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: serverEnvironment(fixtures),
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  async function next() {
    const line = await lines.next();
    if (line.done) throw new Error(`The cluster with ${framework} and ${library} ended.`);
    /** @type {unknown} */
    const said = JSON.parse(String(line.value));
    return said;
  }
  const ask = (/** @type {'state' | 'restart'} */ line) => (child.stdin.write(`${line}\n`), next());
  const { port } = /** @type {{ port: number }} */ (await next());
  const states = async () => /** @type {State[]} */ (await ask('state'));

  return {
    url: `http://127.0.0.1:${port}`,
    states,
    /** Microseconds of all processes so far. */
    cpu: async () => (await states()).reduce((sum, { cpu }) => sum + cpu, 0),
    /** One process after another, while the others serve. */
    restart: () => ask('restart'),
    async stop() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
    /** How many fresh tokens it has met (load.mjs). */
    met: 0,
  };
}

/**
 * Sends requests for as long as a task takes, each by a connection of its own, and tells what was answered otherwise than it had to be.
 * @param {string} url
 * @param {readonly { token: string, status: number }[]} credentials
 * @param {() => Promise<unknown>} task
 */
export async function watchDuring(url, credentials, task) {
  let isOver = false;
  let requests = 0;
  /** @type {string[]} */
  const wrong = [];
  const client = async (/** @type {number} */ from) => {
    for (let index = from; !isOver; index++) {
      const { token = '', status: expected = 0 } = credentials[index % credentials.length] ?? {};
      requests += 1;
      try {
        const headers = { authorization: `Bearer ${token}`, connection: 'close' };
        const { status } = await fetch(`${url}/invoices`, { headers });
        if (status !== expected) wrong.push(`${status} instead of ${expected}`);
      } catch (error) {
        wrong.push(String(error instanceof Error ? (error.cause ?? error) : error));
      }
    }
  };
  const clients = Array.from({ length: 8 }, (_, index) => client(index));
  await task();
  isOver = true;
  await Promise.all(clients);
  return { requests, wrong };
}
