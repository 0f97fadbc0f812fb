/** Lists: one page when awaited, every item when iterated. The walk is loaded when one begins. */
import type { Call } from './call.js';
import type { Operation } from './operation.js';
import type { BackendClient, PageRequest } from './values.js';
import type { Query } from './walk.js';

export const pagedOperation = <F = Call>(operation: Operation): F =>
  ((client: BackendClient, ...args: unknown[]) => {
    const ids = operation.path.split('{}').length - 1;
    let page: Promise<unknown> | undefined;
    const load = () => (page ??= client.call(operation, args));
    // Not a promise itself: that would have been sent already.
    return {
      then: (done, failed) => load().then(done, failed),
      catch: (failed) => load().catch(failed),
      finally: (settled) => load().finally(settled),

      async *[Symbol.asyncIterator]() {
        // As it is now: the caller may use the object for another call.
        const given = { ...(args[ids] as Query | undefined) };
        const { walk } = await import('./walk.js');
        yield* walk(operation.name, given, (query) =>
          client.call(operation, args.toSpliced(ids, 1, { ...query, paginated: operation.paginated || undefined })),
        );
      },
    } satisfies Omit<PageRequest<unknown, unknown>, typeof Symbol.toStringTag>;
  }) as F;
