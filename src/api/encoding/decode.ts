/**
 * All operations as one text: the generator writes it (`encode.ts`), `createBackendApi` reads it (this file), and nothing else
 * knows how it is written. Outside of this folder all code handles an {@link Operation}, and the modules of single resources
 * hold nothing else. The reason is size: with a readable row for each operation `createBackendApi` would be larger by 26 % (rows as
 * text) to 29 % (rows as objects), measured after gzip. The order of scopes and rows means nothing: the generator chooses the one that
 * compresses best.
 *
 * What many operations have in common is a **kind**, a part of an {@link Operation} that is known by a capital letter:
 *
 * | kind |                                                   |
 * | ---- | ------------------------------------------------- |
 * | `L`  | `{ method: 'GET', input: 'query', list: 500 }`    |
 * | `C`  | `{ method: 'POST', input: 'body', retry: false }` |
 * | `G`  | `{ method: 'GET', input: 'none' }`                |
 * | `U`  | `{ method: 'PATCH', input: 'body' }`              |
 * | `D`  | `{ method: 'DELETE', input: 'none' }`             |
 * | `P`  | `{ method: 'POST', input: 'body' }`               |
 * | `N`  | `{ versioned: false }`                            |
 * | …    | as `generated/table.ts` lists them                |
 *
 * A **scope** is a resource, `name[KIND][base]`. The kind is what its operations have beside their own. The base is what their
 * paths begin with; `/name` if it is absent. A resource whose paths begin in several ways, or whose operations take several
 * keys, has several scopes of one name.
 *
 * A **row** is an operation of the scope, `name[KIND][path]`. What is absent is usual for the first letter of the name: the kind of
 * that letter, or `P` where there is none; and the path of a list or a creation (`l`, `c`: the base), of what is done to one thing
 * (`g`, `u`, `d`: `:.`), or of any other action (`:~`).
 * In the path, `:` is an id (with the slash before it), `~` is `/name`, and `.` is `/name` without its first word. A slash at
 * the end is dropped: `/` alone is the base itself. Names are in snake case.
 *
 * | scope               | row                    | operation                                                             |
 * | ------------------- | ---------------------- | --------------------------------------------------------------------- |
 * | `users`             | `list`                 | `users.list` GET `/users` query, list of 500                          |
 * | `users`             | `create`               | `users.create` POST `/users` body, no retry                           |
 * | `users`             | `delete_profile_image` | `users.deleteProfileImage` DELETE `/users/{}/profile_image` none      |
 * | `users`             | `verify_password`      | `users.verifyPassword` POST `/users/{}/verify_password` body          |
 * | `users`             | `mergeU:.`             | `users.merge` PATCH `/users/{}` body                                  |
 * | `users`             | `bulk_ban.`            | `users.bulkBan` POST `/users/ban` body                                |
 * | `users`             | `get_all/`             | `users.getAll` GET `/users` none                                      |
 * | `api_keysN`         | `verify~`              | `apiKeys.verify` POST `/api_keys/verify` body, unversioned            |
 * | `settings/instance` | `change_domainC~`      | `settings.changeDomain` POST `/instance/change_domain` body, no retry |
 */
import type { Operation } from '../operation.js';

export type Kinds = Readonly<Record<string, Partial<Operation>>>;

export function decodeOperation(kinds: Kinds, scope: string, row: string): Operation {
  const [, resource, shared, base] = split(scope);
  const [, action, kind, path] = split(row);
  const usualPath = /^[lc]/.test(action) ? '' : /^[gud]/.test(action) ? ':.' : ':~';
  return {
    ...(kinds[kind || action[0]!.toUpperCase()] ?? kinds['P']),
    ...kinds[shared],
    name: camel(resource + '.' + action),
    path: ((base || '/' + resource) + (path || usualPath))
      .replace('~', '/' + action)
      .replace('.', action.replace(/[^_]+_?/, '/'))
      .replace(/\/$/, '')
      .replaceAll(':', '/{}'),
  } as Operation;
}

/** The name that callers know a scope or a row by. */
export const nameOf = (text: string): string => camel(split(text)[1]);

type Parts = [whole: string, name: string, kind: string, path: string];

/** The encoder writes nothing that does not match. */
const split = (text: string) => /([a-z_\d]*)([A-Z]?)(.*)/.exec(text) as unknown as Parts;

const camel = (text: string): string => text.replace(/_./g, ([, letter]) => letter!.toUpperCase());
