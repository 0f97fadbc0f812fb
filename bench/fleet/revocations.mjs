/** How long a revoked API key passes in a real fleet, after one of its processes was told to forget it. */

const at = (/** @type {readonly number[]} */ sorted, /** @type {number} */ share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const summary = (/** @type {number[]} */ values) => {
  const sorted = values.sort((a, b) => a - b);
  return [at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1)];
};

/**
 * @param {import('./processes.mjs').Processes} processes
 * @param {number} members
 * @param {number} rounds each with a key of its own; the processes take turns to invalidate
 */
export async function measureRevocations({ clerk, order }, members, rounds) {
  /** @type {number[]} */ const told = [];
  /** @type {number[]} */ const passed = [];
  /** @type {number[]} */ const afterwards = [];
  const everyone = Array.from({ length: members }, (_, index) => index);
  for (let round = 0; round < rounds; round++) {
    const { id, secret } = await clerk.createApiKey({ subject: 'user_owner', scopes: ['read'] });
    for (const index of everyone) await order(index, 'ask', secret);
    const watched = everyone.map((index) => order(index, 'watch', secret));
    clerk.state.table('api_keys').update(id, { revoked: true });
    /** @type {unknown} */
    const answer = await order(round % members, 'invalidate', secret);
    const { began, ended } = /** @type {{ began: number, ended: number }} */ (answer);
    const lasts = await Promise.all(watched);
    told.push(ended - began);
    for (const seen of lasts) {
      const { last } = /** @type {{ last: number }} */ (seen);
      passed.push(Math.max(0, last - began));
      afterwards.push(Math.max(0, last - ended));
    }
  }
  return { told: summary(told), passed: summary(passed), afterwards: summary(afterwards) };
}
