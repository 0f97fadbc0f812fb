/** Where variables stand on the runtimes that Hono runs on. */
import type { Context } from 'hono';
import { env, getRuntimeKey } from 'hono/adapter';
import type { Environment } from '../../environment.js';

/** Runtimes whose variables come with each request (bindings) instead of with the process. */
const BOUND_RUNTIMES = new Set(['workerd', 'fastly', 'other']);

/** How to get at the variables of a request; undefined where the process has them, so that they can be read at once. */
export function bindings(): ((c: Context) => Environment) | undefined {
  return BOUND_RUNTIMES.has(getRuntimeKey()) ? (c) => env<Environment>(c) : undefined;
}
