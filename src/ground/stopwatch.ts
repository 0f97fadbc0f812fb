import type { Clock } from '../ports.js';

/** Starts a stopwatch, whose function returns the milliseconds since. For events alone: with a clock that throws it returns 0. */
export function stopwatch({ now }: { readonly now: Clock }): () => number {
  const read = (): number => {
    try {
      return now();
    } catch {
      return NaN;
    }
  };
  const startedAt = read();
  return () => Math.max(0, read() - startedAt) || 0;
}
