import { withDeadline } from '../../src/ground/deadline.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const stopped = (code: string, reason: unknown) => Promise.reject(new Error(code, { cause: reason }));
/** Work that never ends and ignores its signal, as an injected `fetch` may. */
function deafWork() {
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<never>(() => {});
  };
  return { work, signals };
}

describe('withDeadline', () => {
  it('returns the result, ends its signal and leaves no timer', async () => {
    let given: AbortSignal | undefined;
    const answer = withDeadline(1_000, undefined, stopped, async (signal) => {
      given = signal;
      return signal.aborted;
    });
    expect(await answer).toBe(false);
    expect(given?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes errors on', async () => {
    const failure = new Error('own');
    await expect(withDeadline(1_000, undefined, stopped, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects on time, not earlier, though the work ignores its signal', async () => {
    const { work, signals } = deafWork();
    let outcome = 'pending';
    const call = withDeadline(1_000, undefined, stopped, work).catch((error: Error) => (outcome = error.message));
    await vi.advanceTimersByTimeAsync(999);
    expect([outcome, signals[0]?.aborted]).toEqual(['pending', false]);
    await vi.advanceTimersByTimeAsync(1);
    await call;
    expect([outcome, signals[0]?.aborted]).toEqual(['timeout', true]);
  });

  it('waits as long as a timer can for a longer time', async () => {
    const { work } = deafWork();
    let outcome = 'pending';
    void withDeadline(1e15, undefined, stopped, work).catch((error: Error) => (outcome = error.message));
    await vi.advanceTimersByTimeAsync(1_000_000_000);
    expect(outcome).toBe('pending');
  });

  it("ends with the caller's signal, whose reason is the cause", async () => {
    const { work, signals } = deafWork();
    const controller = new AbortController();
    const call = withDeadline(1_000, controller.signal, stopped, work);
    controller.abort('enough');
    await expect(call).rejects.toMatchObject({ message: 'aborted', cause: 'enough' });
    expect(signals[0]?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not start if the signal has fired', async () => {
    const { work, signals } = deafWork();
    await expect(withDeadline(1_000, AbortSignal.abort(), stopped, work)).rejects.toThrow('aborted');
    expect(signals).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
