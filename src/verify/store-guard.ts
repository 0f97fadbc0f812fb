/**
 * Calls of a store that the user brings. Each call has a deadline. After a failure the store rests for a while, so that not every
 * request waits for a slow store.
 */
import type { Clock } from '../ports.js';
import { settleWithin } from './single-flight.js';

/** For one round trip that a request waits for, in milliseconds. */
export const READ_DEADLINE_MS = 50;
/** For calls that no request waits for. */
export const WRITE_DEADLINE_MS = 2_000;
/** How long the store is left alone after a failure, in milliseconds. */
export const REST_MS = 1_000;

export interface StoreGuard {
  /** Whether the store has just failed, so that it should not be asked now. */
  resting(): boolean;
  /** Rejects as the call does, or after the deadline. */
  run<T>(deadlineMs: number, call: () => Promise<T>): Promise<T>;
}

export function createStoreGuard(now: Clock): StoreGuard {
  let restUntil = -Infinity;
  return {
    resting() {
      const left = restUntil - now();
      // More is left only after the clock was set back.
      return left > 0 && left <= REST_MS;
    },
    async run(deadlineMs, call) {
      try {
        return await settleWithin(deadlineMs, Promise.resolve().then(call));
      } catch (error) {
        restUntil = now() + REST_MS;
        throw error;
      }
    },
  };
}
