/** All resources in one object. */
import type { Environment } from '../environment.js';
import type { API_VERSION_DATE } from '../ground/api-version.js';
import { request } from './any-request.js';
import { operation } from './call.js';
import { createBackendClient } from './client.js';
import { decodeOperation, nameOf } from './encoding/decode.js';
import { uploadOperation } from './forms.js';
import type { BackendApis } from './generated/interfaces.js';
import { KINDS, TABLE } from './generated/table.js';
import { pagedOperation } from './pages.js';
import type { BackendApiOptions } from './values.js';

/**
 * Every operation of Clerk's Backend API: `api.users.get(id)`, `api.organizations.list({ limit: 50 })`.
 *
 * Methods reject with `BackendApiError` when a call fails, `InvalidArgumentError` when it cannot be made, and
 * `ConfigurationError` when there is no key. An operation is read from the table when it is called: reading all takes long.
 *
 * @param options fall back to the environment: CLERK_SECRET_KEY, CLERK_MACHINE_SECRET_KEY, CLERK_API_URL, CLERK_API_VERSION
 * @param env read instead of `process.env` (the bindings of a Worker)
 * @throws ConfigurationError for options that cannot work
 *
 * @example
 * ```ts
 * import { createBackendApi } from 'bailiff/api';
 *
 * const api = createBackendApi();
 * const user = await api.users.get('user_1');
 * for await (const member of api.organizationMemberships.list('org_1')) console.log(member.role, user.id);
 * ```
 */
export function createBackendApi<Version extends keyof BackendApis = typeof API_VERSION_DATE>(
  options?: BackendApiOptions & { readonly clerkApiVersion?: Version | null | undefined },
  env?: Environment,
): BackendApis[Version] {
  const client = createBackendClient(options, env);
  return { ...decodeResources([client]), request: request.bind(null, client) } as unknown as BackendApis[Version];
}

/**
 * Every operation, by resource and name, from the table.
 *
 * @param before arguments that come before those of the caller: the client; or none, and then the functions are those that the module of
 *   a resource has (the CommonJS build makes them so)
 */
export function decodeResources(before: readonly unknown[]): Record<string, Record<string, unknown>> {
  const api: Record<string, Record<string, unknown>> = {};
  for (const line of TABLE.split(',')) {
    const [scope, ...rows] = line.split(' ') as [string, ...string[]];
    const methods = (api[nameOf(scope)] ??= {});
    for (const row of rows)
      methods[nameOf(row)] = (...args: unknown[]) => {
        const decoded = decodeOperation(KINDS, scope, row);
        const make = decoded.list ? pagedOperation : decoded.input === 'form' ? uploadOperation : operation;
        const call: (...all: never[]) => unknown = make(decoded);
        return call(...([...before, ...args] as never[]));
      };
  }
  return api;
}
