/** Every item of a list, although the list changes under the walk. Loaded with the first iteration. */
import { BackendApiError } from './errors.js';
import type { Operation } from './operation.js';
import type { BackendClient } from './values.js';

export interface Query {
  readonly limit?: number;
  readonly offset?: number;
  readonly order_by?: string;
}

interface Envelope {
  readonly data?: unknown;
  readonly m2m_tokens?: unknown;
  readonly total_count?: unknown;
}

/** Every item of an operation that lists, from the arguments of its first page. */
export function walkPages(
  client: BackendClient,
  operation: Operation,
  args: readonly unknown[],
): AsyncGenerator<unknown> {
  const ids = operation.path.split('{}').length - 1;
  const paginated = operation.paginated || undefined;
  return walk(operation.name, Object(args[ids]) as Query, (query) =>
    client.call(operation, args.toSpliced(ids, 1, { ...query, paginated })),
  );
}

/** Behind the end of any list: an API that heeds `offset` answers nothing there. */
const FAR_BEHIND = 1e9;

/**
 * Gives every item that is in the list from the first request to the last, once. The API counts places, and places shift: an item
 * that vanishes in front draws the others forward, past a walk that only counts on, and a new one pushes them back into its way.
 *
 * So each page overlaps with what was seen. Items keep their order among each other, so all that stands before a seen item was
 * seen or is new: a page that begins with one has no gap before it. A page that does not is thrown away, and the walk looks back until one does.
 * An order whose values change ({@link query} `order_by`) proves nothing: there the walk begins again until it finds nothing new.
 *
 * Of an item its id is remembered alone; of one without id, all of its text.
 *
 * @param ask Gives one page as the API answers it.
 * @throws BackendApiError `unexpected-response` rather than to end with less, for what is no list, for a total that is never
 *   reached, and for a list that changes faster than it can be read
 */
export async function* walk(
  name: string,
  query: Query,
  ask: (page: Query) => Promise<unknown>,
): AsyncGenerator<unknown> {
  const size = Math.max(query.limit ?? 100, 2);
  // The item in front of the first is not given: it is the one to look back for.
  const start = Math.max((query.offset ?? 0) - 1, 0);
  const seen = new Set<unknown>();
  const fail = (detail: string) => new BackendApiError(name, 'unexpected-response', detail);

  async function read(offset: number) {
    const answer = await ask({ ...query, limit: size, offset });
    const { data, m2m_tokens, total_count } = Object(answer) as Envelope;
    const items = [answer, data, m2m_tokens].find(Array.isArray) as unknown[] | undefined;
    if (!items) throw fail('not a list');
    const keys = items.map((item) => (Object(item) as { id?: string }).id ?? JSON.stringify(item));
    const total = typeof total_count === 'number' ? total_count : null;
    return { keys, total, unseen: () => items.filter((_, index) => !seen.has(keys[index])) };
  }

  let offset = start;
  let stepBack = 0;
  let previous = '';
  for (let requests = 1, idle = 0, found = 0; ; requests++, idle++) {
    if (idle > 10 + (4 * seen.size) / (size - 1)) throw fail('the list does not hold still, or its total is wrong');
    const { keys, total, unseen } = await read(offset);
    if (query.offset && seen.size === 0) {
      if (keys.length === 0) return;
      seen.add(keys[0]);
    }
    if (offset > 0 && !seen.has(keys[0])) {
      if (offset === start) throw fail('the list changed in front of the offset');
      stepBack = stepBack * 2 || size - 1;
      offset = Math.max(offset - stepBack, start);
      continue;
    }
    stepBack = 0;

    const items = unseen();
    for (const key of keys) seen.add(key);
    if (items.length > 0) idle = 0;
    found += items.length;
    yield* items;

    const page = keys.join();
    if (page && page === previous) {
      // Either a page of new items came in front, or paging is ignored.
      const far = await read(FAR_BEHIND);
      if (far.keys.length > 0) {
        yield* far.unseen();
        if (far.total !== null && far.total > seen.size) throw fail('a page repeats before the total is reached');
        return;
      }
    }
    previous = page;

    const end = offset + keys.length;
    if (keys.length >= size || (total ?? 0) > end) {
      offset = Math.max(end - 1, start);
      continue;
    }
    if (requests === 1 || found === 0 || /^([+-]?created_at)?$/.test(query.order_by ?? '')) return;
    requests = found = 0;
    offset = start;
  }
}
