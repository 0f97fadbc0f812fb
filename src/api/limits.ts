/** Bounds in time and the caller's right to cancel. */

const LONGEST_TIMER_MS = 0x7fffffff;

/**
 * Does the work, but gives up after `ms` or when `signal` aborts: then it rejects with `'timeout'` or `'aborted'` and aborts
 * the signal that the work was given, without waiting for the work to notice.
 */
export function bounded<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    };
    const stop = (why: string) => {
      release();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller makes the error: it knows the operation
      reject(why);
      controller.abort();
    };
    const cancel = () => stop('aborted');
    const timer = setTimeout(stop, Math.min(ms, LONGEST_TIMER_MS), 'timeout');
    if (signal?.aborted) return cancel();
    signal?.addEventListener('abort', cancel);
    work(controller.signal).then(resolve, reject).finally(release);
  });
}

/** Passes the time; resolves early when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  bounded<never>(ms, signal, () => new Promise(() => {})).catch(() => {});
