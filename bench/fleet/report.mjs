/** The section of bench/RESULTS.md about fleets. */
import { table, verdict } from '../lib/section.mjs';
import { billOfCreations, billOfVerifications, dollars, number } from './bill.mjs';
import { AT_ONCE_MS } from './judge.mjs';

/** @typedef {import('./main.mjs').Row} Row */
/** @typedef {readonly { alone: Row, together: Row }[]} Rows */

const percent = (/** @type {number} */ value) => `${(value * 100).toFixed(1)} %`;
const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(1)} s`;

/** @param {Rows} rows */
export function report(rows) {
  const all = rows.flatMap(({ alone, together }) => [alone, together]);
  const shared = rows.map(({ together }) => together);
  const largest = rows.at(-1);
  if (largest === undefined) throw new Error('No fleet was modelled.');
  const { alone, together } = largest;
  const wrong = all.reduce((sum, row) => sum + row.refusedWrongly + row.acceptedWrongly, 0);
  const least = (/** @type {readonly Row[]} */ of, /** @type {(row: Row) => number} */ what) =>
    Math.min(...of.map(what));
  const whileDown = least(all, ({ closestWhileStoreDownMs }) => closestWhileStoreDownMs);
  const apart = least(shared, ({ closestMs }) => closestMs);
  const [waitsShared, waitsAlone] = [together.meanWaitWhileStoreDownMs, alone.meanWaitWhileStoreDownMs];

  /** @type {(readonly [what: string, goal: string, measured: string, ok: boolean])[]} */
  const goals = [
    ['requests that were refused or let in wrongly', '0', number(wrong), wrong === 0],
    [
      `JWKS loads of ${number(together.members)} members that start at once, in the first second, with a store (without one: ${number(alone.loadsAtStart)})`,
      '1',
      number(together.loadsAtStart),
      together.loadsAtStart === 1,
    ],
    [
      'with a store, between two questions of the fleet about one API key, but for those of one moment',
      seconds(together.ttlMs),
      seconds(apart),
      apart >= together.ttlMs - AT_ONCE_MS,
    ],
    [
      'with the store down for a minute, between two questions of one process about one key',
      seconds(together.ttlMs),
      seconds(whileDown),
      whileDown >= together.ttlMs,
    ],
    [
      'mean wait of a request in that minute, beside that of a fleet without a store',
      'the same',
      `${waitsShared.toFixed(1)} ms, ${waitsAlone.toFixed(1)} ms`,
      waitsShared <= waitsAlone * 1.05,
    ],
  ];

  const markdown = `## A fleet, modelled

\`npm run bench:fleet\`: a quarter of an hour of each fleet with real authenticators, but with time, network and store of the model (\`bench/fleet\`).
All members start at once; then a deploy of all, a rotation, a minute without Clerk, a minute without the store (refusing, then hanging), a minute and a half of
made-up credentials, and a revocation. \`test/fleet/real.test.ts\` compares the model with eight processes and a Redis.

${table(
  ['', 'goal', 'measured', ''],
  goals.map(([what, goal, value, ok]) => [what, goal, value, verdict(ok)]),
)}

${table(
  [
    ...['members', 'store', 'requests', 'treated wrongly', 'waited 20 ms or more', 'not decided (503)'],
    ...['loads at the start', 'at the deploy', 'in the minute of the rotation', 'a revoked key passed for'],
  ],
  rows.flatMap(({ alone, together }) =>
    [alone, together].map((row) => [
      ...[number(row.members), row === together ? 'yes' : 'no', number(row.requests)],
      ...[row.refusedWrongly + row.acceptedWrongly, percent(row.waited), percent(row.unavailable)],
      ...[row.loadsAtStart, row.loadsAtDeploy, row.loadsAtRotation].map(number),
      seconds(row.revokedMs),
    ]),
  ),
)}

The wait while the store is down: one request a second of each process looks at the store, and waits 50 ms where that hangs; in a large fleet with thin traffic that is
nearly every request with an API key. A process that did not look would hear of no invalidation, so it does (where the store refuses, the look costs nothing).

Verifications of API keys in a minute when nothing is out of order, and what they cost a month (30 days of such minutes, prices of November 2026). The official package
asks Clerk for each request. Traffic is thinned in large fleets, as \`bench/fleet/main.mjs\` says; the last column is the same for everybody.

${table(
  [
    ...['members', 'official package, calls a minute', 'Bailiff', 'with a store'],
    ...['official package, a month', 'Bailiff', 'with a store', 'an M2M token an hour for each member, a month'],
  ],
  rows.map(({ alone, together }) => {
    const calls = [alone.apiKeyRequestsAMinute, alone.verificationsAMinute, together.verificationsAMinute];
    return [
      ...[number(alone.members), ...calls.map(number)],
      ...[...calls.map(billOfVerifications), billOfCreations(alone.members)].map(dollars),
    ];
  }),
)}`;
  return { markdown, wrong };
}
