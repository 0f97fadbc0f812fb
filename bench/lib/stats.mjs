/**
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [before = NaN, at = NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? at : (before + at) / 2;
}

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {() => number | Promise<number>} run one measurement
 */

/**
 * Runs contestants in interleaved rounds, so that a slow minute of the machine hits all of them alike, and gives the
 * median of each.
 * @param {readonly Contestant[]} contestants
 * @param {number} rounds
 * @param {() => unknown} [beforeRound]
 * @returns {Promise<Map<string, number>>}
 */
export async function interleave(contestants, rounds, beforeRound = () => undefined) {
  /** @type {Map<string, number[]>} */
  const samples = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    beforeRound();
    const order = round % 2 === 0 ? contestants : [...contestants].reverse();
    for (const { name, run } of order) samples.get(name)?.push(await run());
  }
  return new Map([...samples].map(([name, values]) => [name, median(values)]));
}
