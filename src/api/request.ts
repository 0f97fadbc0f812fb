/** From a method's arguments to one HTTP request. Pure: nothing is sent here. */
import { API_VERSION_DATE } from '../api-version.js';
import { readOption } from '../connection.js';
import { ConfigurationError } from '../errors.js';
import { headerPairs } from '../headers.js';
import { checkMachineKey, checkSecretKey } from '../keys.js';
import { InvalidArgumentError } from './errors.js';
import { COMMA_ARRAYS, USER_AGENT } from './generated/meta.js';
import type { Operation } from './operation.js';
import { checkKeyStaysSecret, type ClientConfig } from './options.js';
import type { CallOptions } from './values.js';

export type Params = Readonly<Record<string, unknown>>;

export interface PreparedRequest {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Headers };
  readonly options: CallOptions;
  /** To be cut out of whatever an error will say. */
  readonly key: string;
  readonly body: Params | undefined;
}

/** @throws InvalidArgumentError, ConfigurationError (no key, or one that this call may not send) */
export function prepareRequest(config: ClientConfig, operation: Operation, args: readonly unknown[]): PreparedRequest {
  const { flags, method, name } = operation;
  const rest = [...args];
  const path = operation.path.replace(/\*/g, () => encodeId(rest.shift(), name));
  if (flags.includes('O')) rest.unshift(undefined);
  const [params, options = {}] = rest as [Params?, CallOptions?];
  const { query, body } = (flags.includes('R') ? params : { [/GET|DEL/.test(method) ? 'query' : 'body']: params }) as {
    query?: Params;
    body?: Params;
  };

  const version = flags.includes('N') ? '' : '/' + config.apiVersion;
  const url = new URL(config.apiUrl + version + path);
  fillQuery(url.searchParams, operation, query);

  const key = chooseKey(config, operation, options);
  const headers = new Headers();
  for (const [name, value] of headerPairs(options.headers)) headers.append(name, value);
  headers.delete('Authorization');
  headers.delete('Content-Type');
  if (key) headers.set('Authorization', 'Bearer ' + key);
  const json = (body ?? null) === null || operation.encode ? null : JSON.stringify(body);
  if (json) headers.set('Content-Type', 'application/json');
  headers.set('Clerk-API-Version', API_VERSION_DATE);
  headers.set('User-Agent', USER_AGENT);

  // A redirect is never followed: it would carry the key to wherever it points.
  const init = { method, headers, body: json, redirect: 'manual' } as const;
  return { url: url.href, init, options, key, body };
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

/** `''` for the operation that carries no key. Keys of a call are checked as the client's are. */
function chooseKey(config: ClientConfig, { flags }: Operation, options: CallOptions): string {
  if (flags.includes('X')) return '';
  const forMachines = flags.includes('M');
  const own = (option: 'secretKey' | 'machineSecretKey', check: typeof checkSecretKey) =>
    (options[option] ?? null) === null ? null : readOption({ option }, options[option], undefined, check);
  const secretKey = own('secretKey', checkSecretKey);
  const key =
    (forMachines ? own('machineSecretKey', checkMachineKey) : null) ??
    secretKey ??
    (forMachines ? config.machineSecretKey : null) ??
    config.secretKey;
  if (key === null) throw new ConfigurationError('secretKey', 'There is no secret key.', 'Set CLERK_SECRET_KEY.');
  checkKeyStaysSecret(config, secretKey ?? config.secretKey);
  return key;
}

/** `false`, `0` and `''` are sent; only undefined is not. */
function fillQuery(target: URLSearchParams, { flags, name }: Operation, query: Params | undefined): void {
  const maximum = flags.includes('S') ? 100 : /[LE]/.test(flags) ? 500 : Infinity;
  for (const [key, value] of Object.entries(query ?? {})) {
    if (key === 'limit' && (value as number) > maximum)
      throw new InvalidArgumentError(`${name}: \`limit\` is at most ${maximum}.`);
    const values = [value].flat().filter((item) => item !== undefined) as string[];
    for (const item of values.length > 0 && COMMA_ARRAYS.includes(key) ? [values.join()] : values)
      target.append(key, item);
  }
}
