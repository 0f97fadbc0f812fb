import type { Handler } from './operation.js';
import type { Operation } from '../../document/specification.js';

/** An operation joined to its handler. Validators and projections are compiled when first used. */
export interface BackendRoute {
  readonly id: string;
  /** Null for what the document does not describe: taken as it comes. */
  readonly operation: Operation | null;
  readonly authenticated: boolean;
  readonly status: number;
  readonly html: boolean;
  readonly handler: Handler;
  /** Null: the answer has no body. */
  readonly render: ((value: unknown, paginated: boolean) => string) | null;
}
