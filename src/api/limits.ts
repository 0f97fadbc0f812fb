/** Bounds in time and the caller's right to cancel. */

/** Timers that are set for more than 2^31 - 1 fire at once. */
const LONGEST_TIMER_MS = 2e9;

/**
 * Does the work, but gives up after `ms` or when `signal` aborts: then it rejects with what `stopped` makes of it, without
 * waiting for the work to notice. The signal that the work is given is aborted in the end, however it ends.
 */
export function bounded<T>(
  ms: number,
  signal: AbortSignal | undefined,
  stopped: (code: 'timeout' | 'aborted', reason: unknown) => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  return new Promise<T>((resolve, reject) => {
    const stop = (code: 'timeout' | 'aborted') => reject(stopped(code, signal?.reason));
    if (signal?.aborted) return stop('aborted');
    signal?.addEventListener('abort', () => stop('aborted'), { signal: controller.signal });
    timer = setTimeout(stop, Math.min(ms, LONGEST_TIMER_MS), 'timeout');
    work(controller.signal).then(resolve, reject);
  }).finally(() => {
    clearTimeout(timer);
    controller.abort();
  });
}

/** Passes the time; resolves early when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  bounded<void>(
    ms,
    signal,
    () => Error(),
    () => new Promise(() => {}),
  ).catch(() => {});
