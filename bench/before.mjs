/**
 * `node bench/before.mjs --base <ref> [--now <ref>] [--rounds 7] [--only <part of a row>] [--swap]`: an earlier state of this
 * repository beside a later one, in one run. Each is built from a git worktree in a temporary folder; without `--now` it is the
 * present `dist` (`npm run build`). `--swap` prepares the later one first: who is prepared first may have a per cent or two more.
 *
 * What is compared is CPU time (of this process, of the server's, of workerd's), because the machine may be busy with other things.
 * Each round measures both in slices, now the one first and now the other; a row is the median of the rounds' ratios, beside both
 * medians.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as measures from './lib/before.mjs';
import { median } from './lib/stats.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'main' },
    rounds: { type: 'string', default: '7' },
    now: { type: 'string' },
    only: { type: 'string' },
    swap: { type: 'boolean', default: false },
  },
});
/**
 * @typedef {import('./lib/before.mjs').Prepared} Prepared
 * @typedef {'base' | 'later'} Side
 */
/** @type {readonly Side[]} */
const SIDES = ['base', 'later'];
/** @type {readonly Side[]} */
const BACKWARDS = ['later', 'base'];

const rounds = Number(values.rounds);
const root = fileURLToPath(new URL('..', import.meta.url));
const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const log = (/** @type {string} */ text) => console.error(`[before] ${text}`);

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {import('./lib/before.mjs').Measure} measure
 * @property {number} [slices]
 * @property {number} [limit] of the ratio
 * @property {number} [difference] limit of what comes on top
 * @property {number} [most] limit of the later value
 *
 * @typedef {Row & { before: number, now: number, ratio: number, range: [number, number] }} Result
 */

/** @type {Row[]} */
const ROWS = [
  { name: 'repeat token in a header, µs', measure: measures.repeatInHeader, slices: 20, limit: 1.05 },
  { name: 'repeat token in cookies, µs', measure: measures.repeatInCookies, slices: 20, limit: 1.05 },
  {
    name: 'Hono over HTTP, µs of the server for each request',
    measure: measures.overHttp('hono'),
    slices: 4,
    limit: 1.03,
  },
  {
    name: 'Express over HTTP, µs of the server for each request',
    measure: measures.overHttp('express'),
    slices: 4,
    limit: 1.03,
  },
  { name: 'a verdict cache that is full, µs for each new token', measure: measures.eviction, limit: 0.5 },
  { name: 'heap of an authenticator after one token, kB', measure: measures.heap, most: 30 },
  { name: 'unseen token on Node, µs', measure: measures.unseen, slices: 20, limit: 1.05 },
  { name: 'unseen token in workerd, µs', measure: measures.unseenInWorkerd, slices: 10, limit: 1.15 },
  { name: 'cold import of bailiff/hono, ms', measure: measures.coldImport, slices: 2, difference: 4 },
].filter(({ name }) => values.only === undefined || name.includes(values.only));

const work = mkdtempSync(join(tmpdir(), 'bailiff-before-'));
/** @type {string[]} */
const trees = [];
function treeOf(/** @type {string} */ ref) {
  log(`building ${ref}`);
  const tree = join(work, `${trees.length}`);
  git('worktree', 'add', '--quiet', '--detach', tree, ref);
  trees.push(tree);
  linkPackages(tree);
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
  return tree;
}

/** What is installed here; but the repository's own packages are those of the tree. */
function linkPackages(/** @type {string} */ tree) {
  /** @type {Record<string, string>} */
  const own = { bailiff: tree, 'bailiff-local': join(tree, 'packages/local') };
  const modules = join(tree, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    symlinkSync(own[name] ?? join(root, 'node_modules', name), join(modules, name));
}

try {
  const base = treeOf(values.base);
  const later = values.now === undefined ? root : treeOf(values.now);

  /** @type {Result[]} */
  const table = [];
  for (const row of ROWS) {
    log(row.name);
    /** @type {Partial<Record<Side, Prepared>>} */
    const prepared = {};
    for (const side of values.swap ? BACKWARDS : SIDES) prepared[side] = await row.measure({ base, later }[side]);
    const sides = /** @type {Record<Side, Prepared>} */ (prepared);
    try {
      for (const side of SIDES) await sides[side].run();
      const samples = [];
      for (let round = 0; round < rounds; round++) samples.push(await measureRound(sides, row.slices ?? 1, round));
      const before = median(samples.map((sample) => sample.base));
      const now = median(samples.map((sample) => sample.later));
      const ratios = samples.map((sample) => sample.later / sample.base);
      table.push({ ...row, before, now, ratio: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] });
    } finally {
      for (const side of SIDES) await sides[side].close?.();
    }
  }
  print(table);
} finally {
  for (const tree of trees) git('worktree', 'remove', '--force', tree);
  rmSync(work, { recursive: true, force: true });
}

/**
 * The mean of the slices of each side.
 * @param {Record<Side, Prepared>} sides
 * @param {number} slices
 * @param {number} round
 */
async function measureRound(sides, slices, round) {
  const sums = { base: 0, later: 0 };
  for (let slice = 0; slice < slices; slice++)
    for (const side of (round + slice) % 2 === 0 ? SIDES : BACKWARDS) sums[side] += await sides[side].run();
  return { base: sums.base / slices, later: sums.later / slices };
}

function print(/** @type {readonly Result[]} */ table) {
  const digits = (/** @type {number} */ value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
  console.log(
    `\n${git('rev-parse', '--short', values.base)} and ${git('rev-parse', '--short', values.now ?? 'HEAD')}, ${rounds} rounds, Node ${process.versions.node}.\n`,
  );
  console.log('| | before | now | ratio | of the rounds | limit | |\n|---|---|---|---|---|---|---|');
  for (const { name, before, now, ratio, range, limit, most, difference } of table) {
    const [said, ok] =
      limit !== undefined
        ? [`≤ ${limit} ×`, ratio <= limit]
        : most !== undefined
          ? [`≤ ${most}`, now <= most]
          : [`≤ ${difference} more`, now - before <= (difference ?? 0)];
    const cells = [
      name,
      digits(before),
      digits(now),
      ratio.toFixed(3),
      range.map((each) => each.toFixed(2)).join(' to '),
      said,
    ];
    console.log(`| ${[...cells, ok ? 'met' : '**not met**'].join(' | ')} |`);
  }
}
