/** Lists: one page when awaited, every item when iterated. */
import type { Call } from './call.js';
import { BackendApiError } from './errors.js';
import type { Operation } from './operation.js';
import type { PageRequest } from './values.js';

interface Query {
  readonly limit?: number;
  readonly offset?: number;
}

interface Envelope {
  readonly data?: unknown;
  readonly m2m_tokens?: unknown;
  readonly total_count?: unknown;
}

export const pagedOperation =
  (operation: Operation): Call =>
  (client, ...args) => {
    const ids = operation.path.split('*').length - 1;
    let page: Promise<unknown> | undefined;
    const load = () => (page ??= client.call(operation, args));
    // Not a promise itself: that would have been sent already.
    return {
      then: (done, failed) => load().then(done, failed),
      catch: (failed) => load().catch(failed),
      finally: (settled) => load().finally(settled),

      /**
       * Every item, page after page. Ends at the total where the answer tells it, else at a page that is not full. It ends as
       * well when a page is longer than asked for or begins as an earlier one did: then paging is ignored, and going on would
       * be for ever.
       */
      async *[Symbol.asyncIterator]() {
        const query = args[ids] as Query | undefined;
        const limit = query?.limit ?? 100;
        let offset = query?.offset ?? 0;
        const beginnings = new Set<unknown>([undefined]); // as an empty page begins
        for (;;) {
          const next = [...args];
          next[ids] = { ...query, limit, offset, paginated: operation.flags.includes('E') || undefined };
          const answer = await client.call(operation, next);
          const { data, m2m_tokens, total_count } = Object(answer) as Envelope;
          const items = [answer, data, m2m_tokens].find(Array.isArray) as unknown[] | undefined;
          if (!items) throw new BackendApiError(operation.name, 'unexpected-response', 'not a list');
          const [first] = items as { readonly id?: string }[];
          const beginning = first?.id ?? JSON.stringify(first); // not every item has an id
          if (beginnings.has(beginning)) return;
          beginnings.add(beginning);
          yield* items;
          offset += items.length;
          if (items.length > limit || (typeof total_count === 'number' ? offset >= total_count : items.length < limit))
            return;
        }
      },
    } satisfies Omit<PageRequest<unknown, unknown>, typeof Symbol.toStringTag>;
  };
