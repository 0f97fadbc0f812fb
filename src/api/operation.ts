/**
 * Operations as text, as scripts/lib/operation-code.mjs writes them.
 *
 * A scope is a resource: its name, and after colons what all of its paths begin with (where that is not `/name`) and the flags
 * that all of its operations have. A resource whose paths begin differently has several.
 * A row is an operation: its name, a letter for the method, flags, the rest of the path, and after `?` the array that the
 * query joins with commas. Names are in snake case. In the path
 *
 * | | |
 * |---|---|
 * | `*` | is an id |
 * | `~` | is `/the_name` |
 * | `^` | is `/the_name` without its first word |
 *
 * and the flags are
 *
 * | | |
 * |---|---|
 * | `l`, `s` | a list in pages of at most 500, or of at most 100 |
 * | `p` | `paginated=true` gives the list its envelope, with the total |
 * | `o` | takes neither query nor body: call options follow the ids |
 * | `u` | unsafe to repeat |
 * | `f` | the body is a form with a file |
 * | `n` | no version in the path |
 * | `m` | prefers the machine's secret key |
 * | `x` | carries no key at all, and is answered by a page |
 *
 * A row that is a mere name means what {@link USUAL} says for its first word. So `users` with `set_profile_imagePf*^` is
 * `POST /users/{id}/profile_image`, and `api_keys:/api_keys:n` with `get` is `GET /api_keys/{id}`, unversioned.
 */
export interface Operation {
  /** `users.get` */
  readonly name: string;
  readonly flags: string;
  readonly method: string;
  /** What stands before, between and after the ids. */
  readonly path: readonly string[];
  /** How many ids come before the object and the call options. */
  readonly ids: number;
  /** Name of the array that is joined with commas; empty if there is none. */
  readonly commas: string;
}

const METHODS: Readonly<Record<string, string>> = { G: 'GET', P: 'POST', U: 'PUT', A: 'PATCH', D: 'DELETE' };
const USUAL: Readonly<Record<string, string>> = {
  list: 'Gl',
  create: 'Pu',
  get: 'Go*^',
  update: 'A*^',
  delete: 'Do*^',
};
const USUAL_ACTION = 'Po*~';

export function readOperation(scope: string, row: string): Operation {
  const [resource, base = '/' + resource, shared = ''] = scope.split(':') as [string, string?, string?];
  const [, action, first, others, code] = match(/(([a-z]+)_?([^A-Z]*))(.*)/, row);
  const [, letter, flags, rest, commas] = match(/(.)([a-z]*)([^?]*).?(.*)/, code || USUAL[first] || USUAL_ACTION);
  const path = (base + rest.replace('~', '/' + action).replace('^', others && '/' + others)).split('*');
  return {
    name: camel(resource + '.' + action),
    ...{ method: METHODS[letter]!, flags: flags + shared, path, ids: path.length - 1, commas },
  };
}

/** The groups of an expression that matches whatever the generator writes. */
const match = (expression: RegExp, text: string) =>
  expression.exec(text) as unknown as [string, string, string, string, string];

export const camel = (text: string): string => text.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
