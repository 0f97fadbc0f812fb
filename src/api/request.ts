/** From a method's arguments to one HTTP request. Pure: nothing is sent here. */
import { ConfigurationError } from '../errors.js';
import { headerPairs } from '../headers.js';
import { InvalidArgumentError } from './errors.js';
import { COMMA_ARRAYS, DOCUMENT_VERSION, USER_AGENT } from './generated/meta.js';
import type { Operation } from './operation.js';
import type { ClientConfig } from './options.js';
import type { CallOptions } from './values.js';

type Params = Readonly<Record<string, unknown>>;

export interface PreparedRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly options: CallOptions;
  /** To be cut out of whatever an error will say. */
  readonly key: string;
}

/** @throws InvalidArgumentError, ConfigurationError (no key) */
export function prepareRequest(config: ClientConfig, operation: Operation, args: readonly unknown[]): PreparedRequest {
  const rest = [...args];
  const path = operation.path.replace(/\*/g, () => encodeId(rest.shift(), operation.name));
  if (operation.flags.includes('O')) rest.unshift(undefined);
  const [params, options = {}] = rest as [Params?, CallOptions?];

  const version = operation.flags.includes('N') ? '' : '/' + config.apiVersion;
  const url = new URL(config.apiUrl.replace(/\/+$/, '') + version + path);

  let body: BodyInit | null = null;
  let type: string | undefined;
  if (/GET|DEL/.test(operation.method)) append(url.searchParams, operation, params);
  else if (operation.flags.includes('F')) append((body = new FormData()), operation, params);
  else if (params) {
    body = JSON.stringify(params);
    type = 'application/json';
  }

  const key = chooseKey(config, operation, options);
  const headers = new Headers();
  for (const [name, value] of headerPairs(options.headers)) headers.append(name, value);
  headers.delete('Authorization');
  headers.delete('Content-Type');
  if (key) headers.set('Authorization', 'Bearer ' + key);
  if (type) headers.set('Content-Type', type);
  headers.set('Clerk-API-Version', DOCUMENT_VERSION);
  headers.set('User-Agent', USER_AGENT);

  // A redirect is never followed: it would carry the key to wherever it points.
  return { url: url.href, init: { method: operation.method, headers, body, redirect: 'manual' }, options, key };
}

/**
 * What could lead to another path: nothing, or nothing but dots and blanks, between slashes of either kind. And what proxies on
 * the way may read in one way or the other: an escape, half a surrogate pair.
 */
const UNUSABLE = /(^|[/\\])[\s.]*([/\\]|$)|%[\da-f]{2}|\p{Cs}/iu;

/** One path segment with its slash: everything special is encoded. */
function encodeId(id: unknown, name: string): string {
  if (typeof id === 'string' && !UNUSABLE.test(id)) return '/' + encodeURIComponent(id);
  throw new InvalidArgumentError(`${name}: an id is empty, or would change the path.`);
}

/** `''` for the operation that carries no key. A key that `fetch` would refuse, and quote, is refused here, unquoted. */
function chooseKey(config: ClientConfig, operation: Operation, options: CallOptions): string {
  if (operation.flags.includes('X')) return '';
  const keyOf = (from: CallOptions) => (operation.flags.includes('M') && from.machineSecretKey) || from.secretKey;
  const key = (keyOf(options) || keyOf(config) || '').trim();
  if (!/^[!-~]+$/.test(key))
    throw new ConfigurationError('secretKey', 'The secret key is missing or malformed.', 'Set CLERK_SECRET_KEY.');
  return key;
}

interface Members {
  append(name: string, value: string | Blob): void;
}

/** Fills a query or a form. `false`, `0` and `''` are sent; only undefined is not. Bytes become a file. */
function append(target: Members, operation: Operation, params: Params | undefined): void {
  for (const [key, value] of Object.entries(params ?? {})) {
    const maximum = operation.flags.includes('S') ? 100 : 500;
    if (key === 'limit' && (value as number) > maximum)
      throw new InvalidArgumentError(`${operation.name}: \`limit\` is at most ${maximum}.`);
    const values = ([value].flat() as (string & Partial<Uint8Array>)[]).filter((item) => item !== undefined);
    for (const item of values[0] && COMMA_ARRAYS.includes(key) ? [values.join()] : values)
      target.append(key, (item as { byteLength?: number } | null)?.byteLength === undefined ? item : new Blob([item]));
  }
}
