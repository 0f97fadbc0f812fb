/**
 * `npm run soak [-- --seconds N --seed N]`: both adapters under mixed load against an offline instance whose keys
 * rotate, which fails, goes away and comes back, while clocks step. Every answer is checked against what it must be at
 * that moment; after each recovery everything has to work again; memory and handles stay flat. Default: 600 s.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../fuzz/mutate.js';
import { createChaos } from './chaos.js';
import { createCredentials } from './credentials.js';
import { createOracle } from './oracle.js';
import { createProbes, createSender, type Probe } from './probes.js';
import { createStage } from './stage.js';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 600);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const AT_ONCE = 8;
const BATCHES_BETWEEN_STRIKES = 12;
const STRIKES_BEFORE_MENDING = 4;

const random = createRandom(seed);
const stage = await createStage(seed);
const oracle = createOracle(stage.clock);
const credentials = createCredentials(stage, random);
const probes = createProbes(credentials, oracle);
const chaos = createChaos(stage, credentials, oracle);
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
  for (const port of stage.ports) {
    for (let tries = 0; tries < 5; tries++) {
      stage.clock.advance(31_000);
      if ((await sender.check(port, { ...probes.unknownKey(random), expected: ['out'] })) === null) break;
    }
  }
  for (const port of stage.ports) {
    for (const probe of probes.essentials()) await check(port, { ...probe, expected: ['in'] });
  }
  if (wasDisturbed) recoveries++;
  oracle.settled();
}

const heaps: number[] = [];
const handles: number[] = [];
async function measure(): Promise<void> {
  // The instance keeps a journal of requests; after a restart it is empty, and what is left is the servers'.
  await stage.stop();
  await stage.start();
  globalThis.gc?.();
  globalThis.gc?.();
  heaps.push(process.memoryUsage().heapUsed / 1e6);
  handles.push(process.getActiveResourcesInfo().length);
}

console.log(`soak: ${seconds} s, seed ${seed}`);
oracle.published(stage.clerk.world.keys.current.kid);
const started = performance.now();
const end = started + seconds * 1000;
let nextMeasure = started + Math.min(20_000, seconds * 100);
let strikes = 0;
async function run(): Promise<void> {
  await recover();
  for (let batch = 1; performance.now() < end && failures.length < 5; batch++) {
    stage.clock.advance(random(200));
    const chosen = Array.from({ length: AT_ONCE }, () => probes.next(random));
    await Promise.all(chosen.map((probe, index) => check(stage.ports[index % 2] as number, probe)));
    if (batch % BATCHES_BETWEEN_STRIKES !== 0) continue;
    await chaos.strike(random);
    if (++strikes % STRIKES_BEFORE_MENDING !== 0) continue;
    await recover();
    if (performance.now() < nextMeasure) continue;
    await measure();
    nextMeasure = performance.now() + seconds * 50;
  }
}

// What goes wrong in the soak itself is a failure too, and must not leave it waiting.
await run().catch((error: unknown) =>
  failures.push(`the soak broke off: ${error instanceof Error ? error.stack : String(error)}`),
);
await stage.close();
sender.close();

const minutes = (performance.now() - started) / 60_000;
console.log(`${requests} requests in ${minutes.toFixed(1)} min, ${recoveries} recoveries from outages`);
for (const [name, count] of Object.entries({ ...sender.counts, ...chaos.counts }).sort())
  console.log(`  ${name}: ${count}`);
console.log(`heap MB: ${heaps.map((mb) => mb.toFixed(0)).join(', ')}; handles: ${handles.join(', ')}`);
const growth = (list: readonly number[]) => (list.at(-1) ?? 0) - Math.max(0, ...list.slice(0, 3));
if (growth(heaps) > 40) failures.push(`the heap grew by ${growth(heaps).toFixed(0)} MB`);
if (growth(handles) > 16) failures.push(`${growth(handles)} more handles are open than at first`);
for (const failure of failures) console.error(`FAILED (seed ${seed}): ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
