/** Lists that change under the walk. */
import { BackendApiError, createBackendApi, type BackendApi } from 'bailiff/api';
import { startLocalInstance, type LocalInstance } from 'bailiff/local';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const RUNS = Number(process.env['BAILIFF_WALK_RUNS'] ?? 300);

interface Item {
  readonly id: string;
}

/** A list as the API keeps one, which others change between any two requests. */
function changing(count: number, shape: 'array' | 'data' | 'm2m_tokens', beforeRequest: (list: Item[]) => void = () => {}) {
  const list: Item[] = Array.from({ length: count }, (_, index) => ({ id: `old_${index}` }));
  let requests = 0;
  const fetch = (url: string) => {
    if (++requests > 5_000) throw new Error('goes on for ever');
    beforeRequest(list);
    const { searchParams } = new URL(url);
    const offset = Number(searchParams.get('offset'));
    const items = list.slice(offset, offset + Number(searchParams.get('limit')));
    return Promise.resolve(Response.json(shape === 'array' ? items : { [shape]: items, total_count: list.length }));
  };
  const api = createBackendApi({ secretKey: 'sk_test_walk', fetch, retries: 0 }, {});
  const walk = (query: object) =>
    (shape === 'm2m_tokens'
      ? api.m2mTokens.list({ subject: 'mch_1', ...query })
      : api.users.list(query)) as unknown as AsyncIterable<Item>;
  return { list, walk, requests: () => requests };
}

/** How a list changes: which place (as a share of its length), whether items come or go, and how many. */
const change = fc.record({
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  comes: fc.boolean(),
  many: fc.nat(6),
});
type Change = { place: number; comes: boolean; many: number };

let born = 0;
function apply(list: Item[], { place, comes, many }: Change): void {
  const at = Math.floor(place * (list.length + 1));
  if (comes) list.splice(at, 0, ...Array.from({ length: many }, () => ({ id: `new_${born++}` })));
  else list.splice(at, many);
}

describe('whatever comes and goes, each item that was there at the start and still is is visited once', () => {
  it('holds for all shapes and page sizes, wherever the walk begins', async () => {
    let whole = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.constantFrom('array' as const, 'data' as const, 'm2m_tokens' as const),
        fc.record({ limit: fc.integer({ min: 1, max: 9 }), offset: fc.oneof(fc.constant(0), fc.nat(12)) }),
        fc.array(fc.option(change, { freq: 2 }), { maxLength: 40 }),
        fc.array(fc.option(change, { freq: 3 }), { maxLength: 60 }),
        async (count, shape, query, ...changes) => {
          const [betweenRequests, betweenItems] = changes.map((some) => [...some]) as [typeof changes[0], typeof changes[1]];
          const { list, walk } = changing(count, shape, (items) => {
            const next = betweenRequests.shift();
            if (next && visited.length > 0) apply(items, next);
          });
          const atTheStart = list.slice(query.offset).map(({ id }) => id);
          const visited: string[] = [];
          try {
            for await (const { id } of walk(query)) {
              visited.push(id);
              const next = betweenItems.shift();
              if (next) apply(list, next);
            }
          } catch (error) {
            // Loud: allowed where what stood in front of the offset is gone.
            expect(error).toBeInstanceOf(BackendApiError);
            expect(String(error)).toMatch(/in front of the offset/);
            expect(query.offset).toBeGreaterThan(0);
            return;
          }
          whole++;
          const stillThere = new Set(list.map(({ id }) => id));
          const owed = atTheStart.filter((id) => stillThere.has(id));
          expect(new Set(visited).size).toBe(visited.length);
          expect(owed.filter((id) => !visited.includes(id))).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
    expect(whole).toBeGreaterThan(RUNS / 2);
  });
});
