import { BackendApiError, createBackendApi, InvalidArgumentError } from 'bailiff/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from './support/collect.js';

type Page = (limit: number, offset: number, search: URLSearchParams) => unknown;

/** A client whose API answers each page by a function; what was asked is written down. */
function paged(page: Page) {
  const asked: string[] = [];
  const fetch = (url: string) => {
    const { searchParams } = new URL(url);
    asked.push(url.replace(/.*?(?=\?|$)/, ''));
    if (asked.length > 500) throw new Error('loops for ever');
    return Promise.resolve(
      Response.json(page(Number(searchParams.get('limit')), Number(searchParams.get('offset')), searchParams)),
    );
  };
  return { api: createBackendApi({ secretKey: 'sk_test_pages', fetch, retries: 0 }, {}), asked };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `user_${index}` }));
describe('a list, awaited', () => {
  it('is one page as the API answers it, requested once', async () => {
    const { api, asked } = paged(() => ids(3));
    const request = api.users.list({ limit: 3 });
    expect(asked).toEqual([]);
    expect(await request).toEqual(ids(3));
    expect(await request).toEqual(ids(3));
    await request.finally(() => {});
    expect(asked).toEqual(['?limit=3']);
    expect(await Promise.all([api.users.list()])).toEqual([ids(3)]);
  });

  it('rejects as promises do', async () => {
    const { api } = paged(() => ids(1));
    expect(await api.users.list({ limit: 501 }).catch((error: unknown) => error)).toBeInstanceOf(InvalidArgumentError);
  });
});

describe('a list, iterated', () => {
  it.each([0, 1, 99, 100, 101, 200, 250])('gives each of %i items once, in every shape', async (count) => {
    const all = ids(count);
    const slice: Page = (limit, offset) => all.slice(offset, offset + limit);
    const { api, asked } = paged(slice);
    expect(await collect(api.users.list())).toEqual(all);
    // Pages of 100 that overlap by one, until one is not full.
    const requests = count < 100 ? 1 : Math.floor((count - 100) / 99) + 2;
    expect(asked).toHaveLength(requests);

    const enveloped = paged((limit, offset, search) => ({ data: slice(limit, offset, search), total_count: count }));
    expect(await collect(enveloped.api.organizations.list())).toEqual(all);
    expect(enveloped.asked).toHaveLength(requests);

    const tokens = paged((limit, offset, search) => ({ m2m_tokens: slice(limit, offset, search), total_count: count }));
    expect(await collect(tokens.api.m2mTokens.list({ subject: 'mch_1' }))).toEqual(all);
  });

  it('asks for the total if the document offers it, and accepts a plain array', async () => {
    const { api, asked } = paged((_, __, search) =>
      search.get('paginated') === 'true' ? { data: ids(2), total_count: 2 } : ids(2),
    );
    expect(await collect(api.sessions.list({ user_id: 'user_1' }))).toHaveLength(2);
    expect(asked).toEqual(['?user_id=user_1&limit=100&offset=0&paginated=true']);
    const { api: plain } = paged((limit, offset) => ids(120).slice(offset, offset + limit));
    expect(await collect(plain.sessions.list({ user_id: 'user_1' }))).toHaveLength(120);
  });

  it('keeps the filter from the start of the iteration, whatever happens to the object', async () => {
    const { api, asked } = paged((limit, offset) => ids(3).slice(offset, offset + limit));
    const filter = { query: 'ada', limit: 2 };
    const walk = collect(api.users.list(filter));
    filter.query = 'bob';
    expect(await walk).toHaveLength(3);
    expect(asked.length).toBeGreaterThan(1);
    for (const search of asked) expect(search).toContain('query=ada');
  });

  it('keeps the filter, starts at the offset and uses the limit as its page size', async () => {
    const { api, asked } = paged((limit, offset) => ids(7).slice(offset, offset + limit));
    expect(await collect(api.users.list({ query: 'ada', offset: 2, limit: 3 }))).toEqual(ids(7).slice(2));
    expect(asked).toEqual([
      '?query=ada&offset=1&limit=3',
      '?query=ada&offset=3&limit=3',
      '?query=ada&offset=5&limit=3',
    ]);
  });

  it('continues after a short page while the total is larger', async () => {
    const { api } = paged((_, offset) => ({ data: ids(5).slice(offset, offset + 2), total_count: 5 }));
    expect(await collect(api.organizations.list())).toHaveLength(5);
  });

  it('treats a total of null as absent', async () => {
    const { api } = paged((limit, offset) => ({ data: ids(250).slice(offset, offset + limit), total_count: null }));
    expect(await collect(api.organizations.list())).toHaveLength(250);
  });

  it('requests no more than is consumed', async () => {
    const { api, asked } = paged((limit, offset) => ids(1000).slice(offset, offset + limit));
    for await (const user of api.users.list({ limit: 10 })) if (user.id === 'user_12') break;
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['the same page for ever', () => ids(100)],
    ['more than was asked for', () => ids(101)],
    ['items without ids', () => Array.from({ length: 100 }, () => ({ provider: 'x' }))],
  ])('ends if paging is ignored: %s', async (_, page) => {
    const { api, asked } = paged(page);
    const items = await collect(api.users.list());
    expect(items.length).toBeLessThanOrEqual(101);
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it('ends when pages alternate', async () => {
    const { api } = paged((_, offset) => ids(200).slice(offset % 200, (offset % 200) + 100));
    expect(await collect(api.users.list())).toHaveLength(200);
  });

  it.each([{}, 'text', null, { data: 'no' }, 7])('throws for %j, which is no list', async (answer) => {
    await expect(collect(paged(() => answer).api.users.list())).rejects.toThrow(BackendApiError);
  });

  it('throws an error of a later page in the loop', async () => {
    const { api } = paged((limit, offset) => (offset > 0 ? {} : ids(limit)));
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const user of api.users.list()) seen.push(user);
    })();
    await expect(loop).rejects.toThrow(/not a list/);
    expect(seen).toHaveLength(100);
  });

  it('holds for any number of items, page size and shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(300),
        fc.integer({ min: 1, max: 120 }),
        fc.boolean(),
        fc.boolean(),
        async (count, limit, envelope, honest) => {
          const all = ids(count);
          const { api } = paged((size, offset) => {
            const data = all.slice(offset, offset + size);
            return envelope ? { data, ...(honest && { total_count: count }) } : data;
          });
          expect(await collect(api.users.list({ limit }))).toEqual(all);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('limits above the maximum', () => {
  it('are refused before anything is sent, awaited or iterated', async () => {
    const { api, asked } = paged(() => []);
    await expect(api.users.list({ limit: 501 })).rejects.toThrow(/at most 500/);
    await expect(collect(api.users.list({ limit: 501 }))).rejects.toThrow(InvalidArgumentError);
    await expect(api.apiKeys.list({ subject: 'user_1', limit: 101 })).rejects.toThrow(/at most 100/);
    await expect(api.m2mTokens.list({ subject: 'mch_1', limit: 101 })).rejects.toThrow(/at most 100/);
    expect(asked).toEqual([]);
    await api.users.list({ limit: 500 });
    expect(asked).toEqual(['?limit=500']);
  });
});
