/**
 * `npm run bench:fleet`: fleets of 10 to 10,000 members through a quarter of an hour each, without and with a store. Prints what Clerk was
 * asked, who waited and what it costs; exit code 1 if anybody was treated wrongly. `-- --write` puts the section into bench/RESULTS.md and the
 * plots into docs/images; `-- --quick` leaves the large fleets out and draws nothing.
 */
import { writeFileSync } from 'node:fs';
import { publishSection } from '../lib/section.mjs';
import { judge } from './judge.mjs';
import { plots } from './plots.mjs';
import { runQuarter } from './quarter.mjs';
import { report } from './report.mjs';

/** `cache.machineTokens.ttlMs`: the default. */
const TTL_MS = 10_000;
/**
 * Traffic does not grow as the fleet does, because each request takes real computing here: a member of the largest fleet gets a request in
 * 33 s. That is thin, and enough to show how often each member loads keys. API keys cost more calls the thinner they are spread.
 * @type {readonly { members: number, traffic: import('./quarter.mjs').Traffic }[]}
 */
const FLEETS = [
  { members: 10, traffic: { sessions: 20, users: 50, apiKeys: 20, keys: 10, madeUp: 10 } },
  { members: 100, traffic: { sessions: 50, users: 100, apiKeys: 50, keys: 25, madeUp: 20 } },
  { members: 1_000, traffic: { sessions: 100, users: 200, apiKeys: 100, keys: 50, madeUp: 20 } },
  { members: 10_000, traffic: { sessions: 200, users: 200, apiKeys: 100, keys: 50, madeUp: 20 } },
];
const quick = process.argv.includes('--quick');

/** @typedef {Awaited<ReturnType<typeof through>>} Row */

/** @param {(typeof FLEETS)[number]} fleet @param {boolean} withStore */
async function through({ members, traffic }, withStore) {
  const began = performance.now();
  const judged = judge(await runQuarter({ members, withStore, traffic, ttlMs: TTL_MS }));
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.error(
    `[fleet] ${members} members, ${withStore ? 'with' : 'without'} a store: ${judged.requests} requests, ${seconds} s`,
  );
  return { members, traffic, ttlMs: TTL_MS, ...judged };
}

/** @type {{ alone: Row, together: Row }[]} */
const rows = [];
for (const fleet of quick ? FLEETS.slice(0, 2) : FLEETS)
  rows.push({ alone: await through(fleet, false), together: await through(fleet, true) });

const { markdown, wrong } = report(rows);
publishSection('fleet', markdown);
if (process.argv.includes('--write') && !quick)
  for (const [name, svg] of Object.entries(plots(rows)))
    writeFileSync(new URL(`../../docs/images/${name}.svg`, import.meta.url), svg);
if (wrong > 0) process.exitCode = 1;
