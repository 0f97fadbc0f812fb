/** One-time codes for email addresses and phone numbers, as a backend sends and checks them: beside what the address itself says of its verification. */
import type { InstanceState } from '../../state/instance-state.js';
import type { AddressVerificationRow, Fields } from '../../state/rows.js';
import { notFound } from '../records/refusals.js';
import { defineResource, insert } from '../records/resource.js';
import { attemptCode, sendCode, statusOf } from '../verification/verification.js';
import { verifyAddress } from './addresses.js';
import { isVerified, recipientOf, type VerifiableKind } from './identifications.js';

const verifications = defineResource('address_verifications', {
  object: 'verification',
  idPrefix: 'ver',
  component: '',
});

const STRATEGIES = { email_address: 'email_code', phone_number: 'phone_code' } as const;

/** @throws ApiError 404 */
export function prepareAddressVerification(state: InstanceState, kind: VerifiableKind, id: string): Fields {
  const { row: address, recipient } = recipientOf(state, kind, id);
  const verification = sendCode(state, STRATEGIES[kind], recipient);
  return show(state, insert(state, verifications, { address_id: address.id, verification }));
}

/** A wrong or late code is an answer. @throws ApiError 400, 404 */
export function attemptAddressVerification(
  state: InstanceState,
  kind: VerifiableKind,
  id: string,
  { verification_id: verificationId, code }: { readonly verification_id: string; readonly code: string },
): Fields {
  const { row: address } = recipientOf(state, kind, id);
  const table = state.table('address_verifications');
  const row = table.get(verificationId);
  if (row?.address_id !== address.id) throw notFound('verification', verificationId, 'verification_id');
  if (/expired|failed/.test(statusOf(state, row.verification))) return show(state, row);
  const { verification } = attemptCode(state, row.verification, code);
  const tried = table.update(row.id, { verification, updated_at: state.now() }) ?? row;
  if (verification.status === 'verified' && !isVerified(address)) verifyAddress(state, kind, address.id, verification);
  return show(state, tried);
}

const show = (state: InstanceState, { id, verification }: AddressVerificationRow): Fields => ({
  object: `verification_${verification.strategy}`,
  id,
  status: statusOf(state, verification),
  strategy: verification.strategy,
  attempts: verification.attempts,
  expire_at: verification.expire_at,
  ...(verification.strategy === 'phone_code' ? { channel: 'sms' } : {}),
});
