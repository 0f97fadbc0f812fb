/** A small fleet of the model (bench/fleet) through its quarter of an hour: real authenticators, without and with a store. */
import { beforeAll, describe, expect, it } from 'vitest';
import { AT_ONCE_MS, judge, type Judgement } from '../../bench/fleet/judge.mjs';
import { EVENTS, runQuarter } from '../../bench/fleet/quarter.mjs';

const MEMBERS = 25;
const TTL_MS = 10_000;
const TRAFFIC = { sessions: 4, users: 8, apiKeys: 5, keys: 3, madeUp: 3 };

const run = async (withStore: boolean) =>
  judge(await runQuarter({ members: MEMBERS, withStore, traffic: TRAFFIC, ttlMs: TTL_MS, seed: 7 }));
let alone: Judgement;
let together: Judgement;
beforeAll(async () => {
  alone = await run(false);
  together = await run(true);
}, 120_000);

describe.each([
  ['without a store', () => alone],
  ['with a store', () => together],
])('a fleet %s', (_, fleet) => {
  it('never refuses or accepts wrongly, whatever happens', () => {
    const { requests, refusedWrongly, acceptedWrongly } = fleet();
    expect(requests).toBeGreaterThan(5_000);
    expect([refusedWrongly, acceptedWrongly]).toEqual([0, 0]);
  });

  it('leaves requests undecided only while Clerk is down or credentials are made up', () => {
    const apart = fleet().undecided.filter(
      (at) =>
        !(at >= EVENTS.clerkDown.at && at < EVENTS.clerkUp.at + 10_000) &&
        !(at >= EVENTS.attack.at && at < EVENTS.attackEnds.at),
    );
    expect(fleet().undecided.length).toBeGreaterThan(0);
    expect(apart).toEqual([]);
  });

  it('asks for an API key once per life of its verdict and member while the store is down', () => {
    expect(fleet().closestWhileStoreDownMs).toBeGreaterThanOrEqual(TTL_MS);
  });

  it('loads keys for made-up key ids no more often than each member may', () => {
    // Two windows of six loads, and one load ahead of time.
    expect(fleet().loadsDuringAttack).toBeLessThanOrEqual(MEMBERS * (2 * 6 + 1));
  });
});

it('loads the keys once with a store if it starts at once, and once for each member without', () => {
  expect([together.loadsAtStart, alone.loadsAtStart]).toEqual([1, MEMBERS]);
  expect(together.loadsAtDeploy).toBe(0);
  expect(alone.loadsAtDeploy).toBe(MEMBERS);
});

it('asks for an API key once per life of its verdict with a store', () => {
  // Members that have no verdict at the same moment ask at the same moment. All others find what those heard.
  expect(together.closestMs).toBeGreaterThanOrEqual(TTL_MS - AT_ONCE_MS);
  expect(together.askedTogether).toBeLessThan(0.25);
  expect(alone.verificationsAMinute).toBeGreaterThan(3 * together.verificationsAMinute);
});

it('accepts a revoked key for the life of its verdict at most, and with a store until it is invalidated', () => {
  expect(alone.revokedMs).toBeLessThanOrEqual(TTL_MS);
  expect(together.revokedMs).toBeLessThan(100);
});

it('repeats the same quarter of an hour for a seed', async () => {
  expect(await run(true)).toEqual(together);
}, 60_000);
