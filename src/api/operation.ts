/**
 * An operation in a few characters: flags, a letter for the method, the path with `*` for each id, and after `?` the array
 * that the query joins with commas. `nG/api_keys/*` is GET /api_keys/{id}, unversioned.
 *
 * | flag | |
 * |---|---|
 * | `l`, `s` | a list in pages of at most 500, or of at most 100 |
 * | `p` | `paginated=true` gives the list its envelope, with the total |
 * | `o` | takes neither query nor body: call options follow the ids |
 * | `i` | a POST that may be repeated |
 * | `f` | the body is a form with a file |
 * | `n` | no version in the path |
 * | `m` | prefers the machine's secret key |
 * | `x` | carries no key at all |
 */
export interface Operation {
  /** `users.get` */
  readonly name: string;
  readonly flags: string;
  readonly method: string;
  readonly path: string;
  /** Name of the array that is joined with commas; empty if there is none. */
  readonly commas: string;
}

const METHODS: Readonly<Record<string, string>> = { G: 'GET', P: 'POST', U: 'PUT', A: 'PATCH', D: 'DELETE' };

export function readOperation(name: string, code: string): Operation {
  const [, flags, letter, path, commas] = /(.*?)([A-Z])([^?]*).?(.*)/.exec(code) as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  return { name, flags, method: METHODS[letter]!, path, commas };
}

/** How many ids come before the object and the call options. */
export const countIds = (operation: Operation): number => operation.path.split('*').length - 1;
