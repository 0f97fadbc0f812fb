/** The budget by itself: whoever asks whenever, it holds; and there is always a next load within the longest wait. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLoadBudget, LEAST_LONGEST_WAIT_MS, QUICK_MS } from '../../src/verify/load-budget.js';

const MINUTE = 60_000;

/** The loads that whoever asks at these times (sorted) gets. */
function loadsOf(longestWaitMs: number, times: Iterable<number>): number[] {
  const budget = createLoadBudget(longestWaitMs);
  const loads: number[] = [];
  for (const time of times) {
    if (budget.waitMs(time) > 0) continue;
    budget.spend(time);
    loads.push(time);
  }
  return loads;
}

function* every(stepMs: number, untilMs: number): Generator<number> {
  for (let time = 0; time <= untilMs; time += stepMs) yield time;
}

const gaps = (loads: readonly number[]) => loads.slice(1).map((time, index) => time - (loads[index] ?? 0));
const inWindow = (loads: readonly number[], windowMs: number) =>
  Math.max(...loads.map((start) => loads.filter((time) => time >= start && time < start + windowMs).length));

describe('the budget of loads for unknown key ids', () => {
  it('allows five loads 5 s apart and a sixth after 30 s, with no longer gap', () => {
    const loads = loadsOf(30_000, every(250, 10 * MINUTE));
    expect(loads.slice(0, 7)).toEqual([0, 5_000, 10_000, 15_000, 20_000, 50_000, 65_000]);
    expect(Math.min(...gaps(loads))).toBe(QUICK_MS);
    expect(Math.max(...gaps(loads))).toBe(30_000);
    expect(inWindow(loads, MINUTE)).toBe(6);
    expect(loads.length).toBeLessThanOrEqual(61);
  });

  it('holds at every moment', () => {
    const times = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 200 }).map((steps) => {
      let time = 0;
      return steps.map((step) => (time += step));
    });
    fc.assert(
      fc.property(times, fc.constantFrom(0, 30_000, 45_000, 300_000), (asked, longestWaitMs) => {
        const loads = loadsOf(longestWaitMs, asked);
        expect(Math.min(Infinity, ...gaps(loads))).toBeGreaterThanOrEqual(QUICK_MS);
        expect(inWindow(loads, 2 * Math.max(longestWaitMs, LEAST_LONGEST_WAIT_MS))).toBeLessThanOrEqual(6);
        expect(inWindow(loads, MINUTE)).toBeLessThanOrEqual(6);
      }),
    );
  });

  it('gives the wait to the millisecond, never above the longest wait', () => {
    for (const longestWaitMs of [30_000, 90_000]) {
      const budget = createLoadBudget(longestWaitMs);
      for (let load = 0, time = 0; load < 50; load += 1) {
        expect(budget.waitMs(time)).toBe(0);
        budget.spend(time);
        const waitMs = budget.waitMs(time);
        expect(waitMs).toBeGreaterThanOrEqual(QUICK_MS);
        expect(waitMs).toBeLessThanOrEqual(longestWaitMs);
        expect(budget.waitMs(time + waitMs - 1)).toBe(1);
        time += waitMs;
      }
    }
  });

  it('treats a longest wait below 30 s as 30 s: six loads in a minute at most', () => {
    expect(loadsOf(0, every(250, 5 * MINUTE))).toEqual(loadsOf(30_000, every(250, 5 * MINUTE)));
  });

  it('is full again after a quiet minute', () => {
    const budget = createLoadBudget(30_000);
    for (const time of [0, 5_000, 10_000, 15_000, 20_000, 50_000]) budget.spend(time);
    for (const time of [110_000, 115_000, 120_000, 125_000, 130_000]) {
      expect(budget.waitMs(time)).toBe(0);
      budget.spend(time);
    }
  });

  it('is not used up by a clock that is set back', () => {
    const budget = createLoadBudget(30_000);
    for (const time of [100_000, 105_000, 110_000]) budget.spend(time);
    expect(budget.waitMs(50_000)).toBe(0);
    budget.spend(50_000);
    expect(budget.waitMs(50_000)).toBe(QUICK_MS);
  });
});
