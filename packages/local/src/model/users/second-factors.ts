/** Whether a user has a second factor. */
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';

/** An authenticator app, or a verified phone number that is kept for it; backup codes alone are none. */
export const hasSecondFactor = (state: InstanceState, user: UserRow): boolean =>
  typeof user.totp_secret === 'string' ||
  state
    .table('phone_numbers')
    .by('user_id', user.id)
    .some((number) => number.reserved_for_second_factor === true && number.verification?.status === 'verified');
