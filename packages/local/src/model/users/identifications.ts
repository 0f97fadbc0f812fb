/** What identifies a user: rows of the parts tables, always unique in the instance, with the user's `primary_*` pointers kept right. */
import type { Row, InstanceState } from '../../state/instance-state.js';
import { readEmailAddress, readPhoneNumber } from '../records/text-formats.js';
import { change, defineResource, find, insert, remove } from '../records/resource.js';
import type { Resource } from '../records/resource.js';
import { invalidValue, taken } from '../records/refusals.js';
import { users } from './user-records.js';

export type IdentificationKind = 'email_address' | 'phone_number' | 'web3_wallet';

interface Kind {
  readonly resource: Resource;
  readonly primary: string;
  readonly read: (value: unknown, paramName?: string) => string;
}

/** Marked as verified by whoever holds the secret key. */
const ADMIN_VERIFICATION = {
  object: 'verification_admin',
  status: 'verified',
  strategy: 'admin',
  attempts: null,
  expire_at: null,
} as const;

export const KINDS: Readonly<Record<IdentificationKind, Kind>> = {
  email_address: {
    resource: defineResource({
      table: 'email_addresses',
      object: 'email_address',
      idPrefix: 'idn',
      component: 'EmailAddress',
    }),
    primary: 'primary_email_address_id',
    read: readEmailAddress,
  },
  phone_number: {
    resource: defineResource({
      table: 'phone_numbers',
      object: 'phone_number',
      idPrefix: 'idn',
      component: 'PhoneNumber',
    }),
    primary: 'primary_phone_number_id',
    read: readPhoneNumber,
  },
  web3_wallet: {
    resource: defineResource({
      table: 'web3_wallets',
      object: 'web3_wallet',
      idPrefix: 'idn',
      component: 'Web3Wallet',
    }),
    primary: 'primary_web3_wallet_id',
    read: String,
  },
};

export const verificationFor = (verified: unknown): unknown => (verified === true ? ADMIN_VERIFICATION : null);

export const isVerified = (row: Row | undefined): boolean =>
  (row?.['verification'] as { status?: unknown } | null | undefined)?.status === 'verified';

/** The text in its stored form. @throws ApiError 422 if it is malformed or somebody has it */
export function readFree(state: InstanceState, kind: IdentificationKind, value: unknown): string {
  const { resource, read } = KINDS[kind];
  const text = read(value, kind);
  if (state.table(resource.table).by(kind, text).length > 0) throw taken(kind);
  return text;
}

/** @throws ApiError 422 if it is malformed or somebody has it */
export function addIdentification(
  state: InstanceState,
  kind: IdentificationKind,
  userId: string,
  value: unknown,
  fields: Readonly<Record<string, unknown>> = {},
): Row {
  const text = readFree(state, kind, value);
  return insert(state, KINDS[kind].resource, {
    user_id: userId,
    [kind]: text,
    reserved: false,
    linked_to: [],
    verification: null,
    ...(kind === 'phone_number' ? { reserved_for_second_factor: false, default_second_factor: false } : {}),
    ...fields,
  });
}

/** @throws ApiError 422 if the identification is not the user's, or not verified */
export function checkPrimary(state: InstanceState, kind: IdentificationKind, userId: string, id: string): void {
  const { resource, primary } = KINDS[kind];
  const row = state.table(resource.table).get(id);
  if (row?.['user_id'] !== userId)
    throw invalidValue(primary, `must be the id of ${kind.replaceAll('_', ' ')} of the user`);
  if (!isVerified(row)) throw invalidValue(primary, 'must be verified');
}

/** Makes the identification primary; tells the webhooks about the user, also when nothing but its parts changed. */
export function settleUser(state: InstanceState, kind: IdentificationKind, row: Row, primary: unknown): void {
  const userId = String(row['user_id']);
  const field = KINDS[kind].primary;
  const user = find(state, users, userId);
  const becomes = primary === true || (isVerified(row) && (user[field] ?? null) === null);
  change(state, users, userId, becomes ? { [field]: row.id } : {});
}

/** If it was primary, the next verified one becomes it. */
export function removeIdentification(
  state: InstanceState,
  kind: IdentificationKind,
  id: string,
): Readonly<Record<string, unknown>> {
  const { resource, primary } = KINDS[kind];
  const row = find(state, resource, id);
  const deleted = remove(state, resource, row);
  const user = find(state, users, String(row['user_id']));
  const next = state
    .table(resource.table)
    .by('user_id', user.id)
    .find((other) => isVerified(other));
  change(state, users, user.id, user[primary] === id ? { [primary]: next?.id ?? null } : {});
  return deleted;
}
