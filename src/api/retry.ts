/** How long to wait before a call is sent again, and how the wait is spent. */
import { withDeadline } from '../ground/deadline.js';

const FIRST_PAUSE_MS = 125;

/** Doubles with each attempt; half of it is random, so that clients that failed together do not return together. */
export const backoff = (attempt: number): number => FIRST_PAUSE_MS * 2 ** attempt * (1 + Math.random());

/** Passes the time; resolves early when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  withDeadline(
    ms,
    signal,
    () => Promise.resolve(),
    () => new Promise(() => {}),
  );
