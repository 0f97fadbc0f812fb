/** Email addresses, phone numbers and wallets: unique in the instance; the user's `primary_*` fields point at one of each kind. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, Verification } from '../../state/rows.js';
import type { ApiError } from '../records/api-error.js';
import { refusal, taken } from '../records/refusals.js';
import { change, defineResource, find, insert, remove, type Resource } from '../records/resource.js';
import { readEmailAddress, readPhoneNumber, readWeb3Wallet } from '../records/text-formats.js';
import type { Recipient } from '../verification/messages.js';
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
  verification: Verification | null;
  reserved_for_second_factor?: boolean;
  default_second_factor?: boolean;
  updated_at?: number;
};

/** What an identification may have besides its text. */
export interface IdentificationFields {
  readonly verification?: IdentificationRow['verification'];
  readonly reserved?: boolean;
  readonly reserved_for_second_factor?: boolean;
}

export interface Kind {
  readonly resource: Resource<IdentificationRow>;
  readonly primary: 'primary_email_address_id' | 'primary_phone_number_id' | 'primary_web3_wallet_id';
  readonly read: (value: unknown, paramName?: string) => string;
}

// The three resources differ in the field that holds the text, which is the name of the kind.
const asKind = (resource: object): Resource<IdentificationRow> => resource as Resource<IdentificationRow>;

const KINDS: Readonly<Record<IdentificationKind, Kind>> = {
  email_address: { resource: asKind(emailAddresses), primary: 'primary_email_address_id', read: readEmailAddress },
  phone_number: { resource: asKind(phoneNumbers), primary: 'primary_phone_number_id', read: readPhoneNumber },
  web3_wallet: { resource: asKind(web3Wallets), primary: 'primary_web3_wallet_id', read: readWeb3Wallet },
};

/** The resource, the primary field and the reader of a kind. */
export const kindOf = (kind: IdentificationKind): Kind => KINDS[kind];

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
export function readUnused(state: InstanceState, kind: IdentificationKind, value: unknown): string {
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
  const text = readUnused(state, kind, value);
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

/** 422: only a verified identification can be primary. */
export const unverified = (paramName: string): ApiError =>
  refusal('form_verification_needed', 'Only what is verified can be primary.', { paramName });

/** Kinds to which something can be sent. */
export type VerifiableKind = 'email_address' | 'phone_number';

/** An address or number, and where messages to it go. @throws ApiError 404 */
export function recipientOf(
  state: InstanceState,
  kind: VerifiableKind,
  id: string,
): { readonly row: IdentificationRow; readonly recipient: Recipient } {
  const row = find(state, KINDS[kind].resource, id);
  const channel = kind === 'email_address' ? 'email' : 'sms';
  return { row, recipient: { channel, to: row[kind] ?? '', identificationId: row.id, userId: row.user_id } };
}

/** If it was primary, the next verified one becomes primary. */
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
