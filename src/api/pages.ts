/** Lists: one page when awaited, every item when iterated. The walk is loaded when one begins. */
import type { Call } from './call.js';
import type { Operation } from './operation.js';
import type { BackendClient, PageRequest } from './values.js';

export const pagedOperation = <F = Call>(operation: Operation): F =>
  ((client: BackendClient, ...args: unknown[]) => {
    let page: Promise<unknown> | undefined;
    const load = () => (page ??= client.call(operation, args));
    // Not a promise itself: that would have been sent already.
    return {
      then: (done, failed) => load().then(done, failed),
      catch: (failed) => load().catch(failed),
      finally: (settled) => load().finally(settled),

      async *[Symbol.asyncIterator]() {
        // As they are now: the caller may use the objects for another call.
        const given = args.map((arg) => (arg === Object(arg) ? { ...(arg as object) } : arg));
        yield* (await import('./walk.js')).walkPages(client, operation, given);
      },
    } satisfies Omit<PageRequest<unknown, unknown>, typeof Symbol.toStringTag>;
  }) as F;
