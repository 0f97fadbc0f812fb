/** What a process holds when it is idle, and whether that stays the same. */
import { setImmediate } from 'node:timers/promises';

/** Sizes in MB, after garbage collection. */
export interface Measure {
  readonly heap: number;
  /** Beside the heap: buffers, keys, compiled WebAssembly. */
  readonly external: number;
  readonly rss: number;
  /** What keeps the process alive, by type: sockets, timers, ... */
  readonly handles: Readonly<Record<string, number>>;
}

/** Needs `--expose-gc`. */
export async function measure(): Promise<Measure> {
  // Finalizers run in a turn of their own, and what they let go falls to the next collection.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await setImmediate();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo().sort()) handles[type] = (handles[type] ?? 0) + 1;
  return { heap: heapUsed / 1e6, external: external / 1e6, rss: rss / 1e6, handles };
}

export const sameHandles = (one: Measure, other: Measure): boolean =>
  JSON.stringify(one.handles) === JSON.stringify(other.handles);

/** With fewer there is nothing to tell a plateau by. */
export const ENOUGH = 6;
/** What the last third may be above the middle third: a tenth, and so many MB. The system takes back pages when it likes. */
const MARGINS = { heap: 2, external: 2, rss: 20 } as const;

/** What has grown from the middle third of the run to its last: what was only filled for the first time is full by then. */
export function growths(measures: readonly Measure[]): string[] {
  if (measures.length < ENOUGH) return [];
  const third = Math.floor(measures.length / 3);
  return Object.entries(MARGINS).flatMap(([what, margin]) => {
    const sizes = measures.map((one) => one[what as keyof typeof MARGINS]);
    const before = median(sizes.slice(-2 * third, -third));
    const after = median(sizes.slice(-third));
    return after > before * 1.1 + margin ? [`${what} grew from ${before.toFixed(1)} to ${after.toFixed(1)} MB`] : [];
  });
}

const median = (sizes: readonly number[]): number => [...sizes].sort((a, b) => a - b)[sizes.length >> 1] ?? 0;
