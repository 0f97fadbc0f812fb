/** The plots of docs/scaling.md. */
import { lineChart } from '../lib/lines.mjs';
import { billOfVerifications, number } from './bill.mjs';
import { BUCKET_MS } from './judge.mjs';
import { EVENTS, LENGTH_MS } from './quarter.mjs';

/** @typedef {import('./report.mjs').Rows} Rows */
/** @typedef {import('./main.mjs').Row} Row */
/** @typedef {[x: number, y: number][]} Points */

const MINUTE = 60_000;
/** The fleet whose quarter of an hour is shown. */
const SHOWN = 1_000;
/** The official package asks for each verification, and each process loads the keys every five minutes. */
const official = (/** @type {Row} */ { members, traffic }) => members / 5 + traffic.apiKeys * 60;
const mean = (/** @type {Row} */ { verifications, loads }) => (verifications + loads) / (LENGTH_MS / MINUTE);

const minutes = {
  label: 'minutes',
  ticks: [0, 3, 6, 9, 12, 15].map((each) => /** @type {const} */ ([each * MINUTE, String(each)])),
};
const marks = Object.values(EVENTS).filter(({ label }) => label !== '');
const decades = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from(
    { length: to - from + 1 },
    (_, index) => /** @type {const} */ ([10 ** (from + index), number(10 ** (from + index))]),
  );

/** @param {Points} alone @param {Points} together @param {Points | null} official */
const lines = (alone, together, official = null) => [
  ...(official === null ? [] : [{ name: 'official package', tone: /** @type {const} */ ('theirs'), points: official }]),
  { name: 'Bailiff', tone: /** @type {const} */ ('half'), points: alone },
  { name: 'Bailiff with a store', tone: /** @type {const} */ ('ours'), points: together },
];

/** @param {Rows} rows @returns {Record<string, string>} SVG by name */
export function plots(rows) {
  const shown = rows.find(({ alone }) => alone.members === SHOWN);
  if (shown === undefined) throw new Error(`No fleet of ${SHOWN} was modelled.`);
  /** @typedef {(bucket: Row['buckets'][number]) => number} OfBucket */
  /** @returns {Points} */
  const overTime = (/** @type {Row} */ { buckets }, /** @type {OfBucket} */ value) =>
    buckets.map((bucket) => [bucket.from, value(bucket)]);
  /** @returns {Points} */
  const bySize = (/** @type {keyof Rows[number]} */ which, /** @type {(row: Row) => number} */ value) =>
    rows.map((row) => [row[which].members, value(row[which])]);
  const calls = (/** @type {Row['buckets'][number]} */ bucket) => (bucket.calls * MINUTE) / BUCKET_MS;
  const waited = (/** @type {Row['buckets'][number]} */ bucket) => bucket.waited / bucket.requests;
  const size = { label: 'members', log: true, ticks: decades(1, 4) };

  return {
    'fleet-calls': lineChart({
      title: `${number(SHOWN)} members: calls to Clerk a minute`,
      x: minutes,
      y: { label: 'calls a minute', log: true, ticks: decades(2, 5) },
      marks,
      lines: lines(overTime(shown.alone, calls), overTime(shown.together, calls), [
        [0, official(shown.alone)],
        [LENGTH_MS, official(shown.alone)],
      ]),
    }),
    'fleet-waits': lineChart({
      title: `${number(SHOWN)} members: requests that waited 20 ms or more`,
      x: minutes,
      y: {
        label: 'share of all',
        ticks: [0, 25, 50, 75, 100].map((each) => /** @type {const} */ ([each / 100, `${each} %`])),
      },
      marks,
      lines: lines(overTime(shown.alone, waited), overTime(shown.together, waited)),
    }),
    'fleet-sizes': lineChart({
      title: 'Calls to Clerk a minute, by the size of the fleet',
      x: size,
      y: { label: 'calls a minute, mean of the quarter of an hour', log: true, ticks: decades(1, 5) },
      lines: lines(bySize('alone', mean), bySize('together', mean), bySize('alone', official)),
    }),
    'fleet-bill': lineChart({
      title: 'Verifications of API keys, dollars a month',
      x: size,
      y: { label: 'dollars a month', log: true, ticks: decades(0, 4) },
      lines: lines(
        bySize('alone', (row) => billOfVerifications(row.verificationsAMinute)),
        bySize('together', (row) => billOfVerifications(row.verificationsAMinute)),
        bySize('alone', (row) => billOfVerifications(row.apiKeyRequestsAMinute)),
      ),
    }),
  };
}
