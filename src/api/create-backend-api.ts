/** All resources in one object. */
import type { Environment } from '../environment.js';
import { operation, type Call } from './call.js';
import { createBackendClient } from './client.js';
import type { BackendApi } from './generated/interfaces.js';
import { TABLE } from './generated/table.js';
import { readOperation } from './operation.js';
import { pagedOperation } from './pages.js';
import type { BackendApiOptions } from './values.js';

/**
 * Every operation of Clerk's Backend API: `api.users.get(id)`, `api.organizations.list({ limit: 50 })`.
 *
 * Methods reject with `BackendApiError` when a call fails, `InvalidArgumentError` when it cannot be made, and
 * `ConfigurationError` when there is no key.
 *
 * @param options fall back to the environment: CLERK_SECRET_KEY, CLERK_MACHINE_SECRET_KEY, CLERK_API_URL, CLERK_API_VERSION
 * @throws ConfigurationError for options that cannot work
 */
export function createBackendApi(options: BackendApiOptions = {}, env?: Environment): BackendApi {
  const client = createBackendClient(options, env);
  const api: Record<string, Record<string, Call>> = {};
  for (const line of TABLE.split('\n')) {
    const [scope, ...rows] = line.split(' ') as [string, ...string[]];
    for (const row of rows) {
      const read = readOperation(scope, row);
      const [resource, action] = read.name.split('.') as [string, string];
      const make = /[ls]/.test(read.flags) ? pagedOperation : operation;
      (api[resource] ??= {})[action] = make(read).bind(null, client);
    }
  }
  return api as unknown as BackendApi;
}
