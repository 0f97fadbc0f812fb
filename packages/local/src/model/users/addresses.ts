/** Email addresses and phone numbers in the Backend API: creation, changes, replacement, verification. */
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow, Verification } from '../../state/rows.js';
import { queueEmail } from '../instance/emails.js';
import { refusal } from '../records/refusals.js';
import { change, find } from '../records/resource.js';
import {
  addIdentification,
  isVerified,
  kindOf,
  unverified,
  verificationFor,
  type IdentificationFields,
  type IdentificationRow,
} from './identifications.js';
import type { IdentificationKind } from './person.js';
import { users } from './user-records.js';

/** Makes the identification primary where it should be. Webhooks hear of the user also when nothing but the identification changed. */
function updateOwner(
  state: InstanceState,
  kind: IdentificationKind,
  row: IdentificationRow,
  primary: boolean,
  notifies = false,
): void {
  const field = kindOf(kind).primary;
  const user = find(state, users, row.user_id);
  if (primary && notifies)
    notifyOldAddress(
      state,
      user,
      kindOf(kind)
        .resource.tableIn(state)
        .get(user[field] ?? ''),
      row,
    );
  const becomes = primary || (isVerified(row) && (user[field] ?? null) === null);
  change(state, users, user.id, becomes ? { [field]: row.id } : {});
}

/** A message to the address that was primary until now. */
function notifyOldAddress(
  state: InstanceState,
  user: UserRow,
  old: IdentificationRow | undefined,
  now: IdentificationRow,
): void {
  if (typeof old?.email_address !== 'string' || old.id === now.id) return;
  const subject = 'The primary email address has changed';
  const body = `${subject} to ${now.email_address ?? ''}.`;
  queueEmail(state, {
    slug: 'primary_email_address_changed',
    from_email_name: 'noreply',
    to_email_address: old.email_address,
    email_address_id: old.id,
    user_id: user.id,
    subject,
    body,
    body_plain: body,
    data: { new_email_address: now.email_address },
  });
}

/** Fields of a request for an address. Only phone numbers serve as second factor. */
export interface AddressChange {
  readonly verified?: boolean | null | undefined;
  readonly primary?: boolean | null | undefined;
  readonly reserved_for_second_factor?: boolean | null | undefined;
  readonly notify_primary_email_address_changed?: boolean | null | undefined;
}

const secondFactor = ({ reserved_for_second_factor: reserved }: AddressChange): IdentificationFields =>
  typeof reserved === 'boolean' ? { reserved_for_second_factor: reserved } : {};

/** As `POST /email_addresses` and `POST /phone_numbers`. @throws ApiError 400, 404, 422 */
export function createAddress(
  state: InstanceState,
  kind: IdentificationKind,
  userId: string,
  text: string | undefined,
  wishes: AddressChange,
): IdentificationRow {
  const user = find(state, users, userId);
  const verified = wishes.verified === true;
  if (wishes.primary === true && !verified) throw unverified('primary');
  if (wishes.reserved_for_second_factor === true && !verified)
    throw refusal('identification_create_second_factor_unverified');
  const verification = verificationFor(verified);
  const row = addIdentification(state, kind, user.id, text, { verification, ...secondFactor(wishes) });
  updateOwner(state, kind, row, wishes.primary === true, wishes.notify_primary_email_address_changed === true);
  return row;
}

/** As `PATCH /email_addresses/{id}` and `PATCH /phone_numbers/{id}`. @throws ApiError 400, 404, 422 */
export function updateAddress(
  state: InstanceState,
  kind: IdentificationKind,
  id: string,
  wishes: AddressChange,
): IdentificationRow {
  const { resource } = kindOf(kind);
  const before = find(state, resource, id);
  const verified = typeof wishes.verified === 'boolean' ? wishes.verified : isVerified(before);
  if (wishes.primary === true && !verified) throw unverified('primary');
  if (wishes.reserved_for_second_factor === true && !verified)
    throw refusal('identification_update_second_factor_unverified');
  const verification = verified === isVerified(before) ? {} : { verification: verificationFor(verified) };
  const row = change(state, resource, before.id, { ...verification, ...secondFactor(wishes) });
  updateOwner(state, kind, row, wishes.primary === true, wishes.notify_primary_email_address_changed === true);
  return row;
}

/** Fields of a request for an address that replaces all others. */
export interface ReplacementOptions {
  readonly identification_status?: 'verified' | 'reserved' | 'unverified' | undefined;
  readonly notify_primary_email_address_changed?: boolean | null | undefined;
}

/** The address becomes the only one of its kind, and primary: verified, unless something else is asked for. @throws ApiError 422 */
export function replaceAddresses(
  state: InstanceState,
  kind: IdentificationKind,
  user: UserRow,
  value: unknown,
  wishes: ReplacementOptions = {},
): IdentificationRow {
  const { resource, read } = kindOf(kind);
  const table = resource.tableIn(state);
  const text = read(value, kind);
  const own = table.by('user_id', user.id);
  const kept = own.find((row) => row[kind] === text);
  const { identification_status: status = 'verified' } = wishes;
  const fields = { verification: verificationFor(status === 'verified'), reserved: status === 'reserved' };
  const primary = own.find((row) => row.id === user[kindOf(kind).primary]);
  const row = kept ? change(state, resource, kept.id, fields) : addIdentification(state, kind, user.id, text, fields);
  for (const other of own) if (other.id !== row.id) table.delete(other.id);
  updateOwner(state, kind, row, true);
  if (wishes.notify_primary_email_address_changed === true) notifyOldAddress(state, user, primary, row);
  return row;
}

/** Marks an address as verified; the first of its kind becomes primary. */
export function verifyAddress(
  state: InstanceState,
  kind: IdentificationKind,
  id: string,
  verification: Verification,
): IdentificationRow {
  const row = change(state, kindOf(kind).resource, id, { verification });
  updateOwner(state, kind, row, false);
  return row;
}
