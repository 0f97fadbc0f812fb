import type { Clock } from '../../ports.js';
import { isPromise } from '../../ground/realm.js';

/** One for each clock that was given, so that two configurations can be seen to have the same. */
const checked = new WeakMap<Clock, Clock>();

/**
 * A clock that throws where it gives no number of milliseconds: what is compared with `NaN` is neither before nor after it, so that a
 * token would never have ended.
 */
export function checkedClock(now: Clock): Clock {
  let clock = checked.get(now);
  if (clock === undefined) {
    clock = () => {
      const time: unknown = now();
      // An async function: what it rejects with is looked at by nobody else.
      if (isPromise(time)) time.then(undefined, () => undefined);
      if (typeof time !== 'number' || !Number.isFinite(time))
        throw new TypeError('`now` gave no number of milliseconds.');
      return time;
    };
    checked.set(now, clock);
  }
  return clock;
}
