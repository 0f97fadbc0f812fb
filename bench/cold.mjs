/**
 * `npm run bench:cold`: from the start of a process, or of a Worker, to the first answer to an authenticated request. Bare framework, Bailiff
 * and the official package take turns, in both orders. `-- --write` puts the section into bench/RESULTS.md; `-- --quick` makes few rounds.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createFixtures } from './lib/fixtures.mjs';
import { noiseOf } from './lib/noise.mjs';
import { table, publishSection, verdict } from './lib/section.mjs';
import { serverEnvironment } from './lib/server-environment.mjs';
import { interleave } from './lib/stats.mjs';
import { bundleOf, startWorker } from './lib/workerd.mjs';

const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 2 : 21;
const fixtures = createFixtures();
const token = fixtures.mint(1);
const SERVER = fileURLToPath(new URL('./servers/app.mjs', import.meta.url));

/** Milliseconds until a new process has answered. @param {string} framework @param {string} library */
async function ofProcess(framework, library) {
  const began = performance.now();
  const child = spawn(process.execPath, [SERVER, framework, library], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: serverEnvironment(fixtures),
  });
  try {
    /** @type {unknown[]} */
    const said = await once(child.stdout, 'data');
    const port = String(said[0]).trim();
    const url = `http://127.0.0.1:${port}/invoices`;
    const { status } = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (status !== 200) throw new Error(`${framework}/${library} answered ${status}.`);
    return performance.now() - began;
  } finally {
    child.kill();
  }
}

/** The same of a Worker: workerd starts, compiles the bundle and answers. @param {'bare' | 'bailiff' | 'clerk'} library */
async function ofWorker(library) {
  const began = performance.now();
  const worker = await startWorker(library, fixtures);
  try {
    await worker.get(token);
    return performance.now() - began;
  } finally {
    await worker.stop();
  }
}

const LIBRARIES = /** @type {const} */ (['bare', 'bailiff', 'clerk']);
const KINDS = /** @type {const} */ ([
  ['`node` process, Express', '@clerk/express', (/** @type {string} */ library) => ofProcess('express', library)],
  ['`node` process, Hono', '@clerk/hono', (/** @type {string} */ library) => ofProcess('hono', library)],
  ['Worker in workerd, Hono', '@clerk/hono', ofWorker],
]);

for (const library of LIBRARIES) await bundleOf(library);
const noise = noiseOf();
const rows = [];
for (const [what, official, run] of KINDS) {
  console.error(`[cold] ${what}`);
  const contestants = LIBRARIES.map((name) => ({ name, run: () => run(name) }));
  const medians = await interleave(contestants, ROUNDS, noise.sample);
  const [bare = NaN, bailiff = NaN, clerk = NaN] = LIBRARIES.map((name) => medians.get(name));
  rows.push({ what, official, bare, bailiff, clerk });
}
const ms = (/** @type {number} */ value) => value.toFixed(0);
const percent = (/** @type {number} */ value) => `${(value * 100).toFixed(0)} %`;

publishSection(
  'cold',
  `## Cold start to the first authenticated answer

\`npm run bench:cold\`: from the start of the process to the answer, with \`CLERK_JWT_KEY\`, so that no network counts; medians of ${ROUNDS} rounds in which all take turns, every second
round backwards. ${noise.verdict()}

${table(
  ['', 'bare, ms', 'Bailiff, ms', 'official, ms', 'Bailiff of official', 'goal ≤ 50 %', 'beyond bare, of official', ''],
  rows.map(({ what, official, bare, bailiff, clerk }) => [
    `${what} (${official})`,
    ...[bare, bailiff, clerk].map(ms),
    ...[percent(bailiff / clerk), verdict(bailiff / clerk <= 0.5)],
    ...[
      percent((bailiff - bare) / (clerk - bare)),
      (bailiff - bare) / (clerk - bare) <= 0.5 ? 'at most half' : 'more than half',
    ],
  ]),
)}`,
);
