/** A single operation as a function of a client: what `bailiff/api/<resource>` exports. */
import { readOperation } from './operation.js';
import type { BackendClient } from './values.js';

export type Call = (client: BackendClient, ...args: unknown[]) => unknown;

export const operation =
  (name: string, code: string): Call =>
  (client, ...args) =>
    client.call(readOperation(name, code), args);

/**
 * Makes the operations of one resource, whose paths all begin with `base`. In a code `~` stands for the action in snake case,
 * `^` for the same without its first word: `/users` and `deleteProfileImage=oD/*^` mean `DELETE /users/{user_id}/profile_image`.
 *
 * The type comes from the document, at the place where the generated code declares the constant.
 */
export function within(make: (name: string, code: string) => Call, resource: string, base: string) {
  return <F>(action: string, code: string): F => {
    const words = action.replace(/[A-Z]/g, (letter) => '_' + letter.toLowerCase());
    const full = code
      .replace(/[A-Z]/, '$&' + base)
      .replace('~', '/' + words)
      .replace('^', '/' + words.replace(/.*?_/, ''));
    return make(resource + '.' + action, full) as F;
  };
}
