/** Operations as functions of a client: what `bailiff/api/<resource>` exports. */
import type { Operation } from './operation.js';
import type { BackendClient } from './values.js';

/** An operation as the runtime sees it. The generated code says, with the type `F`, what the document says of it. */
export type Call = (client: BackendClient, ...args: unknown[]) => unknown;

/** An operation that gives one answer. */
export const operation = <F = Call>(operation: Operation): F =>
  ((client: BackendClient, ...args: unknown[]) => client.call(operation, args)) as F;
