/**
 * `npm run fuzz [-- --requests N --seed N]`: hostile requests over HTTP against every adapter. It fails on a 5xx other
 * than 503, an unhandled rejection, a request that is never answered, or a heap that keeps growing. A quarter of the requests meets
 * applications whose callbacks misbehave: there a 500 is right, and it fails if anybody gets behind a guard. Default: 100,000.
 */
import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import { corpus } from '../attacks/corpus.js';
import { attackedClerk, createFixtures, PUBLISHABLE_KEY } from '../attacks/fixtures.js';
import { startExpress, startFastify, startHono } from '../attacks/servers.js';
import { T0 } from '../support/tokens.js';
import { RawClient } from './client.js';
import { startFaulty } from './faulty.js';
import { createRandom, nextRequest } from './mutate.js';
import { portOf } from '../support/listen.js';

const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } });
const total = Number(values.requests ?? 100_000);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const CONNECTIONS = 9;
const HANG_MS = 15_000;

const fixtures = createFixtures();
const clerk = await attackedClerk(fixtures);
const options = {
  secretKey: clerk.secretKey,
  publishableKey: PUBLISHABLE_KEY,
  apiUrl: clerk.apiUrl,
  now: () => T0,
};
const servers = [await startExpress(options), await startFastify(options), await startHono(options)];
const behind: string[] = [];
const faulty = await startFaulty(options, createRandom(seed + 1_000), (where) => behind.push(where));

const failures: string[] = [];
process.on('unhandledRejection', (error) => failures.push(`unhandled rejection: ${String(error)}`));
process.on('uncaughtException', (error) => failures.push(`uncaught exception: ${error.stack}`));

const statuses = new Map<number, number>();
const heaps: number[] = [];
let sent = 0;

async function attack(client: RawClient, random: ReturnType<typeof createRandom>, mayFail: boolean): Promise<void> {
  while (sent < total && failures.length === 0) {
    const index = sent++;
    const { bytes, method, shown } = nextRequest(corpus, fixtures, random);
    const hang = setTimeout(() => {
      failures.push(`no answer to request ${index}:\n${shown}`);
      client.drop();
    }, HANG_MS);
    const status = await client.send(bytes, method);
    clearTimeout(hang);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (behind.length > 0) failures.push(`somebody got ${behind[0]} by request ${index}:\n${shown}`);
    if (status >= 500 && status !== 503 && !(mayFail && status === 500))
      failures.push(`${status} to request ${index}:\n${shown}`);
    if (status === 400 || status === 431) client.drop();
    if (index % Math.ceil(total / 10) === 0) {
      globalThis.gc?.();
      heaps.push(process.memoryUsage().heapUsed / 1e6);
    }
  }
  client.close();
}

console.log(`seed ${seed}, ${total} requests, ${corpus.length} attacks to start from`);
const started = performance.now();
const clientsOf = (all: readonly Server[], each: number): RawClient[] =>
  all.flatMap((server) => Array.from({ length: each }, () => new RawClient(portOf(server))));
await Promise.all([
  ...clientsOf(servers, CONNECTIONS / servers.length).map((client, index) =>
    attack(client, createRandom(seed + index), false),
  ),
  ...clientsOf(faulty, 1).map((client, index) => attack(client, createRandom(seed + 100 + index), true)),
]);
for (const server of [...servers, ...faulty]) server.close();

const shown = [...statuses]
  .sort(([a], [b]) => a - b)
  .map(([status, count]) => `${status === 0 ? 'closed' : status}: ${count}`);
console.log(`${sent} requests in ${((performance.now() - started) / 1000).toFixed(0)} s; ${shown.join(', ')}`);
console.log(`upstream calls: ${clerk.requests.length}; heap MB: ${heaps.map((mb) => mb.toFixed(0)).join(', ')}`);
const [, early = 0] = heaps;
const late = heaps.at(-1) ?? 0;
if (late > early * 1.2 + 8) failures.push(`the heap grew from ${early.toFixed(0)} to ${late.toFixed(0)} MB`);
for (const failure of failures.slice(0, 5)) console.error(`\nFAILED (seed ${seed}): ${failure}`);
await clerk.close();
process.exitCode = failures.length === 0 ? 0 : 1;
