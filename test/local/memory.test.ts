/** An instance that runs all day, under tests that come and go. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createRequestLog } from '../../packages/local/src/server/request-log.js';
import { createTables } from '../../packages/local/src/state/tables.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('the request log keeps no bodies of requests', async () => {
  const requestLog = createRequestLog(() => null);
  const upload = (body: Uint8Array) => {
    const request = { method: 'POST', path: '/v1/upload', query: new URLSearchParams(), headers: {}, body, origin: '' };
    requestLog.add({ request, status: 200, at: 0, durationMs: 1 });
    return new WeakRef(body);
  };
  const held = new Uint8Array(1000);
  const [kept, gone] = [upload(held), upload(new Uint8Array(1000))];
  // What a WeakRef was made of stays until the turn of the event loop ends.
  await setImmediate();
  collect();
  expect([kept.deref(), gone.deref()]).toEqual([held, undefined]);
  expect(requestLog.entries.map(({ path }) => path)).toEqual(['/v1/upload', '/v1/upload']);
});

it('deleted rows leave nothing in the indexes', () => {
  const table = createTables().table('sessions');
  const heapAfter = (from: number, to: number): number => {
    for (let i = from; i < to; i++) {
      const row = table.insert({ id: `sess_${i}`, user_id: `user_${i}` });
      expect(table.by('user_id', row['user_id'])).toEqual([row]);
      table.delete(row.id);
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const early = heapAfter(0, 2_000);
  // An empty set for each would be 6 MB.
  expect(heapAfter(2_000, 32_000) - early).toBeLessThan(2_000_000);
  expect([table.size, table.by('user_id', 'user_1')]).toEqual([0, []]);
});
