/**
 * How often the keys may be loaded for the sake of a key id that nobody knows. Whoever sends a token chooses its key id,
 * so what is counted is loads, and nothing is remembered of the key ids.
 *
 * Two rules, and a load needs one of them. They share a window of twice the longest wait (a minute by default):
 *
 * | rule  | loads in the window before it | since the last one | what it is for                                        |
 * | ----- | ----------------------------- | ------------------ | ----------------------------------------------------- |
 * | quick | at most 4                     | 5 s                | an accident (a rotation, a JWKS that lags) costs 5 s  |
 * | slow  | at most 5                     | the longest wait   | a flood cannot keep a new key out for longer          |
 *
 * So there are six loads in any window at most. The sixth cannot come early, which leaves no gap longer than the longest
 * wait: a sixth load came that long after the fifth, so the first has left the window when that time has passed again.
 */

/** The least time between two loads, in milliseconds. */
export const QUICK_MS = 5_000;
/** Less than this would allow more than six loads in a minute. */
export const LEAST_LONGEST_WAIT_MS = 30_000;
const QUICK_LOADS = 5;
const ALL_LOADS = 6;

export interface LoadBudget {
  /** Milliseconds until a load is allowed; 0: now. */
  waitMs(nowMs: number): number;
  /** A load was made, which began at `nowMs`. */
  spend(nowMs: number): void;
}

/** @param longestWaitMs the longest time between two loads while there is need of one all the time */
export function createLoadBudget(longestWaitMs: number): LoadBudget {
  const slowMs = Math.max(longestWaitMs, LEAST_LONGEST_WAIT_MS);
  const windowMs = 2 * slowMs;
  /** When the last loads began, newest first. */
  let spent: readonly number[] = [];
  const nth = (n: number): number => spent[n - 1] ?? -Infinity;

  return {
    waitMs(nowMs) {
      // A clock that was set back must not hold loads up.
      if (nth(1) > nowMs) spent = [];
      const quickAt = Math.max(nth(1) + QUICK_MS, nth(QUICK_LOADS) + windowMs);
      const slowAt = Math.max(nth(1) + slowMs, nth(ALL_LOADS) + windowMs);
      return Math.max(0, Math.min(quickAt, slowAt) - nowMs);
    },
    spend(nowMs) {
      spent = [nowMs, ...spent].slice(0, ALL_LOADS);
    },
  };
}
