/** The way out for operations that the document does not have yet. */
import { headerPairs } from '../ground/headers.js';
import type { ApiRequest, BackendClient, CallOptions } from './values.js';

/**
 * Any request to the Backend API, for what has no method here yet: with the same key, retries, time limits, errors, events and
 * redaction. A failed POST or PATCH is sent again after 429 alone.
 *
 * @param request `path` is below the API's address and version: `/users/user_1/new_thing`. Encode what is put into it
 *   (`encodeURIComponent`): a path that could lead elsewhere is refused (another origin, `..`, empty segments, an encoded slash).
 * @returns What the API answers, as it answers it; undefined for an empty answer.
 * @throws (rejects) BackendApiError, InvalidArgumentError, ConfigurationError as every operation
 *
 * @example
 * ```ts
 * import { createBackendClient, request } from 'bailiff/api';
 *
 * const client = createBackendClient();
 * const answer: unknown = await request(client, { method: 'GET', path: '/users/count', query: { banned: false } });
 * ```
 */
export async function request(client: BackendClient, request: ApiRequest, options?: CallOptions): Promise<unknown> {
  // As they are now: while the rest is loaded the caller goes on, and may use its objects for another call.
  const json = JSON.stringify(request);
  const kept = { ...options, headers: [...headerPairs(options?.headers)] };
  const { anyOperation } = await import('./any-operation.js');
  return client.call(...anyOperation(json, kept));
}
