/**
 * `npm run bench:cluster`: two cores, four processes behind one port (`node:cluster`). Requests a second and CPU time beside the bare framework
 * in the same form, memory of each process, and a rolling restart under load. `-- --write` puts the section into bench/RESULTS.md; `-- --quick`
 * makes few rounds. Exit code 1 if one answer was wrong.
 */
import { startCluster, watchDuring } from './lib/cluster.mjs';
import { createFixtures } from './lib/fixtures.mjs';
import { slice, tokenFiles } from './lib/load.mjs';
import { noiseOf } from './lib/noise.mjs';
import { table, publishSection } from './lib/section.mjs';
import { interleave, median } from './lib/stats.mjs';

const quick = process.argv.includes('--quick');
const [ROUNDS, SECONDS] = quick ? [2, 1] : [10, 2];
const WORKERS = 4;
const LIBRARIES = /** @type {const} */ (['bare', 'bailiff', 'clerk']);

const fixtures = createFixtures();
const files = tokenFiles(fixtures.mintMany(100));
const noise = noiseOf();
const rows = [];
let wrong = 0;
/** @type {string[]} */
const restarts = [];
for (const framework of ['hono', 'express']) {
  console.error(`[cluster] ${framework}`);
  const clusters = [];
  for (const library of LIBRARIES)
    clusters.push({ library, cluster: await startCluster(framework, library, WORKERS, fixtures) });
  try {
    const load = (/** @type {import('./lib/cluster.mjs').Cluster} */ cluster, /** @type {number} */ seconds) =>
      slice(cluster, files, { seconds, cores: '0,1' });
    for (const { cluster } of clusters) await load(cluster, 2);
    /** @type {Map<string, number[]>} */
    const cpu = new Map();
    const rps = await interleave(
      clusters.map(({ library, cluster }) => ({
        name: library,
        async run() {
          const measured = await load(cluster, SECONDS);
          cpu.set(library, [...(cpu.get(library) ?? []), measured.cpu]);
          return measured.rps;
        },
      })),
      ROUNDS,
      noise.sample,
    );
    const cpuOf = (/** @type {string} */ library) => median(cpu.get(library) ?? [NaN]);
    for (const { library, cluster } of clusters) {
      const served = rps.get(library) ?? NaN;
      const megabytes = (await cluster.states()).map(({ memory }) => memory / 1000);
      rows.push([
        ...[framework, library, Math.round(served).toLocaleString('en')],
        ...[`${((served / (rps.get('bare') ?? NaN)) * 100).toFixed(0)} %`, cpuOf(library).toFixed(0)],
        ...[`${((cpuOf('bare') / cpuOf(library)) * 100).toFixed(0)} %`, median(megabytes).toFixed(0)],
      ]);
      if (library !== 'bailiff') continue;
      const credentials = [
        ...fixtures.mintMany(20, 10_000).map((token) => ({ token, status: 200 })),
        ...createFixtures()
          .mintMany(5)
          .map((token) => ({ token, status: 401 })),
      ];
      const watched = await watchDuring(cluster.url, credentials, () => cluster.restart());
      wrong += watched.wrong.length;
      restarts.push(`${framework}: ${watched.requests} requests, ${watched.wrong.length} wrong`);
    }
  } finally {
    for (const { cluster } of clusters) await cluster.stop();
  }
}

publishSection(
  'cluster',
  `## Two cores, four processes

\`npm run bench:cluster\`: ${WORKERS} processes behind one port (\`node:cluster\`), repeat tokens, permission guard, the load on the same two cores; medians of ${ROUNDS} slices in turn. ${noise.verdict()}

${table(['framework', 'library', 'requests/s', 'of bare', 'CPU µs/request', 'of bare by CPU', 'MB of a process'], rows)}

Rolling restart, one process after another, under a load of good and of forged tokens: ${restarts.join('; ')}.`,
);
if (wrong > 0) process.exitCode = 1;
