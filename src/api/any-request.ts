/** The way out for operations that the document does not have yet. */
import { InvalidArgumentError } from './errors.js';
import type { ApiRequest, BackendClient, CallOptions } from './values.js';

/** Segments of what may stand in a path (RFC 3986, section 3.3), none of them empty. */
const PATH = /^(?:\/[\w.~!$&'()*+,;=:@%-]+)+$/;
/** As the document's operations: without a version in the path. */
const UNVERSIONED = /^\/(?:v\d+|api_keys|m2m_tokens|oauth_applications\/access_tokens)(?:\/|$)/;
const FOR_MACHINES = /^(?:\/v\d+)?\/m2m_tokens(?:\/|$)/;
/** What is as good twice as once (RFC 9110, section 9.2.2). Of POST and PATCH that is not known. */
const IDEMPOTENT = ['GET', 'PUT', 'DELETE'];

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
  const { method, path, query, body } = request;
  const fail = (problem: string) => new InvalidArgumentError(`request: ${problem}`);
  if (![...IDEMPOTENT, 'POST', 'PATCH'].includes(method)) throw fail('`method` is GET, POST, PUT, PATCH or DELETE.');
  if (method === 'GET' && (body ?? null) !== null) throw fail('a GET has no body.');
  const segments = segmentsOf(path);
  if (!segments) throw fail('`path` is no path below the API: /users/user_1, its parts encoded, the query apart.');
  const operation = {
    // Ids stay out of what is counted and logged.
    name: `request ${method} /${segments.find((segment) => !/^v\d+$/.test(segment)) ?? ''}`,
    flags: `R${UNVERSIONED.test(path) ? 'N' : ''}${FOR_MACHINES.test(path) ? 'M' : ''}${IDEMPOTENT.includes(method) ? '' : 'U'}`,
    method,
    path: '*'.repeat(segments.length),
  };
  return client.call(operation, [...segments, { query, body }, options]);
}

/** Each segment decoded, as an id that is encoded again; null for a path that could be read as another. */
function segmentsOf(path: unknown): string[] | null {
  if (typeof path !== 'string' || !PATH.test(path)) return null;
  try {
    const segments = path.slice(1).split('/').map(decodeURIComponent);
    return segments.some((segment) => /[/\\\p{Cc}]/u.test(segment)) ? null : segments;
  } catch {
    return null;
  }
}
