import type { Clock } from '../../ports.js';
import { markHandled } from '../../ground/maybe-promise.js';

/** One for each clock that was given, so that `compare.ts` finds two configurations with one clock alike. */
const checked = new WeakMap<Clock, Clock>();

/**
 * A clock that throws where the given one returns no number of milliseconds. Every comparison with `NaN` is false, so that a token
 * would never expire.
 */
export function checkedClock(now: Clock): Clock {
  let clock = checked.get(now);
  if (clock === undefined) {
    clock = () => {
      const time: unknown = now();
      // An async function is no clock, and nobody else handles its rejection.
      markHandled(time);
      if (typeof time !== 'number' || !Number.isFinite(time))
        throw new TypeError('`now` gave no number of milliseconds.');
      return time;
    };
    checked.set(now, clock);
  }
  return clock;
}
