/** What differs from operation to operation beside the request: whether it is repeated, and how its list is paged. */
import { createBackendApi, InvalidArgumentError } from 'bailiff/api';
import { describe, expect, it } from 'vitest';
import { follow, operations, type DocumentOperation, type Schema } from './support/document.js';
import { sampleArguments } from './support/sample.js';

type Method = (...args: unknown[]) => Promise<unknown> & AsyncIterable<unknown>;

/** Calls operations; every request is answered by `answer`, and its URL is written down. */
function createCaller(answer: (url: URL) => Response) {
  const urls: URL[] = [];
  const api = createBackendApi(
    {
      secretKey: 'sk_test_flags',
      wait: () => Promise.resolve(),
      fetch: (url) => {
        urls.push(new URL(url));
        return Promise.resolve(answer(urls.at(-1)!));
      },
    },
    {},
  ) as unknown as Record<string, Record<string, Method>>;
  const call = (operation: DocumentOperation, more: object = {}) => {
    const [resource, action] = operation.name.split('.') as [string, string];
    const { ids, object } = sampleArguments(operation, 'required');
    const takesObject = operation.body !== null || operation.query.length > 0;
    const params = Array.isArray(object) ? (object as unknown) : { ...(object as object), ...more };
    return api[resource]![action]!(...ids, ...(takesObject ? [params] : []));
  };
  return { call, urls };
}

describe.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
  it(`is ${operation.retry}: ${operation.retry === 'unsafe' ? 'not ' : ''}repeated after a 500, always after a 429`, async () => {
    for (const status of [500, 429]) {
      const { call, urls } = createCaller(() => new Response('{}', { status, headers: { 'retry-after': '0' } }));
      await expect(call(operation)).rejects.toMatchObject({ status });
      expect(urls).toHaveLength(status === 500 && operation.retry === 'unsafe' ? 1 : 3);
    }
  });
});

const limitOf = ({ query }: DocumentOperation) => query.find(({ name }) => name === 'limit');
const lists = operations.filter(limitOf);

describe.each(lists.map((operation) => [operation.name, operation] as const))('%s, a list', (_, operation) => {
  const paginates = operation.query.some(({ name }) => name === 'paginated');
  const response = follow(operation.response!);
  /** The member of an envelope that holds the items; null for an array. */
  const member =
    response.type === 'array'
      ? null
      : Object.entries(response.properties!).find(
          ([, schema]: [string, Schema]) => follow(schema).type === 'array',
        )![0];

  it('iterates over all pages, in the shape of the document', async () => {
    const items = Array.from({ length: 5 }, (__, index) => ({ id: `item_${index}` }));
    const { call, urls } = createCaller((url) => {
      const offset = Number(url.searchParams.get('offset'));
      const page = items.slice(offset, offset + Number(url.searchParams.get('limit')));
      if (member === null) return Response.json(paginates ? { data: page, total_count: 5 } : page);
      return Response.json({ [member]: page, total_count: 5 });
    });
    const seen: unknown[] = [];
    for await (const item of call(operation, { limit: 3 })) seen.push(item);
    expect(seen).toEqual(items);
    // Two pages that overlap by one hold five; a third that is not full tells the end.
    expect(urls.map(({ searchParams }) => searchParams.get('paginated'))).toEqual(
      Array(3).fill(paginates ? 'true' : null),
    );
  });

  it("refuses a limit above the document's maximum", async () => {
    const { call, urls } = createCaller(() => Response.json([]));
    const maximum = limitOf(operation)!.schema['maximum'] as number;
    await expect(call(operation, { limit: maximum + 1 })).rejects.toThrow(InvalidArgumentError);
    expect(urls).toHaveLength(0);
    await call(operation, { limit: maximum });
    expect(urls).toHaveLength(1);
  });
});

it('there are operations of each kind', () => {
  expect(lists.length).toBeGreaterThan(30);
  expect(new Set(operations.map(({ retry }) => retry))).toEqual(new Set(['safe', 'idempotent', 'unsafe']));
});
