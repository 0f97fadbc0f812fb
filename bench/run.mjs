/**
 * `npm run bench`: everything side by side in one run, in less than ten minutes; writes bench/RESULTS.md and bench/results.svg.
 * `npm run bench -- --quick`: fewer rounds, prints and writes nothing.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measureHttp, measureLatency } from './http.mjs';
import { barChart } from './lib/chart.mjs';
import { noiseOf } from './lib/noise.mjs';
import { readSection } from './lib/section.mjs';
import { measureEviction, measureMachine, measureRepeat, measureUnseen } from './micro.mjs';
import { measureBundle, measureImports, measureParts } from './weight.mjs';

const quick = process.argv.includes('--quick');
const root = new URL('..', import.meta.url).pathname;
function version(/** @type {string} */ name) {
  /** @type {unknown} */
  const manifest = JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, 'utf8'));
  return /** @type {{ version: string }} */ (manifest).version;
}
const began = performance.now();
const noise = noiseOf();
/** Between two parts nothing else of this runs. */
function log(/** @type {string} */ text) {
  noise.sample();
  console.error(`[bench] ${((performance.now() - began) / 1000).toFixed(0)} s: ${text}`);
}

log('repeat tokens');
const repeat = await measureRepeat({ rounds: quick ? 2 : 7 });
log('unseen tokens');
const unseen = await measureUnseen(quick ? { rounds: 9 } : {});
log('machine tokens');
const machine = await measureMachine(quick ? { uses: 1000 } : {});
log('eviction');
const eviction = await measureEviction(quick ? { tokens: 10_000, max: 1000 } : {});
log('imports and bundles');
const imports = measureImports(['bailiff/hono', '@clerk/hono', 'bailiff/express', '@clerk/express'], quick ? 3 : 15);
const TYPICAL = '{ clerkMiddleware, requireAuth, requirePermission, getAuth }';
/** @type {import('./weight.mjs').How} */
const WORKERS = { conditions: ['workerd', 'worker', 'browser'], platform: 'neutral' };
const bundles = {
  'bailiff/hono, middleware and guards (Node)': await measureBundle('bailiff/hono', { names: TYPICAL }),
  'bailiff/hono, middleware and guards (Workers)': await measureBundle('bailiff/hono', { names: TYPICAL, ...WORKERS }),
  'bailiff/hono, every export (Node)': await measureBundle('bailiff/hono'),
  'bailiff/hono, every export (Workers)': await measureBundle('bailiff/hono', WORKERS),
  '@clerk/hono, middleware and getAuth': await measureBundle('@clerk/hono', { names: '{ clerkMiddleware, getAuth }' }),
  '@clerk/hono, every export': await measureBundle('@clerk/hono'),
  jose: await measureBundle('jose'),
};
const parts = await measureParts(TYPICAL);
log('HTTP');
const http = await measureHttp(quick ? { starts: 1, slices: 2 } : {});
log('latency under load');
const latency = await measureLatency(quick ? { starts: 1, slices: 2, fresh: 4000 } : {});

log('local instance');
const local = execFileSync(process.execPath, [`${root}bench/local.mjs`, ...(quick ? ['--quick'] : [])], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});

const quiet = noise.verdict();
log(`done. ${quiet}`);

const us = (/** @type {number} */ value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const times = (/** @type {number} */ value) => `${value < 10 ? value.toFixed(2) : Math.round(value)} ×`;
const percent = (/** @type {number} */ value) => `${(value * 100).toFixed(0)} %`;
const of = (/** @type {ReadonlyMap<string, number>} */ map, /** @type {string} */ name) => map.get(name) ?? NaN;
function served(/** @type {string} */ framework, /** @type {string} */ library) {
  const found = http.find((row) => row.framework === framework && row.library === library);
  if (found === undefined) throw new Error(`${framework} with ${library} was not measured.`);
  return found;
}
const verdict = (/** @type {boolean} */ ok) => (ok ? 'met' : '**not met**');

/** @typedef {[what: string, goal: string, value: number, met: (v: number) => boolean, show: (v: number) => string]} Goal */

/** @type {Goal[]} */
const goals = [
  [
    'repeat token in a header, against `@clerk/backend`',
    '≥ 100 ×',
    of(repeat, '@clerk/backend, header') / of(repeat, 'bailiff, header'),
    (v) => v >= 100,
    times,
  ],
  [
    'repeat token in cookies, against `@clerk/backend`',
    '≥ 100 ×',
    of(repeat, '@clerk/backend, cookies') / of(repeat, 'bailiff, cookies'),
    (v) => v >= 100,
    times,
  ],
  [
    'repeat token in a header, of a raw RSA check',
    '< 5/21',
    of(repeat, 'bailiff, header') / of(repeat, 'raw RSA check'),
    (v) => v < 5 / 21,
    (v) => v.toFixed(3),
  ],
  [
    'repeat token in cookies, of a raw RSA check',
    '< 5/21',
    of(repeat, 'bailiff, cookies') / of(repeat, 'raw RSA check'),
    (v) => v < 5 / 21,
    (v) => v.toFixed(3),
  ],
  [
    'unseen token, of a raw RSA check',
    '≤ 1.4 ×',
    of(unseen, 'bailiff') / of(unseen, 'raw RSA check'),
    (v) => v <= 1.4,
    times,
  ],
  [
    'unseen token, against `@clerk/backend`',
    '≥ 8 ×',
    of(unseen, '@clerk/backend') / of(unseen, 'bailiff'),
    (v) => v >= 8,
    times,
  ],
  [
    'Hono with middleware and guard, of bare Hono, requests/s',
    '≥ 75 %',
    served('hono', 'bailiff').ofBare,
    (v) => v >= 0.75,
    percent,
  ],
  ['the same by CPU time', '≥ 75 %', served('hono', 'bailiff').ofBareByCpu, (v) => v >= 0.75, percent],
  [
    'requests/s against `@clerk/hono`',
    '≥ 20 ×',
    served('hono', 'bailiff').rps / served('hono', 'clerk').rps,
    (v) => v >= 20,
    times,
  ],
  [
    'Express with middleware and guard, of bare Express, requests/s',
    '≥ 90 %',
    served('express', 'bailiff').ofBare,
    (v) => v >= 0.9,
    percent,
  ],
  ['the same by CPU time', '≥ 90 %', served('express', 'bailiff').ofBareByCpu, (v) => v >= 0.9, percent],
  [
    'requests/s against `@clerk/express`',
    '≥ 3.5 ×',
    served('express', 'bailiff').rps / served('express', 'clerk').rps,
    (v) => v >= 3.5,
    times,
  ],
  ['machine token, repeat, µs', '< 5', machine.microseconds, (v) => v < 5, (v) => v.toFixed(2)],
  ['upstream calls for 20,000 uses within the TTL', '1', machine.calls, (v) => v === 1, String],
  [
    'cold import of `bailiff/hono`, of `@clerk/hono`',
    '≤ 50 %',
    of(imports, 'bailiff/hono') / of(imports, '@clerk/hono'),
    (v) => v <= 0.5,
    percent,
  ],
  ...Object.entries(bundles)
    .filter(([name]) => name.startsWith('bailiff/hono, middleware'))
    .map(
      ([name, { gzip }]) =>
        /** @type {Goal} */ ([`bundle of ${name}, kB gzip`, '≤ 20', gzip / 1000, (v) => v <= 20, (v) => v.toFixed(1)]),
    ),
  [
    `heap after ${eviction.tokens.toLocaleString('en')} distinct tokens, of that after ${(eviction.tokens / 5).toLocaleString('en')}`,
    '≤ 1.15',
    (eviction.heapMb.at(-1) ?? NaN) / (eviction.heapMb[1] ?? NaN),
    (v) => v <= 1.15,
    (v) => v.toFixed(2),
  ],
  ...latency.map(
    ({ framework, ofRaw }) =>
      /** @type {Goal} */ ([
        `p99 with half of the tokens new, ${framework}, of a server that does nothing but the RSA check`,
        '≤ 1.05 ×',
        ofRaw,
        (v) => v <= 1.05,
        times,
      ]),
  ),
];

const table = (/** @type {readonly string[]} */ head, /** @type {readonly (readonly (string | number)[])[]} */ rows) =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
const mapTable = (/** @type {ReadonlyMap<string, number>} */ map, /** @type {string} */ unit) =>
  table(
    ['', unit],
    [...map].map(([name, value]) => [name, us(value)]),
  );

/** Written by hand: why a goal is missed, if one is. */
const reasons = readFileSync(`${root}bench/REASONS.md`, 'utf8');
/** Kept from runs of their own. */
const sections = ['fleet', 'fleet-real', 'cluster', 'cold', 'workers'].map((name) => readSection(name));
/** Kept from a run of its own (bench/before.mjs). */
const packages = readFileSync(`${root}bench/PACKAGES.md`, 'utf8');

const report = `# Benchmark results

Made by \`npm run bench\` (${new Date().toISOString().slice(0, 10)}, commit ${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()}).
Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}. ${quiet} Server on core 0, load on core 1; interleaved rounds, several starts of each server, medians.
${['@clerk/backend', '@clerk/express', '@clerk/hono', 'express', 'hono', 'jose', 'fast-jwt', 'aws-jwt-verify'].map((name) => `${name} ${version(name)}`).join(' · ')}.

The table of requests over HTTP (load by wrk) gives the CPU time of the server too, which says the same on a machine that others use at the same time.

All contestants verify with the same public key and touch no network. Bailiff keeps verified tokens; \`@clerk/backend\`
verifies every time: the first rows say what a user pays for each request, the "unseen" rows compare equal work.

![Requests per second and microseconds for each token](results.svg)

## Goals

${table(
  ['', 'goal', 'measured', ''],
  goals.map(([what, goal, value, met, show]) => [what, goal, show(value), verdict(met(value))]),
)}

## A token seen before, \`authenticateRequest\`

${mapTable(repeat, 'µs (median)')}

## A token never seen, one after the other

${mapTable(unseen, 'µs (median)')}

## Over HTTP, 32 connections, repeat tokens, permission guard

"idle" is a middleware that leaves one and the same object on the request, and a guard that looks at it: the framework's own price
for having the two at all.

${table(
  ['framework', 'library', 'requests/s', 'of bare', 'CPU µs/request', 'of bare by CPU', 'p99 ms'],
  http.map((row) => [
    row.framework,
    row.library,
    Math.round(row.rps).toLocaleString('en'),
    percent(row.ofBare),
    us(row.cpu),
    percent(row.ofBareByCpu),
    us(row.p99),
  ]),
)}

## Latency under load, half of the tokens new

${table(
  [
    'framework',
    'p99 bare, ms',
    'with nothing but the RSA check',
    'p99 Bailiff, ms',
    'Bailiff of bare',
    'of the RSA check alone',
  ],
  latency.map((row) => [
    row.framework,
    us(row.bare),
    us(row.raw),
    us(row.bailiff),
    row.ofBare.toFixed(2),
    row.ofRaw.toFixed(2),
  ]),
)}

## ${eviction.tokens.toLocaleString('en')} distinct tokens through a cache of ${eviction.max.toLocaleString('en')}

Heap in MB after each tenth: ${eviction.heapMb.map((mb) => mb.toFixed(0)).join(', ')}. ${us(eviction.microseconds)} µs for each token.

## Weight

${table(
  ['bundle', 'minified kB', 'gzip kB'],
  Object.entries(bundles).map(([name, size]) => [
    name,
    (size.minified / 1000).toFixed(1),
    (size.gzip / 1000).toFixed(1),
  ]),
)}

What leaving out a part would save in the first of these bundles:

${table(
  ['part', 'kB gzip'],
  [
    ...parts.parts.map(([part, bytes]) => [part, (bytes / 1000).toFixed(1)]),
    ['left without all of them', (parts.rest / 1000).toFixed(1)],
  ],
)}

${table(
  ['cold import', 'ms (median)'],
  [...imports].map(([name, ms]) => [`\`${name}\``, ms.toFixed(0)]),
)}

## The offline instance

${local.trim()}

${sections.join('\n\n')}

${packages.trim()}

${reasons.trim()}
`;

/** @type {Record<string, import('./lib/chart.mjs').Bar['tone']>} */
const TONES = { bare: 'bare', bailiff: 'ours', clerk: 'theirs' };
/** @returns {import('./lib/chart.mjs').Bar['tone']} */
const toneOf = (/** @type {string} */ label) =>
  label === 'bailiff' ? 'ours' : label.startsWith('raw') ? 'bare' : 'theirs';
const chart = barChart(
  [
    ...['hono', 'express'].map((framework) => ({
      heading: `${framework === 'hono' ? 'Hono' : 'Express'}: requests per second, guarded route (more is better)`,
      bars: ['bare', 'bailiff', 'clerk'].map((library) => {
        const { rps } = served(framework, library);
        return {
          label: library === 'clerk' ? `@clerk/${framework}` : library === 'bare' ? `bare ${framework}` : 'bailiff',
          value: rps,
          text: Math.round(rps).toLocaleString('en'),
          tone: TONES[library] ?? 'theirs',
        };
      }),
    })),
    {
      heading: 'Microseconds for a token never seen (less is better)',
      bars: [...unseen].map(([label, value]) => ({
        label,
        value,
        text: `${us(value)} µs`,
        tone: toneOf(label),
      })),
    },
  ],
  { title: 'Bailiff beside the libraries one would otherwise use' },
);

console.log(report);
if (!quick) {
  writeFileSync(`${root}bench/RESULTS.md`, report);
  writeFileSync(`${root}bench/results.svg`, chart);
}
if (process.argv.includes('--check')) {
  const missed = goals.filter(([, , value, met]) => !met(value));
  process.exitCode = missed.length > 0 ? 1 : 0;
}
