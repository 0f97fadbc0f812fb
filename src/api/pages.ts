/** Lists: one page when awaited, every item when iterated. */
import { BackendApiError } from './errors.js';
import { countIds, readOperation, type Operation } from './operation.js';
import type { BackendClient, PageRequest } from './values.js';

const PAGE_SIZE = 100;

interface Envelope {
  readonly data?: unknown;
  readonly m2m_tokens?: unknown;
  readonly total_count?: number;
}

export function pagedOperation<F>(name: string, code: string): F {
  return ((client: BackendClient, ...args: unknown[]): PageRequest<unknown, unknown> => {
    const operation = readOperation(name, code);
    let page: Promise<unknown> | undefined;
    const load = () => (page ??= client.call(operation, args));
    return {
      then: (done, failed) => load().then(done, failed),
      catch: (failed) => load().catch(failed),
      finally: (settled) => load().finally(settled),
      [Symbol.asyncIterator]: () => walk(client, operation, args),
      [Symbol.toStringTag]: 'PageRequest',
    };
  }) as F;
}

/**
 * Every item, page after page. Ends at the total where the answer tells it, else at a page that is not full. It ends as well
 * when a page is longer than asked for or begins as an earlier one did: then paging is ignored, and going on would be for ever.
 */
async function* walk(client: BackendClient, operation: Operation, args: readonly unknown[]): AsyncGenerator<unknown> {
  const ids = countIds(operation);
  const query = args[ids] as { readonly limit?: number; readonly offset?: number } | undefined;
  const limit = query?.limit ?? PAGE_SIZE;
  let offset = query?.offset ?? 0;
  const paginated = operation.flags.includes('p') ? { paginated: true } : {};
  const beginnings = new Set<unknown>();
  for (;;) {
    const page = await client.call(operation, [
      ...args.slice(0, ids),
      { ...query, limit, offset, ...paginated },
      args[ids + 1],
    ]);
    const { data, m2m_tokens, total_count } = (page ?? {}) as Envelope;
    const items = Array.isArray(page) ? (page as unknown[]) : (data ?? m2m_tokens);
    if (!Array.isArray(items))
      throw new BackendApiError(operation.name, 'unexpected-response', 'The answer is not a list.');
    const beginning = identify(items[0]);
    if (items.length === 0 || beginnings.has(beginning)) return;
    beginnings.add(beginning);
    yield* items;
    offset += items.length;
    if (items.length > limit || (total_count === undefined ? items.length < limit : offset >= total_count)) return;
  }
}

const identify = (item: unknown): unknown => (item as { readonly id?: string } | undefined)?.id ?? JSON.stringify(item);
