/** Warnings and faults for the operator of the server. A logger that throws, rejects or is missing changes no request. */
import { sharedByBuilds } from '../../ground/builds.js';
import { createBoundedCache } from '../../ground/bounded-cache.js';
import type { Clock } from '../../ports.js';
import { markHandled } from '../../ground/maybe-promise.js';
import type { Logger } from '../../types.js';
import { describeError, throwSite } from './error-text.js';

export interface Log {
  /**
   * A warning, once in the life of the process.
   *
   * @param topic what is warned of; the number of topics is that of the places in the code
   * @param message never holds a value of an option, or anything of a request
   */
  warn(topic: string, message: string): void;
  /**
   * A fault with class, stack and causes. One that comes again and again from the same place is told once a minute, with the
   * number of times; and in one minute no more than {@link MOST_LINES} different ones.
   *
   * @param error one that holds no secret
   * @param during what was being done
   */
  fault(error: Error, during: string, now: Clock): void;
}

const MINUTE_MS = 60_000;
const MOST_LINES = 20;

const warned = sharedByBuilds('warned', () => new Set<string>());
/** One for each logger, so that many authenticators with one logger share its limit of lines. */
const logs = new WeakMap<Logger, Log>();
const SILENT: Log = Object.freeze({ warn: () => undefined, fault: () => undefined });

/** Looked up at each call: a runtime may have no console, and a test puts its own in the place. */
const CONSOLE: Logger = {
  // eslint-disable-next-line no-console -- the one place
  warn: (message) => console.warn(message),
  // eslint-disable-next-line no-console -- the one place
  error: (message) => console.error(message),
};

/** @param logger false: nothing is said; null: the console */
export function createLog(logger: Logger | false | null): Log {
  if (logger === false) return SILENT;
  const target = logger ?? CONSOLE;
  const log = logs.get(target) ?? logTo(target);
  logs.set(target, log);
  return log;
}

function logTo(target: Logger): Log {
  const tally = new Tally();
  return {
    warn(topic, message) {
      if (warned.has(topic)) return;
      warned.add(topic);
      write(() => target.warn(`bailiff: ${message}`));
    },
    fault(error, during, now) {
      const missed = tally.missedAt(throwSite(error), timeOf(now));
      if (missed === null) return;
      const again = missed > 0 ? ` (and ${missed} more like it)` : '';
      write(() => target.error(`bailiff: a fault during ${during}${again}: ${describeError(error)}`));
    },
  };
}

function write(say: () => unknown): void {
  try {
    markHandled(say());
  } catch {
    // A logger that throws changes nothing.
  }
}

/** The clock itself may be at fault. Then all lines count in one minute. */
function timeOf(now: Clock): number {
  try {
    return now();
  } catch {
    return 0;
  }
}

/** Counts the faults of each place. */
class Tally {
  readonly #places = createBoundedCache<{ readonly told: number; missed: number }>(100);
  #minute = -Infinity;
  #lines = 0;

  /** How many faults of this place were left out since the last line about it; null: this one is left out as well. */
  missedAt(place: string, time: number): number | null {
    const known = this.#places.get(place);
    if (!isWithin(time, this.#minute)) {
      this.#minute = time;
      this.#lines = 0;
    }
    if ((known !== undefined && isWithin(time, known.told)) || this.#lines >= MOST_LINES) {
      if (known !== undefined) known.missed += 1;
      return null;
    }
    this.#lines += 1;
    this.#places.set(place, { told: time, missed: 0 });
    return known?.missed ?? 0;
  }
}

/** A clock that is set back begins a new minute. */
const isWithin = (time: number, start: number): boolean => time >= start && time - start < MINUTE_MS;
