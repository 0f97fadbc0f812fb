/** All resources in one object. */
import type { Environment } from '../environment.js';
import { operation, within, type Call } from './call.js';
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
  for (const line of TABLE.trim().split('\n')) {
    const [, name, base, rows] = /^(\w*)(.*?)\|(.*)/.exec(line) as unknown as [string, string, string, string];
    const resource = name || base.slice(1).replace(/[/_](.)/g, (_, letter: string) => letter.toUpperCase());
    let methods: object | undefined;
    Object.defineProperty(api, resource, {
      enumerable: true,
      get: () => (methods ??= bindResource(client, resource, base, rows)),
    });
  }
  return api as BackendApi;
}

/** @param rows `action=code` for each operation, separated by `|` */
function bindResource(client: BackendClient, resource: string, base: string, rows: string): object {
  const methods: Record<string, unknown> = {};
  for (const row of rows.split('|')) {
    const [action, code] = row.split('=') as [string, string];
    const make = /^[ls]/.test(code) ? pagedOperation : operation;
    methods[action] = within(make, resource, base)<Call>(action, code).bind(null, client);
  }
  return methods;
}
