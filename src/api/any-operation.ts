/** What `request` is asked for, judged and read as an operation. Loaded with the first such call. */
import { InvalidArgumentError } from './errors.js';
import type { Operation } from './operation.js';
import type { ApiRequest, BackendClient, CallOptions } from './values.js';

/** Segments of what may stand in a path (RFC 3986, section 3.3), none of them empty. */
const PATH = /^(?:\/[\w.~!$&'()*+,;=:@%-]+)+$/;
/** As the document's operations: without a version in the path. */
const UNVERSIONED = /^\/(?:v\d+|api_keys|m2m_tokens|oauth_applications\/access_tokens)(?:\/|$)/;
const FOR_MACHINES = /^(?:\/v\d+)?\/m2m_tokens(?:\/|$)/;
/** What is as good twice as once (RFC 9110, section 9.2.2). Of POST and PATCH that is not known. */
const IDEMPOTENT = ['GET', 'PUT', 'DELETE'];

/**
 * @param json of the request
 * @returns what a client's `call` takes
 * @throws InvalidArgumentError
 */
export function anyOperation(json: string, options: CallOptions): Parameters<BackendClient['call']> {
  const fail = (problem: string) => new InvalidArgumentError(`request: ${problem}`);
  const {
    method,
    path,
    query,
    body = null,
  } = JSON.parse(json) as Record<string, unknown> & Pick<ApiRequest, 'method' | 'query'>;
  if (![...IDEMPOTENT, 'POST', 'PATCH'].includes(method)) throw fail('`method` is GET, POST, PUT, PATCH or DELETE.');
  if (method === 'GET' && body !== null) throw fail('a GET has no body.');
  const segments = segmentsOf(path);
  if (!segments) throw fail('`path` is no path below the API: /users/user_1, its parts encoded, the query apart.');
  const operation: Operation = {
    // Ids stay out of what is counted and logged.
    name: `request ${method} /${segments.find((segment) => !/^v\d+$/.test(segment)) ?? ''}`,
    method,
    // Each segment is an id: encoded, and checked as one.
    path: '/{}'.repeat(segments.length),
    input: 'both',
    retry: IDEMPOTENT.includes(method),
    versioned: !UNVERSIONED.test(path as string),
    key: FOR_MACHINES.test(path as string) ? 'machine' : undefined,
  };
  return [operation, [...segments, { query: withoutHoles(query), body }, options]];
}

/** JSON writes null for what is undefined in a list. */
const withoutHoles = (query: ApiRequest['query']) =>
  Object.fromEntries(
    Object.entries(query ?? {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.filter((item) => item !== null) : value,
    ]),
  );

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
