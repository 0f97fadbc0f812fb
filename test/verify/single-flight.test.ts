import { describe, expect, it } from 'vitest';
import { createSingleFlight, FlightLost } from '../../src/verify/single-flight.js';
import { createClock } from '../support/tokens.js';

const never = () => new Promise<number>(() => undefined);

describe('createSingleFlight', () => {
  it('runs one task for concurrent callers, and a new one afterwards', async () => {
    const flights = createSingleFlight<number>(1_000, createClock());
    let runs = 0;
    const task = async () => (runs += 1);
    expect(await Promise.all([flights.run('a', task), flights.run('a', task), flights.run('b', task)])).toEqual([
      1, 1, 2,
    ]);
    expect(await flights.run('a', task)).toBe(3);
  });

  it('passes a failure to all callers and forgets it', async () => {
    const flights = createSingleFlight<number>(1_000, createClock());
    const fail = () => Promise.reject(new Error('no'));
    const results = await Promise.allSettled([flights.run('a', fail), flights.run('a', fail)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await flights.run('a', async () => 1)).toBe(1);
  });

  it('waits for no task that the runtime has dropped', async () => {
    const flights = createSingleFlight<number>(10, createClock());
    await expect(Promise.all([flights.run('a', never), flights.run('a', never)])).rejects.toBeInstanceOf(FlightLost);
    expect(await flights.run('a', async () => 2)).toBe(2);
  });

  it('starts a new task if the running one is too old', async () => {
    const clock = createClock();
    const flights = createSingleFlight<number>(1_000, clock);
    void flights.run('a', never).catch(() => undefined);
    clock.advance(1_000);
    expect(await flights.run('a', async () => 3)).toBe(3);
  });

  it('keeps the successor when a forgotten task ends', async () => {
    const flights = createSingleFlight<number>(1_000, createClock());
    let release: (value: number) => void = () => undefined;
    const first = flights.run('a', () => new Promise((resolve) => (release = resolve)));
    flights.forget('a');
    let releaseSecond: (value: number) => void = () => undefined;
    const second = flights.run('a', () => new Promise((resolve) => (releaseSecond = resolve)));
    release(1);
    expect(await first).toBe(1);
    const joined = flights.run('a', async () => 9);
    releaseSecond(2);
    expect(await Promise.all([second, joined])).toEqual([2, 2]);
  });
});
