/** Four processes behind one port (`node:cluster`) that are replaced one after another, while requests come in all the time. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, watchDuring, type Cluster } from '../../bench/lib/cluster.mjs';
import { createFixtures } from '../../bench/lib/fixtures.mjs';

const WORKERS = 4;
const fixtures = createFixtures();
const credentials = [
  ...fixtures.mintMany(12).map((token) => ({ token, status: 200 })),
  ...createFixtures()
    .mintMany(4)
    .map((token) => ({ token, status: 401 })),
];

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster('hono', 'bailiff', WORKERS, fixtures, ['--import', 'tsx']);
}, 60_000);
afterAll(() => cluster?.stop());

it('a rolling restart gives no wrong answer', { timeout: 120_000 }, async () => {
  const before = (await cluster.states()).map(({ pid }) => pid);
  const { requests, wrong } = await watchDuring(cluster.url, credentials, () => cluster.restart());
  const after = (await cluster.states()).map(({ pid }) => pid);
  expect(wrong).toEqual([]);
  expect(requests).toBeGreaterThan(credentials.length);
  expect(after).toHaveLength(WORKERS);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
});
