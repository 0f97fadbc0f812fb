export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs contestants in interleaved rounds, so that a slow minute of the machine hits all of them alike, and gives the
 * median of each. A contestant is `{ name, run(): number | Promise<number> }`; what `run` returns is one measurement.
 */
export async function interleave(contestants, rounds, beforeRound = () => undefined) {
  const samples = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    beforeRound();
    const order = round % 2 === 0 ? contestants : [...contestants].reverse();
    for (const { name, run } of order) samples.get(name).push(await run());
  }
  return new Map([...samples].map(([name, values]) => [name, median(values)]));
}
