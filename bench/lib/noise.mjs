/**
 * Whether the machine was quiet enough to believe a measurement. Where others compute, a piece of work takes longer by the clock than the
 * processor time that it got. It is done at moments when nothing else of the benchmark runs: before, after, and between its rounds.
 */
import { createHash } from 'node:crypto';
import { loadavg } from 'node:os';

const BLOCK = Buffer.alloc(1 << 20, 7);
const SAMPLE_MS = 60;
/** Above this a part of the time belonged to others. */
const MOST_LOST = 0.1;

/** Share of the time in which this process wanted to compute and could not. */
function lost() {
  const cpu = process.cpuUsage();
  const began = performance.now();
  while (performance.now() - began < SAMPLE_MS) createHash('sha256').update(BLOCK).digest();
  const wall = (performance.now() - began) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  return Math.max(0, 1 - (user + system) / wall);
}

/** Begins with a first sample. */
export function noiseOf() {
  const samples = [lost()];
  return {
    sample: () => void samples.push(lost()),
    /** A sentence for the report, after a last sample. */
    verdict() {
      samples.push(lost());
      const mean = samples.reduce((sum, share) => sum + share, 0) / samples.length;
      const load = (loadavg()[0] ?? NaN).toFixed(1);
      const said = `others took ${(mean * 100).toFixed(0)} % of the processor from this process in ${samples.length} samples between the rounds (load ${load})`;
      return mean <= MOST_LOST
        ? `The machine was quiet: ${said}.`
        : `**The machine was too busy to believe these figures**: ${said}.`;
    },
  };
}
