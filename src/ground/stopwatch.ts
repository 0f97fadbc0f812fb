import type { Clock } from '../ports.js';

/** Milliseconds since now, for events. A clock that fails does so where it decides, not here. */
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
