/** A bound in time, and the caller's right to cancel: one for both clients of the Backend API. */

/** Timers that are set for more than 2^31 - 1 fire at once. */
const LONGEST_TIMER_MS = 2e9;

/**
 * Does the work, but gives up after `ms` milliseconds or when `signal` aborts: then it settles as `stopped` does, without
 * waiting for the work to notice, since an injected `fetch` may ignore its signal.
 *
 * @param work The signal that it is given is aborted in the end, however it ends.
 */
export function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  stopped: (code: 'timeout' | 'aborted', reason: unknown) => Promise<T>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  let abort: () => void;
  return new Promise<T>((resolve, reject) => {
    const stop = (code: 'timeout' | 'aborted') => resolve(stopped(code, signal?.reason));
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
