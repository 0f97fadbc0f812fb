/**
 * `npm run soak [-- --seconds N --seed N]`: both adapters, in a process of their own, under mixed load against an offline
 * instance whose keys rotate, which fails, goes away and comes back, while clocks step. Every answer is checked against
 * what it must be at that moment; after each recovery everything has to work again; memory and handles stay flat.
 * Default: 600 s. `--leak requests` (or `timers`) makes the servers leak: the soak has to fail.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../fuzz/mutate.js';
import { createChaos } from './chaos.js';
import { createCredentials } from './credentials.js';
import { createOracle } from './oracle.js';
import { ENOUGH, growths, measure, sameHandles, type Measure } from './measure.js';
import { createProbes, createSender, type Probe } from './probes.js';
import type { Leak } from './server.js';
import { createEnvironment } from './environment.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, leak: { type: 'string' } },
});
const seconds = Number(values.seconds ?? 600);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const AT_ONCE = 8;
const BATCHES_BETWEEN_STRIKES = 12;
const STRIKES_BEFORE_MENDING = 4;

const random = createRandom(seed);
const environment = await createEnvironment(seed, (values.leak ?? null) as Leak | null);
const { servers } = environment;
const oracle = createOracle(environment.clock);
const credentials = createCredentials(environment, random);
const probes = createProbes(credentials, oracle);
const chaos = createChaos(environment, credentials, oracle);
const sender = createSender();

const failures: string[] = [];
process.on('unhandledRejection', (error) => failures.push(`unhandled rejection: ${String(error)}`));
process.on('uncaughtException', (error) => failures.push(`uncaught exception: ${String(error.stack)}`));

let requests = 0;
let recoveries = 0;
async function check(port: number, probe: Probe): Promise<void> {
  requests++;
  const wrong = await sender.check(port, probe);
  if (wrong !== null) failures.push(`request ${requests}: ${wrong}; before it: ${chaos.latest.join(', ')}`);
}

/** Everything works again, at once and without a restart of the servers: first one by one, then judged strictly. */
async function recover(): Promise<void> {
  const wasDisturbed = oracle.disturbed;
  await chaos.mend();
  // A load of keys that began in the outage may still be under way: an unknown key id waits for it, or starts one.
  for (const port of servers.ports) {
    for (let tries = 0; tries < 5; tries++) {
      await environment.advance(31_000);
      if ((await sender.check(port, { ...probes.unknownKey(random), expected: ['out'] })) === null) break;
    }
  }
  for (const port of servers.ports) {
    for (const probe of probes.essentials()) await check(port, { ...probe, expected: ['in'] });
  }
  if (wasDisturbed) recoveries++;
  oracle.settled();
}

const measures: Measure[] = [];
/** Of this process: the instance, the load and the oracle. */
const ours: Measure[] = [];
async function takeMeasure(): Promise<void> {
  // Nobody asks, and nobody who is asked answers: what the servers still hold they have to let go by themselves.
  sender.hangUp();
  await environment.stop();
  measures.push(await servers.measure());
  await environment.start();
  ours.push(await measure());
}

console.log(`soak: ${seconds} s, seed ${seed}`);
oracle.published(environment.clerk.state.keys.current.kid);
const started = performance.now();
const end = started + seconds * 1000;
let nextMeasure = started + Math.min(20_000, seconds * 100);
let strikes = 0;
async function run(): Promise<void> {
  await recover();
  for (let batch = 1; performance.now() < end && failures.length < 5; batch++) {
    await environment.advance(random(200));
    const chosen = Array.from({ length: AT_ONCE }, () => probes.next(random));
    await Promise.all(chosen.map((probe, index) => check(servers.ports[index % 2] as number, probe)));
    if (batch % BATCHES_BETWEEN_STRIKES !== 0) continue;
    await chaos.strike(random);
    if (++strikes % STRIKES_BEFORE_MENDING !== 0) continue;
    await recover();
    if (performance.now() < nextMeasure) continue;
    await takeMeasure();
    nextMeasure = performance.now() + seconds * 25;
  }
}

// What goes wrong in the soak itself is a failure too, and must not leave it waiting.
await run().catch((error: unknown) =>
  failures.push(`the soak broke off: ${error instanceof Error ? error.stack : String(error)}`),
);
await environment.close();
sender.hangUp();

const minutes = (performance.now() - started) / 60_000;
console.log(`${requests} requests in ${minutes.toFixed(1)} min, ${recoveries} recoveries from outages`);
for (const [name, count] of Object.entries({ ...sender.counts, ...chaos.counts }).sort())
  console.log(`  ${name}: ${count}`);
for (const [name, list] of Object.entries({ servers: measures, 'instance and load': ours })) {
  const row = (what: 'heap' | 'external' | 'rss') => list.map((one) => one[what].toFixed(0)).join(', ');
  console.log(`${name}, MB: heap ${row('heap')}; external ${row('external')}; rss ${row('rss')}`);
  if (list.length < ENOUGH) console.log(`  too few measurements to tell whether it grows`);
  failures.push(...growths(list).map((growth) => `${name}: ${growth}`));
}
const untouched = JSON.stringify(servers.untouched.handles);
console.log(`handles of the servers before the first request, and expected at each measurement: ${untouched}`);
for (const { handles } of measures.filter((one) => !sameHandles(one, servers.untouched)).slice(0, 3))
  failures.push(`open when nobody is connected: ${JSON.stringify(handles)}`);
for (const failure of failures) console.error(`FAILED (seed ${seed}): ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
