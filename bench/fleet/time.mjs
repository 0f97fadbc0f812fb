/**
 * Time that passes only when the model says so. What Bailiff sets timers for waits in the same queue as the requests of the model, so an
 * hour takes as long as its events take to compute, and a seed gives the same hour every time.
 */

/** @typedef {{ at: number, order: number, run: (() => unknown) | null }} Entry */
/** @typedef {ReturnType<typeof createTime>} Time */

/** Promises that wait for nothing but each other are through after one turn of the event loop. A module that is loaded takes more. */
const TURNS_WHILE_LOADING = 20;

export function createTime(startMs = 1_800_000_000_000) {
  /** A binary heap, the next entry first. @type {Entry[]} */
  const heap = [];
  let nowMs = startMs;
  let orders = 0;
  let pending = false;
  let loading = 0;

  /** @param {Entry} one @param {Entry} other */
  const isBefore = (one, other) => one.at < other.at || (one.at === other.at && one.order < other.order);

  /** @param {number} atMs @param {() => unknown} run @returns {Entry} */
  function at(atMs, run) {
    const entry = { at: Math.max(atMs, nowMs), order: orders++, run };
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = /** @type {Entry} */ (heap[parent]);
      if (!isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
    return entry;
  }

  function pop() {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      const other = heap[child + 1];
      if (below === undefined) break;
      if (other !== undefined && isBefore(other, below)) [below, child] = [other, child + 1];
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  return {
    now: () => nowMs,
    at,
    /** Something was begun that ends by promises: time stands still until they have gone as far as they can. */
    began() {
      pending = true;
    },
    /** The same, for what may load a module first. */
    beganLoading() {
      pending = true;
      loading = TURNS_WHILE_LOADING;
    },
    /** @param {number} ms @returns {Promise<void>} */
    wait: (ms) => new Promise((resolve) => void at(nowMs + ms, () => ((pending = true), resolve(undefined)))),
    /** Lets everything happen that is due before this instant. @param {number} untilMs */
    async run(untilMs) {
      for (;;) {
        if (pending) {
          pending = false;
          await turn();
          for (; loading > 0; loading -= 1) await turn();
          continue;
        }
        const next = heap[0];
        if (next === undefined || next.at >= untilMs) break;
        pop();
        nowMs = next.at;
        next.run?.();
      }
      nowMs = untilMs;
    },
    /** Puts this time behind the global timers. Gives what takes it back. */
    install() {
      const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
      const set = (
        /** @type {(...given: unknown[]) => void} */ run,
        /** @type {number | undefined} */ ms,
        /** @type {unknown[]} */ ...given
      ) => at(nowMs + Math.max(ms ?? 0, 0), () => ((pending = true), run(...given)));
      const clear = (/** @type {Entry | undefined} */ entry) => {
        if (entry !== undefined) entry.run = null;
      };
      globalThis.setTimeout = /** @type {typeof setTimeout} */ (/** @type {unknown} */ (set));
      globalThis.clearTimeout = /** @type {typeof clearTimeout} */ (/** @type {unknown} */ (clear));
      return () => {
        globalThis.setTimeout = realSet;
        globalThis.clearTimeout = realClear;
      };
    },
  };
}
