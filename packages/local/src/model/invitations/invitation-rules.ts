/** What invitations to the application and to organizations share. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ApiError } from '../records/api-error.js';
import { refusal } from '../records/refusals.js';

/** The status by now: a pending invitation expires. */
export function expiringStatus<Status extends string>(
  state: InstanceState,
  row: { readonly status: Status; readonly expires_at: number },
): Status | 'expired' {
  return row.status === 'pending' && row.expires_at <= state.now() ? 'expired' : row.status;
}

export function duplicateInvitation(addresses: readonly string[]): ApiError {
  return refusal('duplicate_record', `These addresses have pending invitations already: ${addresses.join(', ')}.`, {
    meta: { email_addresses: addresses },
  });
}

/** Addresses that one request names twice. */
export const repeatedIn = (addresses: readonly string[]): readonly string[] =>
  addresses.filter((address, index) => addresses.indexOf(address) !== index);
