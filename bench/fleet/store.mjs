/** The store that the fleet shares in the model: what Keyv offers, with the latency of a network and two ways to be down. */

/** @typedef {'up' | 'refusing' | 'hanging'} Condition */
/** @typedef {ReturnType<typeof createStore>} Store */

const ROUND_TRIP_MS = 1;

/**
 * @param {import('./time.mjs').Time} time
 * @param {import('./random.mjs').Random} random
 */
export function createStore(time, random) {
  /** @type {Map<string, { value: string, until: number }>} */
  const entries = new Map();
  /** @type {Condition} */
  let condition = 'up';
  let calls = 0;

  /** @template T @param {() => T} effect @returns {Promise<T>} */
  async function trip(effect) {
    calls += 1;
    if (condition === 'hanging') return new Promise(() => undefined);
    await time.wait(random.latency(ROUND_TRIP_MS) / 2);
    if (condition === 'refusing') throw new Error('ECONNREFUSED');
    const result = effect();
    await time.wait(random.latency(ROUND_TRIP_MS) / 2);
    return result;
  }

  return {
    get calls() {
      return calls;
    },
    become(/** @type {Condition} */ next) {
      condition = next;
    },
    get: (/** @type {string} */ name) =>
      trip(() => {
        const entry = entries.get(name);
        return entry !== undefined && time.now() < entry.until ? entry.value : undefined;
      }),
    set: (/** @type {string} */ name, /** @type {string} */ value, ttlMs = Infinity) =>
      trip(() => void entries.set(name, { value, until: time.now() + ttlMs })),
    delete: (/** @type {string} */ name) => trip(() => entries.delete(name)),
  };
}
