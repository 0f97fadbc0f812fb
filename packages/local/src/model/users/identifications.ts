/** What identifies a user: rows that are always unique in the instance, with the user's `primary_*` pointers kept right. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, UserRow } from '../../state/rows.js';
import { refusal, taken } from '../records/refusals.js';
import { change, defineResource, find, insert, remove, type Resource } from '../records/resource.js';
import { readEmailAddress, readPhoneNumber, readWeb3Wallet } from '../records/text-formats.js';
import type { IdentificationKind } from './person.js';
import { users } from './user-records.js';

export type { IdentificationKind } from './person.js';

export const emailAddresses = defineResource('email_addresses', {
  object: 'email_address',
  idPrefix: 'idn',
  component: 'EmailAddress',
});

export const phoneNumbers = defineResource('phone_numbers', {
  object: 'phone_number',
  idPrefix: 'idn',
  component: 'PhoneNumber',
});

const web3Wallets = defineResource('web3_wallets', { object: 'web3_wallet', idPrefix: 'idn', component: 'Web3Wallet' });

/** A row of any kind, as far as the kinds are alike; its text is in the field that has the name of its kind. */
export type IdentificationRow = {
  id: string;
  object: string;
  user_id: string;
  email_address?: string;
  phone_number?: string;
  web3_wallet?: string;
  reserved?: boolean;
  /** Whether an enterprise connection takes the address; nobody signs in through one here. */
  matches_sso_connection?: boolean;
  linked_to?: readonly unknown[];
  verification: Fields | null;
  reserved_for_second_factor?: boolean;
  default_second_factor?: boolean;
};

/** What an identification may have besides its text. */
export interface IdentificationFields {
  readonly verification?: IdentificationRow['verification'];
  readonly reserved?: boolean;
  readonly reserved_for_second_factor?: boolean;
}

interface Kind {
  readonly resource: Resource<IdentificationRow>;
  readonly primary: 'primary_email_address_id' | 'primary_phone_number_id' | 'primary_web3_wallet_id';
  readonly read: (value: unknown, paramName?: string) => string;
}

// The three resources differ in the field that holds the text, which is the name of the kind.
const alike = (resource: object): Resource<IdentificationRow> => resource as Resource<IdentificationRow>;

const KINDS: Readonly<Record<IdentificationKind, Kind>> = {
  email_address: { resource: alike(emailAddresses), primary: 'primary_email_address_id', read: readEmailAddress },
  phone_number: { resource: alike(phoneNumbers), primary: 'primary_phone_number_id', read: readPhoneNumber },
  web3_wallet: { resource: alike(web3Wallets), primary: 'primary_web3_wallet_id', read: readWeb3Wallet },
};

export const KIND_NAMES: readonly IdentificationKind[] = ['email_address', 'phone_number', 'web3_wallet'];

/** The field of a user that points at the primary identification of a kind. */
export const primaryField = (kind: IdentificationKind): Kind['primary'] => KINDS[kind].primary;

/** Marked as verified by whoever holds the secret key. */
export const verificationFor = (verified: boolean): IdentificationRow['verification'] =>
  verified
    ? { object: 'verification_admin', status: 'verified', strategy: 'admin', attempts: null, expire_at: null }
    : null;

export const isVerified = (
  row: { readonly verification?: { readonly status?: unknown } | null } | undefined,
): boolean => row?.verification?.status === 'verified';

/** The text in its stored form. @throws ApiError 422 if it is malformed or another user has it */
export function readFree(state: InstanceState, kind: IdentificationKind, value: unknown): string {
  const { resource, read } = KINDS[kind];
  const text = read(value, kind);
  if (resource.tableIn(state).by(kind, text).length > 0) throw taken(kind);
  return text;
}

/** @throws ApiError 422 if it is malformed or another user has it */
export function addIdentification(
  state: InstanceState,
  kind: IdentificationKind,
  userId: string,
  value: unknown,
  fields: IdentificationFields = {},
): IdentificationRow {
  const text = readFree(state, kind, value);
  return insert(state, KINDS[kind].resource, {
    user_id: userId,
    [kind]: text,
    reserved: false,
    linked_to: [],
    verification: null,
    ...(kind === 'email_address' ? { matches_sso_connection: false } : {}),
    ...(kind === 'phone_number' ? { reserved_for_second_factor: false, default_second_factor: false } : {}),
    ...fields,
  });
}

/** @throws ApiError 422 if the identification is not the user's, or not verified */
export function checkPrimary(state: InstanceState, kind: IdentificationKind, userId: string, id: string): void {
  const { resource, primary } = KINDS[kind];
  const row = resource.tableIn(state).get(id);
  if (row?.user_id !== userId)
    throw refusal('form_resource_not_found', `The user has no ${kind.replaceAll('_', ' ')} ${id}.`, {
      paramName: primary,
    });
  if (!isVerified(row)) throw unverified(primary);
}

const unverified = (paramName: string) =>
  refusal('form_verification_needed', 'Only what is verified can be primary.', { paramName });

/** Makes the identification primary; tells the webhooks about the user, also when nothing but its parts changed. */
function settleUser(
  state: InstanceState,
  kind: IdentificationKind,
  row: IdentificationRow,
  primary: boolean,
  tells = false,
): void {
  const field = KINDS[kind].primary;
  const user = find(state, users, row.user_id);
  if (primary && tells) tellOldAddress(state, user, KINDS[kind].resource.tableIn(state).get(user[field] ?? ''), row);
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
  const { resource } = KINDS[kind];
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
  const { resource, read } = KINDS[kind];
  const table = resource.tableIn(state);
  const text = read(value, kind);
  const own = table.by('user_id', user.id);
  const kept = own.find((row) => row[kind] === text);
  const { identification_status: status = 'verified' } = wishes;
  const fields = { verification: verificationFor(status === 'verified'), reserved: status === 'reserved' };
  const primary = own.find((row) => row.id === user[KINDS[kind].primary]);
  const row = kept ? change(state, resource, kept.id, fields) : addIdentification(state, kind, user.id, text, fields);
  for (const other of own) if (other.id !== row.id) table.delete(other.id);
  settleUser(state, kind, row, true);
  if (wishes.notify_primary_email_address_changed === true) tellOldAddress(state, user, primary, row);
  return row;
}

/** If it was primary, the next verified one becomes it. */
export function removeIdentification(state: InstanceState, kind: IdentificationKind, id: string): Fields {
  const { resource, primary } = KINDS[kind];
  const row = find(state, resource, id);
  const deleted = remove(state, resource, row);
  const user = find(state, users, row.user_id);
  const next = resource
    .tableIn(state)
    .by('user_id', user.id)
    .find((other) => isVerified(other));
  change(state, users, user.id, user[primary] === id ? { [primary]: next?.id ?? null } : {});
  return deleted;
}
