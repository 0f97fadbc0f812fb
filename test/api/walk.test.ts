/** Lists that change under the walk. */
import { BackendApiError, createBackendApi, type BackendApi } from 'bailiff/api';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collect } from './support/collect.js';

const RUNS = Number(process.env['BAILIFF_WALK_RUNS'] ?? 300);

interface Item {
  readonly id: string;
}

/** A list as the API keeps one, which others change between any two requests. */
function changing(
  count: number,
  shape: 'array' | 'data' | 'm2m_tokens',
  beforeRequest: (list: Item[]) => void = () => {},
) {
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

describe('visits each item once that exists from start to end, whatever is added and removed', () => {
  it('holds for all shapes and page sizes, from any offset', async () => {
    let whole = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.constantFrom('array' as const, 'data' as const, 'm2m_tokens' as const),
        fc.record({ limit: fc.integer({ min: 1, max: 9 }), offset: fc.oneof(fc.constant(0), fc.nat(12)) }),
        fc.array(fc.option(change, { freq: 2 }), { maxLength: 40 }),
        fc.array(fc.option(change, { freq: 3 }), { maxLength: 60 }),
        async (count, shape, query, ...changes) => {
          const [betweenRequests, betweenItems] = changes.map((some) => [...some]) as [
            (typeof changes)[0],
            (typeof changes)[1],
          ];
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

const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id).sort();

describe('over HTTP, on the offline instance', () => {
  let clerk: LocalInstance;
  let api: BackendApi;
  beforeAll(async () => {
    clerk = await startLocalInstance();
  });
  afterAll(() => clerk.close());
  beforeEach(() => {
    clerk.reset();
    api = createBackendApi({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl, retries: 0 }, {});
  });
  /** As rows: a thousand requests would say nothing more. */
  let made = 0;
  const addUsers = (count: number) => {
    for (let index = 0; index < count; index++) clerk.advanceClock(1);
    return Promise.all(
      Array.from({ length: count }, () =>
        api.users.create({ email_address: [`u${made++}@acornbooks.example`], skip_password_requirement: true }),
      ),
    );
  };

  it('deletes all users in a loop that deletes each', async () => {
    const before = idsOf(await addUsers(250));
    expect(idsOf(await collect(api.users.list(), ({ id }) => api.users.delete(id)))).toEqual(before);
    expect(await api.users.count()).toMatchObject({ total_count: 0 });
  });

  it('revokes all pending invitations in a loop that revokes each', async () => {
    for (let index = 0; index < 30; index++)
      await api.invitations.create({ email_address: `i${index}@acornbooks.example`, notify: false });
    const revoked = await collect(api.invitations.list({ status: 'pending', limit: 10 }), ({ id }) =>
      api.invitations.revoke(id),
    );
    expect(new Set(idsOf(revoked)).size).toBe(30);
    expect(await api.invitations.list({ status: 'pending' })).toEqual([]);
  });

  it('removes all members in a loop that removes each', async () => {
    const [owner, ...others] = await addUsers(31);
    const { id } = await api.organizations.create({
      name: 'Acorn',
      created_by: owner!.id,
      max_allowed_memberships: 0,
    });
    for (const other of others) await api.organizationMemberships.create(id, { user_id: other.id, role: 'org:member' });
    const seen = await collect(api.organizationMemberships.list(id, { limit: 7 }), (membership) => {
      const user = membership.public_user_data!.user_id;
      return user === owner!.id ? undefined : api.organizationMemberships.delete(id, user);
    });
    expect(seen).toHaveLength(31);
    expect(await api.organizationMemberships.list(id)).toMatchObject({ total_count: 1 });
  });

  it.each([1, 9, 10, 11, 25])('visits each user once although %i new users come before each page', async (count) => {
    const before = idsOf(await addUsers(40));
    let place = 0;
    const seen = idsOf(
      await collect(api.users.list({ limit: 10 }), () =>
        place++ % 10 === 5 && place < 40 ? addUsers(count) : undefined,
      ),
    );
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
  });

  it.each(['+updated_at', '-updated_at', '+first_name'])(
    'visits all users once in a loop that changes the order by %s',
    async (order) => {
      const before = idsOf(await addUsers(25));
      let name = 0;
      const seen = await collect(api.users.list({ order_by: order, limit: 5 }), async ({ id }) => {
        clerk.advanceClock(1_000);
        await api.users.update(id, { first_name: `${name++ % 2 ? 'a' : 'z'}${name}` });
      });
      expect(idsOf(seen)).toEqual(before);
    },
  );

  it('property: visits everybody who stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.constantFrom('stay', 'delete', 'deleteAny', 'addOne', 'addPage'), { maxLength: 40 }),
        async (count, limit, drawn) => {
          clerk.reset();
          const before = idsOf(await addUsers(count));
          const left = [...drawn];
          const actions: Record<string, (id: string) => unknown> = {
            stay: () => undefined,
            // It may be gone: `deleteAny` takes some of the page that is being walked.
            delete: (id) => api.users.delete(id).catch(() => undefined),
            deleteAny: async () => {
              const all = await api.users.list({ limit: 500 });
              const any = all[Math.floor(all.length * 0.7)];
              if (any) await api.users.delete(any.id);
            },
            addOne: () => addUsers(1),
            addPage: () => addUsers(limit),
          };
          const seen = idsOf(
            await collect(api.users.list({ limit }), ({ id }) => actions[left.shift() ?? 'stay']!(id)),
          );
          const still = new Set(idsOf(await api.users.list({ limit: 500 })));
          expect(new Set(seen).size).toBe(seen.length);
          expect(before.filter((id) => still.has(id) && !seen.includes(id))).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('it ends, or fails loudly, for', () => {
  const walk = (answer: (offset: number, limit: number) => unknown, query: object = {}) => {
    let requests = 0;
    const fetch = (url: string) => {
      if (++requests > 1_000) throw new Error('goes on for ever');
      const { searchParams } = new URL(url);
      return Promise.resolve(
        Response.json(answer(Number(searchParams.get('offset')), Number(searchParams.get('limit')))),
      );
    };
    const api = createBackendApi({ secretKey: 'sk_test_walk', fetch, retries: 0 }, {});
    return collect(api.users.list({ limit: 10, ...query }) as unknown as AsyncIterable<Item>);
  };
  const numbers = (from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) => ({ id: `u${from + index}` }));
  const loud = expect.objectContaining({ name: 'BackendApiError', code: 'unexpected-response' }) as Error;

  it('a total that is never reached', async () => {
    const answers = [numbers(0, 5), numbers(0, 0), numbers(0, 10)];
    for (const data of answers) await expect(walk(() => ({ data, total_count: 1e6 }))).rejects.toThrow(loud);
    await expect(
      walk((from, limit) => ({ data: numbers(from, Math.min(25, from + limit)), total_count: 26 })),
    ).rejects.toThrow(loud);
  });

  it('a total that counts the page only, which it ignores', async () => {
    const seen = await walk((from, limit) => {
      const data = numbers(from, Math.min(35, from + limit));
      return { data, total_count: data.length };
    });
    expect(seen).toHaveLength(35);
  });

  it('new items that arrive faster than they are read', async () => {
    let shift = 0;
    const answer = (from: number, limit: number) => {
      const page = numbers(from - shift + 1_000_000, from - shift + 1_000_000 + limit);
      if (from > 1e8) return [];
      shift += limit - 1;
      return page;
    };
    await expect(walk(answer)).rejects.toThrow(loud);
  });

  it('a list that always shrinks', async () => {
    let length = 500;
    let first = 0;
    const seen = await walk((from, limit) => {
      const page = numbers(Math.min(first + from, length), Math.min(first + from + limit, length));
      first += 3;
      return page;
    });
    expect(new Set(idsOf(seen)).size).toBe(seen.length);
    await expect(walk(() => ({ data: [], total_count: (length -= 1) }))).rejects.toThrow(loud);
  });

  it('removed items in front of the offset', async () => {
    let gone = 0;
    const answer = (from: number, limit: number) => {
      const page = numbers(from + gone, from + gone + limit);
      gone += 40;
      return page;
    };
    await expect(walk(answer, { offset: 30 })).rejects.toThrow(/in front of the offset/);
  });

  it('ignored paging, which it detects if the whole page repeats, not if new items came', async () => {
    expect(await walk(() => numbers(0, 10))).toHaveLength(10);
    expect(await walk(() => numbers(0, 37))).toHaveLength(37);
    expect(await walk(() => ({ data: numbers(0, 10), total_count: 10 }))).toHaveLength(10);
    let requests = 0;
    const list = numbers(0, 30);
    const seen = await walk((from, limit) => {
      // As many as a walk goes on by: the second page is the first again.
      if (++requests === 2) list.unshift(...numbers(100, 109));
      return list.slice(from, from + limit);
    });
    expect(idsOf(seen)).toEqual(idsOf(numbers(0, 30)));
  });

  it('items without an id, which it compares by their contents', async () => {
    const items = Array.from({ length: 25 }, (_, index) => ({ provider: 'x', token: `t${index}` }));
    expect(await walk((from, limit) => items.slice(from, from + limit))).toEqual(items);
  });
});
