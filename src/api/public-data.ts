/** What of a resource may leave the server. */

/** `T` without `private_metadata`, at every depth. */
export type Public<T> = T extends readonly (infer Item)[]
  ? Public<Item>[]
  : T extends object
    ? { [Key in keyof T as Key extends 'private_metadata' ? never : Key]: Public<T[Key]> }
    : T;

/**
 * A copy of a resource, or of a list of them, without `private_metadata` at any depth: for whatever is sent to a browser.
 * Resources hold it as the API gives it, so `res.json(await api.users.get(id))` would show it.
 *
 * @param value a resource, or anything of JSON that holds some
 * @returns a copy; what JSON cannot hold is lost, as it would be on the way to the browser
 *
 * @example
 * ```ts
 * import { createBackendApi, toPublic } from 'bailiff/api';
 *
 * const api = createBackendApi();
 * const response = Response.json(toPublic(await api.users.get('user_1')));
 * ```
 */
export function toPublic<T>(value: T): Public<T> {
  return JSON.parse(JSON.stringify(value), (key, member: unknown) =>
    key === 'private_metadata' ? undefined : member,
  ) as Public<T>;
}
