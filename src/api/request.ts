/** From a method's arguments to one HTTP request. Pure: nothing is sent here. */
import { ConfigurationError } from '../errors.js';
import { InvalidArgumentError } from './errors.js';
import { DOCUMENT_VERSION, PACKAGE_VERSION } from './generated/meta.js';
import { countIds, type Operation } from './operation.js';
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
  const { flags, method, name } = operation;
  const ids = countIds(operation);
  const bare = flags.includes('o');
  const params = bare ? undefined : (args[ids] as Params | undefined);
  const options: CallOptions = { ...(bare && (args[ids] as CallOptions)), ...(args[ids + 1] as CallOptions) };

  let position = 0;
  const path = operation.path.replace(/\*/g, () => encodeId(args[position++], name));
  const key = chooseKey(config, flags, options);
  const headers = new Headers(options.headers);
  headers.set('Clerk-API-Version', DOCUMENT_VERSION);
  headers.set('User-Agent', `bailiff/${PACKAGE_VERSION}`);
  headers.delete('Authorization');
  if (key) headers.set('Authorization', `Bearer ${key}`);

  let query = '';
  let body: BodyInit | null = null;
  if (params) {
    if (/G|D/.test(method)) query = encodeQuery(operation, params);
    else if (flags.includes('f')) body = encodeForm(params);
    else {
      body = JSON.stringify(params);
      headers.set('Content-Type', 'application/json');
    }
  }
  const version = flags.includes('n') ? '' : `/${config.apiVersion}`;
  // A redirect is never followed: it would carry the key to wherever it points.
  return {
    url: config.apiUrl + version + path + query,
    init: { method, headers, body, redirect: 'manual' },
    options,
    key,
  };
}

/** Empty, `.` or `..` between slashes of either kind; half a surrogate pair. */
const UNUSABLE = /(^|[/\\])\s*\.{0,2}\s*([/\\]|$)|\p{Cs}/u;

/**
 * One path segment. Everything special is encoded, and an id is refused that would lead to another path, however often a
 * proxy on the way decodes it.
 */
function encodeId(id: unknown, name: string): string {
  let text = id;
  while (typeof text === 'string' && !UNUSABLE.test(text)) {
    const decoded = decode(text);
    if (decoded === text) return encodeURIComponent(id as string);
    text = decoded;
  }
  throw new InvalidArgumentError(`${name}: an id is empty, or would change the path.`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `''` for the operation that carries no key. A key that `fetch` would refuse, and quote, is refused here, unquoted. */
function chooseKey(config: ClientConfig, flags: string, options: CallOptions): string {
  if (flags.includes('x')) return '';
  const machine = flags.includes('m');
  const given = (machine && options.machineSecretKey) || options.secretKey || (machine && config.machineSecretKey);
  const key = (given || config.secretKey || '').trim();
  if (/^[!-~]+$/.test(key)) return key;
  throw new ConfigurationError('secretKey', 'The secret key is missing or malformed.', 'Set CLERK_SECRET_KEY.');
}

/** `false`, `0` and `''` are sent; only undefined is not. */
function encodeQuery({ name, flags, commas }: Operation, params: Params): string {
  const maximum = flags.includes('s') ? 100 : 500;
  if (Number(params['limit']) > maximum) throw new InvalidArgumentError(`${name}: \`limit\` is at most ${maximum}.`);
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    const values = ([value].flat() as string[]).filter((item) => item !== undefined);
    for (const item of commas === key && values[0] ? [values.join()] : values) search.append(key, item);
  }
  const text = search.toString();
  return text && `?${text}`;
}

function encodeForm(params: Params): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(params))
    if (value !== undefined)
      form.append(key, typeof value === 'string' || value instanceof Blob ? value : new Blob([value as BlobPart]));
  return form;
}
