/** One-time codes for email addresses and phone numbers, as a backend sends and checks them. Nothing leaves the machine. */
import type { InstanceState } from '../../state/instance-state.js';
import type { AddressVerificationRow, Fields } from '../../state/rows.js';
import { notFound, refusal } from '../records/refusals.js';
import { defineResource, find, insert } from '../records/resource.js';
import { emailAddresses, isVerified, phoneNumbers, updateAddress } from './identifications.js';

const CODE_MS = 10 * 60 * 1000;
const MAX_ATTEMPTS = 3;
/** The code that Clerk's test addresses take. Offline every address is one: nobody could read another code. */
const TEST_CODE = '424242';

const verifications = defineResource('address_verifications', {
  object: 'verification',
  idPrefix: 'ver',
  component: '',
});

const OBJECTS = { email_code: 'verification_email_code', phone_code: 'verification_phone_code' } as const;

export type VerifiableKind = 'email_address' | 'phone_number';

const addressOf = (state: InstanceState, kind: VerifiableKind, id: string) =>
  kind === 'email_address' ? find(state, emailAddresses, id) : find(state, phoneNumbers, id);

/** @throws ApiError 404 */
export function prepareVerification(state: InstanceState, kind: VerifiableKind, id: string): Fields {
  const row = insert(state, verifications, {
    address_id: addressOf(state, kind, id).id,
    strategy: kind === 'email_address' ? 'email_code' : 'phone_code',
    code: TEST_CODE,
    attempts: 0,
    expire_at: state.now() + CODE_MS,
    verified: false,
  });
  return show(state, row);
}

/** A wrong or late code is an answer. @throws ApiError 400, 404 */
export function attemptVerification(
  state: InstanceState,
  kind: VerifiableKind,
  id: string,
  { verification_id: verificationId, code }: { readonly verification_id: string; readonly code: string },
): Fields {
  const address = addressOf(state, kind, id);
  const table = state.table('address_verifications');
  const row = table.get(verificationId);
  if (row?.address_id !== address.id) throw notFound('verification', verificationId, 'verification_id');
  if (row.verified) throw refusal('verification_already_verified');
  if (statusOf(state, row) !== 'unverified') return show(state, row);
  const verified = code === row.code;
  const tried = table.update(row.id, { verified, attempts: row.attempts + 1, updated_at: state.now() }) ?? row;
  if (verified && !isVerified(address)) updateAddress(state, kind, address.id, { verified: true });
  return show(state, tried);
}

function statusOf(state: InstanceState, row: AddressVerificationRow): string {
  if (row.verified) return 'verified';
  if (row.attempts >= MAX_ATTEMPTS) return 'failed';
  return row.expire_at <= state.now() ? 'expired' : 'unverified';
}

const show = (state: InstanceState, row: AddressVerificationRow): Fields => ({
  object: OBJECTS[row.strategy],
  id: row.id,
  status: statusOf(state, row),
  strategy: row.strategy,
  attempts: row.attempts,
  expire_at: row.expire_at,
  ...(row.strategy === 'phone_code' ? { channel: 'sms' } : {}),
});
