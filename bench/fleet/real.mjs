/**
 * `npm run bench:fleet:real`: eight processes with a real Redis, beside the model with as many members; and how long a revoked API key passes
 * after `invalidate()`. `-- --write` puts the section into bench/RESULTS.md.
 */
import { table, publishSection, verdict } from '../lib/section.mjs';
import { inModel, inProcesses } from './compare.mjs';
import { startProcesses } from './processes.mjs';
import { measureRevocations } from './revocations.mjs';

const MEMBERS = 8;
const ROUNDS = process.argv.includes('--quick') ? 10 : 200;

const model = await inModel(MEMBERS);
const processes = await startProcesses(MEMBERS);
try {
  const real = await inProcesses(processes, MEMBERS);
  const revoked = await measureRevocations(processes, MEMBERS, ROUNDS);
  const same = model.filter(({ jwks, apiKey }, index) => jwks === real[index]?.jwks && apiKey === real[index]?.apiKey);
  publishSection(
    'fleet-real',
    `## A fleet of eight processes with a Redis

\`npm run bench:fleet:real\`. What Clerk was asked in each step, in the model and in ${MEMBERS} processes with three API keys (a process that waits for Redis longer than 50 ms
asks itself): ${verdict(same.length === model.length)}, ${same.length} of ${model.length} steps alike.

${table(
  ['step', 'JWKS loads: model', 'processes', 'verifications: model', 'processes'],
  model.map((each, index) => [each.step, each.jwks, real[index]?.jwks ?? '', each.apiKey, real[index]?.apiKey ?? '']),
)}

An API key that all processes use without a pause is revoked at Clerk and invalidated by one of them, ${ROUNDS} times. Milliseconds:

${table(
  ['', 'median', '99th percentile', 'longest'],
  [
    ['until `invalidate()` has resolved', ...revoked.told],
    ['from the call of `invalidate()` to the last request, in any process, that the key passed in', ...revoked.passed],
    ['the same, counted from when `invalidate()` has resolved', ...revoked.afterwards],
  ].map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell))),
)}`,
  );
} finally {
  await processes.stop();
}
