/** All resources in one object. */
import type { Environment } from '../environment.js';
import { operation } from './call.js';
import { createBackendClient } from './client.js';
import type { BackendApi } from './generated/interfaces.js';
import { TABLE } from './generated/table.js';
import { pagedOperation } from './pages.js';
import type { BackendApiOptions, BackendClient } from './values.js';

/**
 * Every operation of Clerk's Backend API: `api.users.get(id)`, `api.organizations.list({ limit: 50 })`.
 *
 * Methods reject with `BackendApiError` when a call fails, `InvalidArgumentError` when it cannot be made, and
 * `ConfigurationError` when there is no key. A resource is put together when it is first used.
 *
 * @param options fall back to the environment: CLERK_SECRET_KEY, CLERK_MACHINE_SECRET_KEY, CLERK_API_URL, CLERK_API_VERSION
 * @throws ConfigurationError for options that cannot work
 */
export function createBackendApi(options: BackendApiOptions = {}, env?: Environment): BackendApi {
  const client = createBackendClient(options, env);
  const api = {};
  for (const [resource, text] of Object.entries(TABLE)) {
    let methods: object | undefined;
    Object.defineProperty(api, resource, {
      enumerable: true,
      get: () => (methods ??= bindResource(client, resource, text)),
    });
  }
  return api as BackendApi;
}

type Call = (client: BackendClient, ...args: unknown[]) => unknown;

/** @param text base path, then one `action=code` for each operation, separated by `|` */
function bindResource(client: BackendClient, resource: string, text: string): object {
  const [base, ...rows] = text.split('|') as [string, ...string[]];
  const methods: Record<string, unknown> = {};
  for (const row of rows) {
    const [action, code] = row.split('=') as [string, string];
    const make = /^[ls]/.test(code) ? pagedOperation<Call> : operation<Call>;
    const call = make(`${resource}.${action}`, code.replace(/[A-Z]/, `$&${base}`));
    methods[action] = (...args: unknown[]) => call(client, ...args);
  }
  return methods;
}
