/** What the Backend API does with email addresses and phone numbers: creation, changes, replacement, verification. */
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow, Verification } from '../../state/rows.js';
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

/** Makes the identification primary; tells the webhooks about the user, also when nothing but its parts changed. */
function settleUser(
  state: InstanceState,
  kind: IdentificationKind,
  row: IdentificationRow,
  primary: boolean,
  tells = false,
): void {
  const field = kindOf(kind).primary;
  const user = find(state, users, row.user_id);
  if (primary && tells)
    tellOldAddress(
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
function tellOldAddress(
  state: InstanceState,
  user: UserRow,
  old: IdentificationRow | undefined,
  now: IdentificationRow,
): void {
  if (typeof old?.email_address !== 'string' || old.id === now.id) return;
  state.emit('email.created', {
    object: 'email',
    id: state.id('ema'),
    slug: 'primary_email_address_changed',
    to_email_address: old.email_address,
    user_id: user.id,
    subject: 'The primary email address has changed',
    body: '',
    status: 'queued',
    data: { new_email_address: now.email_address },
    delivered_by_clerk: true,
  });
}

/** What an operation says of an address. Only phone numbers serve as second factor. */
export interface AddressWishes {
  readonly verified?: boolean | null | undefined;
  readonly primary?: boolean | null | undefined;
  readonly reserved_for_second_factor?: boolean | null | undefined;
  readonly notify_primary_email_address_changed?: boolean | null | undefined;
}

const secondFactor = ({ reserved_for_second_factor: reserved }: AddressWishes): IdentificationFields =>
  typeof reserved === 'boolean' ? { reserved_for_second_factor: reserved } : {};

/** As `POST /email_addresses` and `POST /phone_numbers`. @throws ApiError 400, 404, 422 */
export function createAddress(
  state: InstanceState,
  kind: IdentificationKind,
  userId: string,
  text: string | undefined,
  wishes: AddressWishes,
): IdentificationRow {
  const user = find(state, users, userId);
  const verified = wishes.verified === true;
  if (wishes.primary === true && !verified) throw unverified('primary');
  if (wishes.reserved_for_second_factor === true && !verified)
    throw refusal('identification_create_second_factor_unverified');
  const verification = verificationFor(verified);
  const row = addIdentification(state, kind, user.id, text, { verification, ...secondFactor(wishes) });
  settleUser(state, kind, row, wishes.primary === true, wishes.notify_primary_email_address_changed === true);
  return row;
}

/** As `PATCH /email_addresses/{id}` and `PATCH /phone_numbers/{id}`. @throws ApiError 400, 404, 422 */
export function updateAddress(
  state: InstanceState,
  kind: IdentificationKind,
  id: string,
  wishes: AddressWishes,
): IdentificationRow {
  const { resource } = kindOf(kind);
  const before = find(state, resource, id);
  const verified = typeof wishes.verified === 'boolean' ? wishes.verified : isVerified(before);
  if (wishes.primary === true && !verified) throw unverified('primary');
  if (wishes.reserved_for_second_factor === true && !verified)
    throw refusal('identification_update_second_factor_unverified');
  const verification = verified === isVerified(before) ? {} : { verification: verificationFor(verified) };
  const row = change(state, resource, before.id, { ...verification, ...secondFactor(wishes) });
  settleUser(state, kind, row, wishes.primary === true, wishes.notify_primary_email_address_changed === true);
  return row;
}

/** What an operation says of an address that takes the place of all others. */
export interface ReplacementWishes {
  readonly identification_status?: 'verified' | 'reserved' | 'unverified' | undefined;
  readonly notify_primary_email_address_changed?: boolean | null | undefined;
}

/** The address becomes the only one of its kind, and primary: verified, unless something else is asked for. @throws ApiError 422 */
export function replaceAddresses(
  state: InstanceState,
  kind: IdentificationKind,
  user: UserRow,
  value: unknown,
  wishes: ReplacementWishes = {},
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
  settleUser(state, kind, row, true);
  if (wishes.notify_primary_email_address_changed === true) tellOldAddress(state, user, primary, row);
  return row;
}

/** Somebody has shown to hold the address; the user's first of its kind becomes primary. */
export function verifyAddress(
  state: InstanceState,
  kind: IdentificationKind,
  id: string,
  verification: Verification,
): IdentificationRow {
  const row = change(state, kindOf(kind).resource, id, { verification });
  settleUser(state, kind, row, false);
  return row;
}
