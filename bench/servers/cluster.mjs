/**
 * `node cluster.mjs <framework> <library> <workers>`: so many processes of app.mjs behind one port. Prints a line of JSON when it listens, and
 * one for each line that it reads: `state` (process ids, CPU time in µs, memory in kB of each) or `restart` (one after another: a new worker
 * listens before an old one stops taking connections; the old one ends when its last answer is out).
 */
import cluster from 'node:cluster';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const [framework = '', library = '', workers = '4'] = process.argv.slice(2);
const say = (/** @type {unknown} */ what) => console.log(JSON.stringify(what));
cluster.setupPrimary({
  exec: fileURLToPath(new URL('./app.mjs', import.meta.url)),
  args: [framework, library],
  silent: true,
});

/** @typedef {{ worker: import('node:cluster').Worker, ask: (line: string) => Promise<number> }} Member */
/** @type {Member[]} */
let members = [];

/** A worker that listens, and its port. */
async function start() {
  const worker = cluster.fork();
  const { stdin, stdout, stderr } = worker.process;
  stderr?.pipe(process.stderr);
  if (stdin === null || stdout === null) throw new Error('A worker has no pipes.');
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  const answer = async () => Number((await lines.next()).value);
  const port = await answer();
  const ask = (/** @type {string} */ line) => (stdin.write(`${line}\n`), answer());
  return { member: { worker, ask }, port };
}

/** @type {Record<string, () => Promise<unknown>>} */
const orders = {
  state: () =>
    Promise.all(
      members.map(async ({ worker, ask }) => {
        const pid = worker.process.pid ?? 0;
        const memory = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
        return { pid, cpu: await ask('cpu'), memory };
      }),
    ),
  async restart() {
    for (const { worker } of [...members]) {
      const { member } = await start();
      members = [...members.filter((each) => each.worker !== worker), member];
      worker.disconnect();
      await once(worker, 'exit');
    }
    return 'done';
  },
};

let port = 0;
for (let index = 0; index < Number(workers); index++) {
  const started = await start();
  members.push(started.member);
  port = started.port;
}
say({ port });
for await (const line of createInterface(process.stdin)) say(await orders[line]?.());
