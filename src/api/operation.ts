/**
 * Operations as text, as scripts/lib/operation-code.mjs writes them.
 *
 * A scope is a resource: its name, the flags that all of its operations have, and what all of their paths begin with (where
 * that is not `/the_name`). A resource whose paths begin differently has several.
 * A row is an operation: its name, the method, flags, and the rest of the path. A part that is absent is the {@link USUAL} one
 * for the first word of the name. Names are in snake case. In the path
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
 * | `L`, `S`, `E` | a list |
 * | `S` | in pages of at most 100 instead of 500 |
 * | `E` | to which `paginated=true` gives an envelope with the total |
 * | `O` | takes neither query nor body: call options follow the ids |
 * | `U` | unsafe to repeat |
 * | `F` | the body is a form with a file (`file`) |
 * | `B` | nothing of all this, where something is usual |
 * | `N` | no version in the path |
 * | `M` | prefers the machine's secret key |
 * | `X` | carries no key at all, and is answered by a page |
 * | `R` | takes `{ query, body }`: no operation of the document, but any request |
 *
 * So `users` with `delete_profile_image` is `DELETE /users/{id}/profile_image`, with `set_profile_imageF*^` it is
 * `POST /users/{id}/profile_image` with a file, and `api_keysN` with `get` is `GET /api_keys/{id}`, unversioned.
 */
export interface Operation {
  /** `users.get` */
  readonly name: string;
  readonly flags: string;
  readonly method: string;
  /** With `*` for each id. */
  readonly path: string;
  /** Makes the body of parameters that are no JSON. */
  readonly encode?: Encode;
}

/** @param signal aborts when the body is no longer wanted */
export type Encode = (
  params: Readonly<Record<string, unknown>> | undefined,
  name: string,
  signal: AbortSignal,
) => Promise<{ readonly body: Uint8Array; readonly type: string }>;

const USUAL: Readonly<Record<string, string>> = {
  list: 'GETL',
  create: 'POSTU',
  get: 'GETO*^',
  update: 'PATCH*^',
  delete: 'DELETEO*^',
};

export function readOperation(scope: string, row: string): Operation {
  const [, resource, , shared, base] = split(scope);
  const [, action, method, flags, path] = split(row);
  const [first, others] = action.split(/_(.*)/) as [string, string?];
  const [, , usualMethod, usualFlags, usualPath] = split(USUAL[first] ?? 'POST*~');
  return {
    name: camel(resource + '.' + action),
    method: method || usualMethod,
    flags: (flags || usualFlags) + shared,
    path:
      (base || '/' + resource) +
      (path || usualPath).replace('~', '/' + action).replace('^', others ? '/' + others : ''),
  };
}

/** The name that callers know a scope or a row by. */
export const nameOf = (text: string): string => camel(split(text)[1]);

type Parts = [whole: string, name: string, method: string, flags: string, path: string];

/** The generator writes nothing that does not match. */
const split = (text: string) => /([a-z_\d]*)(GET|POST|PUT|PATCH|DELETE|)([A-Z]*)(.*)/.exec(text) as unknown as Parts;

const camel = (text: string): string => text.replace(/_./g, ([, letter]) => letter!.toUpperCase());
