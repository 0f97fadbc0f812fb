/** Headers as frameworks, gateways and people write them, read in one way: names have no case (RFC 9110, section 5.1). */
import { tagOf } from './realm.js';

/** Headers of an answer, in order. A name may come several times. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[];

type HeaderValue = string | readonly string[] | null | undefined;

/**
 * A Web `Headers` (of any realm or polyfill), an object with names in any case and lists where a header came several
 * times, or a list (or `Map`) of pairs.
 */
export type HeaderFields =
  Headers | Iterable<readonly [name: string, value: HeaderValue]> | Readonly<Record<string, HeaderValue>>;

/** The same, or a look-up. */
export type HeaderSource = HeaderFields | ((name: string) => string | null | undefined);

/** Asked for a name in lower case. Null: there is no such header. */
export type HeaderLookup = (name: string) => string | null;

/** By shape, so that `Headers` of another realm are headers too. A `Map` has `get` as well, and minds the case of names. */
export function isWebHeaders(source: unknown): source is Headers {
  if (typeof source !== 'object' || source === null) return false;
  const { get } = source as { get?: unknown };
  return typeof get === 'function' && tagOf(source) !== '[object Map]';
}

export function headerLookup(source: HeaderSource | null | undefined): HeaderLookup {
  if (typeof source === 'function') return (name) => source(name) ?? null;
  if (isWebHeaders(source)) return (name) => source.get(name);
  const values = new Map<string, string>();
  for (const [name, value] of headerPairs(source)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : before + separatorOf(name) + value);
  }
  return (name) => values.get(name) ?? null;
}

/** Several lines of one header are one list (RFC 9110, section 5.3), but for cookies (RFC 9113, section 8.2.3). */
const separatorOf = (name: string): string => (name === 'cookie' ? '; ' : ', ');

/** Each line of the headers, with its name in lower case. What is inherited is no header. */
export function* headerPairs(
  source: HeaderFields | null | undefined,
): Iterable<readonly [name: string, value: string]> {
  if (source === null || source === undefined) return;
  const isIterable = (source as Partial<Iterable<unknown>>)[Symbol.iterator];
  for (const [name, value] of (isIterable ? source : Object.entries(source)) as Iterable<[string, HeaderValue]>) {
    if (value === null || value === undefined) continue;
    // By its type it is text, but a host of functions may put a number there (serverless-http: `content-length`).
    for (const line of [value].flat()) yield [name.toLowerCase(), String(line)];
  }
}
