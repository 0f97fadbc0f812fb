/**
 * One task for all who ask for the same thing at the same time, and a deadline for each of them. Where a runtime ends a
 * task with the request that started it (Workers), a shared promise may never settle; nobody may wait on it for good, and
 * who comes later starts anew.
 */
import type { Clock } from '../ports.js';

export interface SingleFlight<T> {
  /** Joins the running task of this key or starts one. Rejects as the task does, or with {@link FlightLost}. */
  run(key: string, task: () => Promise<T>): Promise<T>;
  /** Later callers start anew; those who wait keep waiting. */
  forget(key: string): void;
  clear(): void;
}

/** The deadline passed and the task had not settled. */
export class FlightLost extends Error {
  constructor() {
    super('The shared task is late.');
    this.name = 'FlightLost';
  }
}

export function createSingleFlight<T>(deadlineMs: number, now: Clock): SingleFlight<T> {
  const flights = new Map<string, { readonly startedAt: number; readonly task: Promise<T> }>();

  const forget = (key: string, task: Promise<T>): void => {
    if (flights.get(key)?.task === task) flights.delete(key);
  };

  const start = (key: string, begin: () => Promise<T>): Promise<T> => {
    // First: a clock that throws behind the begin would leave a task that nobody looks at.
    const startedAt = now();
    const task = begin();
    flights.set(key, { startedAt, task });
    const settled = () => forget(key, task);
    task.then(settled, settled);
    return task;
  };

  const running = (key: string): Promise<T> | null => {
    const flight = flights.get(key);
    return flight && now() - flight.startedAt < deadlineMs ? flight.task : null;
  };

  return {
    run(key, begin) {
      const task = running(key) ?? start(key, begin);
      return withDeadline(task, deadlineMs).catch((error: unknown) => {
        if (error instanceof FlightLost) forget(key, task);
        throw error;
      });
    },
    forget: (key) => void flights.delete(key),
    clear: () => flights.clear(),
  };
}

/** Settles as `task` does, or rejects with {@link FlightLost} after `deadlineMs` of real time. */
export function withDeadline<T>(task: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new FlightLost()), deadlineMs);
    task.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
