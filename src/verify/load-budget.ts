/**
 * Limits how often the keys are loaded for an unknown key id. The sender of a token chooses its key id, so the budget counts
 * loads and remembers no key ids.
 *
 * There are two rules, and a load needs to meet one of them. Both look at a window of twice the longest wait (a minute by
 * default):
 *
 * | rule  | loads in the window before it | since the last one | what it is for                                        |
 * | ----- | ----------------------------- | ------------------ | ----------------------------------------------------- |
 * | quick | at most 4                     | 5 s                | an accident (a rotation, a JWKS that lags) costs 5 s  |
 * | slow  | at most 5                     | the longest wait   | a flood cannot keep a new key out for longer          |
 *
 * So there are at most six loads in any window, and no gap is longer than the longest wait: a sixth load comes that long
 * after the fifth, so the first one has left the window when that time has passed again.
 */

/** The least time between two loads, in milliseconds. */
export const QUICK_MS = 5_000;
/** Less than this would allow more than six loads in a minute. */
export const LEAST_LONGEST_WAIT_MS = 30_000;
const QUICK_LOADS = 5;
const ALL_LOADS = 6;

export interface LoadBudget {
  /** The milliseconds until a load is allowed; 0: now. */
  waitMs(nowMs: number): number;
  /** Records a load that began at `nowMs`. */
  spend(nowMs: number): void;
}

/** @param longestWaitMs the longest time between two loads while every moment needs one */
export function createLoadBudget(longestWaitMs: number): LoadBudget {
  const slowMs = Math.max(longestWaitMs, LEAST_LONGEST_WAIT_MS);
  const windowMs = 2 * slowMs;
  /** The starts of the last loads, newest first. */
  let spent: readonly number[] = [];
  const nth = (n: number): number => spent[n - 1] ?? -Infinity;

  return {
    waitMs(nowMs) {
      // A clock that was set back must not delay loads.
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
