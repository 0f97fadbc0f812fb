/** A single operation as a function of a client: what `bailiff/api/<resource>` exports. */
import { readOperation } from './operation.js';
import type { BackendClient } from './values.js';

/** The type comes from the document, at the place where the generated code declares the constant. */
export function operation<F>(name: string, code: string): F {
  return ((client: BackendClient, ...args: unknown[]) => client.call(readOperation(name, code), args)) as F;
}
