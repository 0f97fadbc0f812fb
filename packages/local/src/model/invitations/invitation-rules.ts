/** What invitations to the application and to organizations share. */
import type { InstanceState } from '../../state/instance-state.js';
import { ApiError } from '../records/api-error.js';

export const DAY_MS = 86_400_000;

/** The status by the clock: what nobody accepted or revoked expires. */
export function expiringStatus<Status extends string>(
  state: InstanceState,
  row: { readonly status: Status; readonly expires_at: number },
): Status | 'expired' {
  return row.status === 'pending' && row.expires_at <= state.now() ? 'expired' : row.status;
}

export function duplicateInvitation(addresses: readonly string[]): ApiError {
  return new ApiError(400, 'duplicate_record', 'duplicate invitation', {
    longMessage: `There are already pending invitations for the following email addresses: ${addresses.join(', ')}`,
    meta: { email_addresses: addresses },
  });
}

/** @throws ApiError 400 if one request names an address twice */
export function refuseRepeated(addresses: readonly string[]): void {
  const twice = addresses.filter((address, index) => addresses.indexOf(address) !== index);
  if (twice.length > 0) throw duplicateInvitation(twice);
}
