/**
 * `npm run bench:workers`: CPU time of workerd for each request of a guarded Hono route, repeat and new tokens, in one Worker bare, one with
 * Bailiff and one with the official package. `-- --write` puts the section into bench/RESULTS.md; `-- --quick` makes few rounds.
 */
import { createFixtures } from './lib/fixtures.mjs';
import { noiseOf } from './lib/noise.mjs';
import { table, publishSection, verdict } from './lib/section.mjs';
import { interleave } from './lib/stats.mjs';
import { startWorker } from './lib/workerd.mjs';

const quick = process.argv.includes('--quick');
const [ROUNDS, REPEATS, NEW] = quick ? [2, 2_000, 300] : [11, 20_000, 2_000];
const LIBRARIES = /** @type {const} */ (['bare', 'raw', 'bailiff', 'clerk']);

const fixtures = createFixtures();
const few = fixtures.mintMany(50);
const repeated = Array.from({ length: REPEATS }, (_, index) => few[index % few.length] ?? '');
let minted = 1_000;
/** @type {string[]} */
let fresh = [];
const noise = noiseOf();
/** @type {{ library: string, worker: Awaited<ReturnType<typeof startWorker>> }[]} */
const workers = [];
for (const library of LIBRARIES) workers.push({ library, worker: await startWorker(library, fixtures) });
try {
  // Nobody is measured while code runs for the first time.
  fresh = fixtures.mintMany(quick ? 300 : 2_000, 500_000);
  for (const { worker } of workers) await worker.cpu([...few, ...fresh]);
  // These two check each time: fewer will do.
  const share = (/** @type {string} */ library) =>
    ['clerk', 'raw'].includes(library) ? repeated.slice(0, REPEATS / 10) : repeated;
  console.error('[workers] repeat tokens');
  const repeats = await interleave(
    workers.map(({ library, worker }) => ({ name: library, run: () => worker.cpu(share(library)) })),
    ROUNDS,
    noise.sample,
  );
  console.error('[workers] new tokens');
  const news = await interleave(
    workers.map(({ library, worker }) => ({ name: library, run: () => worker.cpu(fresh) })),
    ROUNDS,
    () => (noise.sample(), (fresh = fixtures.mintMany(NEW, (minted += NEW)))),
  );
  const row = (
    /** @type {string} */ what,
    /** @type {ReadonlyMap<string, number>} */ of,
    /** @type {number} */ goal,
  ) => {
    const [bare = NaN, raw = NaN, bailiff = NaN, clerk = NaN] = LIBRARIES.map((library) => of.get(library));
    const beyond = (clerk - bare) / (bailiff - bare);
    return [
      ...[what, ...[bare, raw, bailiff, clerk].map((value) => value.toFixed(1))],
      ...[`${(clerk / bailiff).toFixed(1)} ×`, `${beyond.toFixed(1)} ×`, `≥ ${goal} ×`, verdict(beyond >= goal)],
    ];
  };
  publishSection(
    'workers',
    `## Workers, CPU for each request

\`npm run bench:workers\`: a guarded Hono route in workerd, many requests inside one; CPU time of its process, medians of ${ROUNDS} rounds in turn. ${noise.verdict()}
"Beyond bare" is what the libraries add to Hono itself, and what the goal is about.

${table(
  [
    '',
    'bare, µs',
    'nothing but the RSA check, µs',
    'Bailiff, µs',
    '@clerk/hono, µs',
    'official of Bailiff',
    'beyond bare',
    'goal',
    '',
  ],
  [row('repeat token', repeats, 20), row('new token', news, 1.5)],
)}`,
  );
} finally {
  for (const { worker } of workers) await worker.stop();
}
