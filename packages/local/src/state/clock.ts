/** What `now` may be at the start: a time source in ms, or a time (ms, Date, ISO text) at which the clock stands still. */
export type ClockStart = (() => number) | number | Date | string;

/** Milliseconds, or text such as `'61s'`, `'5m'`, `'2h'`, `'30d'`, `'250ms'`. */
export type Duration = number | string;

export interface ClockState {
  /** Added to the time source. */
  readonly offsetMs: number;
  /** Time in ms at which the clock stands still, or null while it runs. */
  readonly frozenAt: number | null;
}

/** The instance's time: everything that expires looks here, so a test never waits. */
export interface InstanceClock {
  readonly now: () => number;
  /** Forwards, or backwards if negative. */
  readonly advance: (by: Duration) => void;
  /** Stands still at `at`, or at the present time. */
  freeze(at?: number | Date | string): void;
  /** Runs on from the time it shows. */
  resume(): void;
  state(): ClockState;
  restore(state: ClockState): void;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function createClock(start?: ClockStart): InstanceClock {
  const source = typeof start === 'function' ? start : Date.now;
  let offsetMs = 0;
  let frozenAt = start === undefined || typeof start === 'function' ? null : toTime(start);
  const now = (): number => frozenAt ?? Math.floor(source() + offsetMs);

  return {
    now,
    advance(by) {
      const ms = toMilliseconds(by);
      if (frozenAt === null) offsetMs += ms;
      else frozenAt += ms;
    },
    freeze(at) {
      frozenAt = at === undefined ? now() : toTime(at);
    },
    resume() {
      if (frozenAt === null) return;
      offsetMs = frozenAt - source();
      frozenAt = null;
    },
    state: () => ({ offsetMs, frozenAt }),
    restore(state) {
      ({ offsetMs, frozenAt } = state);
    },
  };
}

/** @throws TypeError for anything that is not a finite number of ms or `<number><ms|s|m|h|d>` */
export function toMilliseconds(duration: Duration): number {
  if (typeof duration === 'number' && Number.isFinite(duration)) return duration;
  const match = typeof duration === 'string' ? /^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration.trim()) : null;
  const unit = UNITS[match?.[2] ?? ''];
  if (unit === undefined)
    throw new TypeError(
      `Not a duration: ${String(duration)}. Give milliseconds or text such as '61s', '5m', '2h', '30d'.`,
    );
  return Number(match?.[1]) * unit;
}

function toTime(at: number | Date | string): number {
  const time = typeof at === 'number' ? at : new Date(at).getTime();
  if (!Number.isFinite(time))
    throw new TypeError(`Not a time: ${String(at)}. Give milliseconds, a Date or ISO 8601 text.`);
  return time;
}
