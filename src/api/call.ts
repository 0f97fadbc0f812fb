/** Operations as functions of a client: what `bailiff/api/<resource>` exports. */
import { readOperation, type Operation } from './operation.js';
import type { BackendClient } from './values.js';

export type Call = (client: BackendClient, ...args: unknown[]) => unknown;

/** An operation that gives one answer. */
export const operation =
  (operation: Operation): Call =>
  (client, ...args) =>
    client.call(operation, args);

/**
 * Makes the operations of one scope from their rows; `make` is what their kind needs. Types come from the document, at the
 * place where the generated code declares the constants.
 */
export const within =
  (scope: string, make: (operation: Operation) => Call) =>
  <F>(row: string): F =>
    make(readOperation(scope, row)) as F;
