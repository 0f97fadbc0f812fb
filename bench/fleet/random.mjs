/** Chance that a seed repeats (mulberry32). */

/** @typedef {ReturnType<typeof createRandom>} Random */

/** @param {number} seed */
export function createRandom(seed) {
  let state = seed >>> 0;
  /** From 0 up to 1. */
  function next() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    /** A whole number below `limit`. @param {number} limit */
    below: (limit) => Math.floor(next() * limit),
    /** The time between two events that come at random, `mean` apart. @param {number} mean */
    gap: (mean) => -Math.log(1 - next()) * mean,
    /** A duration around `typical`, now and then several times as long. @param {number} typical */
    latency: (typical) => typical * (0.7 + 0.6 * next()) * (next() < 0.01 ? 4 : 1),
  };
}
