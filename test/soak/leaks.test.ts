/** The soak's judgement of memory and handles, which must be able to fail. */
import { afterEach, describe, expect, it } from 'vitest';
import { growths, sameHandles, type Measure } from './measure.js';
import { createSender } from './probes.js';
import type { Leak } from './server.js';
import { startServers, type Servers } from './servers.js';

const NOBODY = { name: 'nobody', target: '/user', headers: {}, expected: ['out'] } as const;
const options = {
  secretKey: 'sk_test_soaksoaksoaksoaksoaksoaksoak',
  publishableKey: 'pk_test_YnJhdmUtb3R0ZXItNy5jbGVyay5hY2NvdW50cy5kZXYk',
};
const AT_ONCE = 20;
let servers: Servers;

async function measureUnderLoad(
  leak: Leak | null,
  rounds: number,
  requests: number,
  looks?: number,
): Promise<Measure[]> {
  servers = await startServers({ options, now: 0, leak });
  const sender = createSender();
  const measures: Measure[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let sent = 0; sent < requests; sent += AT_ONCE) {
      const answers = Array.from({ length: AT_ONCE }, (_, index) =>
        sender.check(servers.ports[index % 2] as number, NOBODY),
      );
      expect((await Promise.all(answers)).filter((wrong) => wrong !== null)).toEqual([]);
    }
    sender.hangUp();
    measures.push(await servers.measure(looks));
  }
  return measures;
}

// Each starts a process.
describe('servers', { timeout: 60_000 }, () => {
  afterEach(() => servers.close());

  it('that release every request pass', async () => {
    const measures = await measureUnderLoad(null, 9, 100);
    expect(growths(measures)).toEqual([]);
    expect(measures.every((one) => sameHandles(one, servers.untouched))).toBe(true);
  });

  it('that keep every request are detected', async () => {
    expect(growths(await measureUnderLoad('requests', 9, 400))).toContainEqual(expect.stringMatching(/^heap grew/));
  });

  it('that leave a timer behind are detected', async () => {
    const [measure] = await measureUnderLoad('timers', 1, 100, 1);
    expect(measure?.handles['Timeout']).toBe(100);
    expect(sameHandles(measure as Measure, servers.untouched)).toBe(false);
  });
});

describe('growths', () => {
  const sizes = (heaps: readonly number[]): Measure[] =>
    heaps.map((heap) => ({ heap, external: 4, rss: 100, handles: {} }));

  it('compares the last third with the middle one, by medians', () => {
    expect(growths(sizes([10, 15, 18, 20, 20, 20, 20, 90, 20]))).toEqual([]);
    expect(growths(sizes([10, 15, 18, 20, 20, 20, 24, 24, 24]))).toEqual([]);
    expect(growths(sizes([10, 15, 18, 20, 20, 20, 25, 25, 25]))).toEqual(['heap grew from 20.0 to 25.0 MB']);
    expect(growths(sizes([10, 15, 18, 20, 22, 24, 26, 28, 30]))).toEqual(['heap grew from 22.0 to 28.0 MB']);
  });

  it('reports nothing for fewer than six', () => {
    expect(growths(sizes([1, 2, 3, 4, 800]))).toEqual([]);
    expect(growths(sizes([1, 2, 3, 4, 800, 800]))).toEqual(['heap grew from 4.0 to 800.0 MB']);
  });
});
