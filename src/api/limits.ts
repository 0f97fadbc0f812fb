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
  let abort: () => void;
  return new Promise<T>((resolve, reject) => {
    const stop = (code: 'timeout' | 'aborted') => reject(stopped(code, signal?.reason));
    abort = () => stop('aborted');
    if (signal?.aborted) return abort();
    // Taken back by name, not by our signal: one of another realm would not take that.
    signal?.addEventListener('abort', abort);
    timer = setTimeout(stop, Math.min(ms, LONGEST_TIMER_MS), 'timeout');
    work(controller.signal).then(resolve, reject);
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
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
