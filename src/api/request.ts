/** From a method's arguments to one HTTP request. Pure: nothing is sent here. */
import { readConnection, type Connection } from '../ground/connection.js';
import { headerPairs } from '../ground/headers.js';
import { COMMA_ARRAYS, USER_AGENT } from './generated/meta.js';
import type { Operation } from './operation.js';
import { checkKeyStaysSecret, type ClientConfig } from './options.js';
import type { CallOptions } from './values.js';

type Params = Readonly<Record<string, unknown>>;

export interface PreparedRequest {
  readonly url: string;
  /** Its body is text, or the parameters that an operation's `encode` makes a form of. */
  readonly init: Omit<RequestInit, 'body' | 'headers'> & { readonly headers: Headers; body: unknown };
  readonly options: CallOptions;
  /** To be cut out of whatever an error will say. */
  readonly key: string;
}

/** For want of what a call cannot be made: an id that leaves the path as it is, a `limit` up to the maximum, a key. */
export type Missing = 'id' | 'limit' | 'key';

/**
 * What could lead to another path: nothing, or nothing but dots and blanks, between slashes of either kind. And what proxies on
 * the way may read in one way or the other: an escape, half a surrogate pair.
 */
const UNUSABLE = /(^|[/\\])[\s.]*([/\\]|$)|%[\da-f]{2}|\p{Cs}/iu;

/** @throws ConfigurationError for a key that this call may not send */
export function prepareRequest(
  config: ClientConfig,
  operation: Operation,
  args: readonly unknown[],
): PreparedRequest | Missing {
  const { method, input, list } = operation;
  const rest = [...args];
  const path = operation.path.replaceAll('{}', (hole) => {
    const id = rest.shift();
    return typeof id === 'string' && !UNUSABLE.test(id) ? encodeURIComponent(id) : hole;
  });
  if (input === 'none') rest.unshift(undefined);
  const [params, options = {}] = rest as [Params?, CallOptions?];
  const { query, body, form } = (input === 'both' ? params : { [input]: params }) as Partial<Record<string, Params>>;
  // No id holds braces: they are encoded.
  if (path.includes('{}')) return 'id';
  if ((query?.['limit'] as number) > list!) return 'limit';

  const url = new URL(config.apiUrl + (operation.versioned === false ? '' : '/' + config.apiVersion) + path);
  // `false`, `0` and `''` are sent; only undefined is not.
  for (const [name, value] of Object.entries(query ?? {})) {
    const values = [value].flat().filter((item) => item !== undefined) as string[];
    for (const item of COMMA_ARRAYS.includes(name) && values.length ? [values.join()] : values)
      url.searchParams.append(name, item);
  }

  const key = operation.key === 'none' ? '' : chooseKey(config, operation.key === 'machine', options);
  if (key === null) return 'key';
  const json = JSON.stringify(body ?? undefined);
  const headers = new Headers([...headerPairs(options.headers)] as [string, string][]);
  const own = {
    Authorization: key && 'Bearer ' + key,
    'Content-Type': json && 'application/json',
    'Clerk-API-Version': config.clerkApiVersion,
    'User-Agent': USER_AGENT,
  };
  for (const [name, value] of Object.entries(own)) {
    headers.delete(name);
    if (value) headers.set(name, value);
  }

  // A redirect is never followed: it would carry the key to wherever it points.
  return { url: url.href, init: { method, headers, body: json ?? form, redirect: 'manual' }, options, key };
}

/** Keys of a call win, and are checked as the client's are. Null: there is none. */
function chooseKey(
  config: ClientConfig,
  forMachines: boolean,
  { secretKey, machineSecretKey }: CallOptions,
): string | null {
  const given = readConnection({ secretKey, machineSecretKey: forMachines ? machineSecretKey : null }, {});
  checkKeyStaysSecret(config, given.secretKey ?? config.secretKey);
  const keyOf = (keys: Connection) => (forMachines && keys.machineSecretKey) || keys.secretKey;
  return keyOf(given) ?? keyOf(config);
}
