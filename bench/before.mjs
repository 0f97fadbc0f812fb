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
const rounds = Number(values.rounds);
const root = fileURLToPath(new URL('..', import.meta.url));
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const log = (text) => console.error(`[before] ${text}`);

/** `limit` of the ratio or, where `difference` is set, of what comes on top. */
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
const trees = [];
function treeOf(ref) {
  log(`building ${ref}`);
  const tree = join(work, `${trees.length}`);
  git('worktree', 'add', '--quiet', '--detach', tree, ref);
  trees.push(tree);
  linkPackages(tree);
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
  return tree;
}

/** What is installed here; but the repository's own packages are those of the tree. */
function linkPackages(tree) {
  const own = { bailiff: tree, 'bailiff-local': join(tree, 'packages/local') };
  const modules = join(tree, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    symlinkSync(own[name] ?? join(root, 'node_modules', name), join(modules, name));
}

try {
  const base = treeOf(values.base);
  const later = values.now === undefined ? root : treeOf(values.now);

  const table = [];
  for (const row of ROWS) {
    log(row.name);
    const sides = [];
    for (const index of values.swap ? [1, 0] : [0, 1]) sides[index] = await row.measure([base, later][index]);
    try {
      for (const side of sides) await side.run();
      const samples = [[], []];
      for (let round = 0; round < rounds; round++)
        for (const [index, sample] of (await measureRound(sides, row.slices ?? 1, round)).entries())
          samples[index].push(sample);
      const [before, now] = samples.map(median);
      const ratios = samples[0].map((value, index) => samples[1][index] / value);
      table.push({ ...row, before, now, ratio: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] });
    } finally {
      for (const side of sides) await side.close?.();
    }
  }
  print(table);
} finally {
  for (const tree of trees) git('worktree', 'remove', '--force', tree);
  rmSync(work, { recursive: true, force: true });
}

/** The mean of the slices of each side. */
async function measureRound(sides, slices, round) {
  const sums = [0, 0];
  for (let slice = 0; slice < slices; slice++)
    for (const index of (round + slice) % 2 === 0 ? [0, 1] : [1, 0]) sums[index] += await sides[index].run();
  return sums.map((sum) => sum / slices);
}

function print(table) {
  const digits = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
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
          : [`≤ ${difference} more`, now - before <= difference];
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
