/** What applications work out of a user. */
import type { EmailAddress, User } from './generated/types.js';

/**
 * First and last name, with a space between; null for a user who has given neither.
 *
 * @example
 * ```ts
 * import { createBackendApi, fullName } from 'bailiff/api';
 *
 * const user = await createBackendApi().users.get('user_1');
 * console.log(fullName(user) ?? user.username);
 * ```
 */
export function fullName(user: Pick<User, 'first_name' | 'last_name'>): string | null {
  const names = [user.first_name, user.last_name].map((name) => name?.trim()).filter(Boolean);
  return names.length === 0 ? null : names.join(' ');
}

/**
 * The email address that the user has chosen as the primary one; null if there is none. Whether it has been verified stands in its
 * `verification`.
 *
 * @example
 * ```ts
 * import { createBackendApi, primaryEmailAddress } from 'bailiff/api';
 *
 * const user = await createBackendApi().users.get('user_1');
 * const primary = primaryEmailAddress(user);
 * if (primary?.verification?.status === 'verified') console.log(primary.email_address);
 * ```
 */
export function primaryEmailAddress(
  user: Pick<User, 'primary_email_address_id' | 'email_addresses'>,
): EmailAddress | null {
  const { primary_email_address_id: id, email_addresses: addresses } = user;
  return (id !== null && addresses.find((address) => address.id === id)) || null;
}
