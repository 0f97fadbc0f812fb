/** From a method's arguments to one HTTP request. Pure: nothing is sent here. */
import { connectionName, readConnection } from '../ground/connection.js';
import { headerPairs } from '../ground/headers.js';
import { fail } from '../ground/option-checks.js';
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
  /** What an operation's `encode` makes the body of. */
  readonly form: Params | undefined;
}

/**
 * What could lead to another path: nothing, or nothing but dots and blanks, between slashes of either kind. And what proxies on
 * the way may read in one way or the other: an escape, half a surrogate pair.
 */
const UNUSABLE = /(^|[/\\])[\s.]*([/\\]|$)|%[\da-f]{2}|\p{Cs}/iu;

/** @throws InvalidArgumentError, ConfigurationError (no key, or one that this call may not send) */
export function prepareRequest(config: ClientConfig, operation: Operation, args: readonly unknown[]): PreparedRequest {
  const { name, method, input, list } = operation;
  const refuse = (problem: string): never => {
    throw new InvalidArgumentError(`${name}: ${problem}`);
  };

  const rest = [...args];
  const path = operation.path.replaceAll('{}', () => {
    const id = rest.shift();
    return typeof id === 'string' && !UNUSABLE.test(id)
      ? encodeURIComponent(id)
      : refuse('an id is empty, or would change the path.');
  });
  if (input === 'none') rest.unshift(undefined);
  const [params, options = {}] = rest as [Params?, CallOptions?];
  const { query, body, form } = (input === 'both' ? params : { [input]: params }) as Partial<Record<string, Params>>;

  const url = new URL(config.apiUrl + (operation.versioned === false ? '' : '/' + config.apiVersion) + path);
  // `false`, `0` and `''` are sent; only undefined is not.
  for (const [key, value] of Object.entries(query ?? {})) {
    if (key === 'limit' && (value as number) > (list ?? Infinity)) refuse(`\`limit\` is at most ${list}.`);
    const values = [value].flat().filter((item) => item !== undefined) as string[];
    for (const item of values[0] !== undefined && COMMA_ARRAYS.includes(key) ? [values.join()] : values)
      url.searchParams.append(key, item);
  }

  const key = operation.key === 'none' ? '' : chooseKey(config, operation.key === 'machine', options);
  const json = body === undefined || body === null ? null : JSON.stringify(body);
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
  const init = { method, headers, body: json, redirect: 'manual' } as const;
  return { url: url.href, init, options, key, form };
}

/** Keys of a call win, and are checked as the client's are. */
function chooseKey(config: ClientConfig, forMachines: boolean, { secretKey, machineSecretKey }: CallOptions): string {
  const given = readConnection({ secretKey, machineSecretKey: forMachines ? machineSecretKey : null }, {});
  const [own, general] = [given, config].map((keys) => (forMachines && keys.machineSecretKey) || keys.secretKey);
  const key = own ?? general ?? fail(connectionName('secretKey'), 'is not set', 'Set it, or give the call a key.');
  checkKeyStaysSecret(config, given.secretKey ?? config.secretKey);
  return key;
}
