/**
 * Callers that ask for the same thing at the same time share one task, and each of them has a deadline. Some runtimes
 * (Workers) end a task together with the request that started it, so a shared promise may never settle. No caller waits
 * for it longer than the deadline, and later callers start a new task.
 */
import type { Clock } from '../ports.js';

/** For calls of the Backend API, in milliseconds. A call gives up after 3 s; the rest is for calls that the runtime has dropped. */
export const WAITER_DEADLINE_MS = 5_000;

export interface SingleFlight<T> {
  /** Joins the running task of this key or starts one. Rejects as the task does, or with {@link FlightLost}. */
  run(key: string, task: () => Promise<T>): Promise<T>;
  /** Later callers start a new task; callers that wait already keep waiting. */
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
    // Before the task begins: a clock that throws after it would leave a promise that nobody handles.
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
      return settleWithin(deadlineMs, task).catch((error: unknown) => {
        if (error instanceof FlightLost) forget(key, task);
        throw error;
      });
    },
    forget: (key) => void flights.delete(key),
    clear: () => flights.clear(),
  };
}

/** Settles as `task` does, or rejects with {@link FlightLost} after `deadlineMs` of real time. */
export function settleWithin<T>(deadlineMs: number, task: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new FlightLost()), deadlineMs);
    task.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
