/**
 * Whether the machine was quiet enough to believe a measurement. A piece of work of known length is timed over and over beside it: on a quiet
 * machine it takes the same time always; where others compute, its wall-clock time grows beyond the processor time that it got.
 */
import { createHash } from 'node:crypto';
import { loadavg } from 'node:os';

const BLOCK = Buffer.alloc(1 << 20, 7);
const EVERY_MS = 250;
/** Above this a part of the time belonged to others. */
const MOST_STOLEN = 0.15;

/** Share of the time that this process wanted to compute and could not. */
function stolen() {
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let index = 0; index < 8; index++) createHash('sha256').update(BLOCK).digest();
  const wall = (performance.now() - began) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  return Math.max(0, 1 - (user + system) / wall);
}

/** Begins to watch. The timer does not keep the process alive. */
export function noiseOf() {
  /** @type {number[]} */
  const shares = [stolen()];
  const timer = setInterval(() => void shares.push(stolen()), EVERY_MS);
  timer.unref();
  const mean = () => shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return {
    /** Of the time of this process, so far. */
    share: mean,
    isQuiet: () => mean() <= MOST_STOLEN,
    /** A sentence for the report; ends the watch. */
    verdict() {
      clearInterval(timer);
      shares.push(stolen());
      const said = `others had ${(mean() * 100).toFixed(0)} % of the processor time that this process wanted (load ${loadavg()[0]?.toFixed(1)})`;
      return mean() <= MOST_STOLEN
        ? `The machine was quiet: ${said}.`
        : `**The machine was too busy to believe these figures**: ${said}.`;
    },
  };
}
