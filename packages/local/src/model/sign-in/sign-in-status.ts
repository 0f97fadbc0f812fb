/**
 * The status and the view of a sign-in attempt. The status is never stored: it follows from what has been given and verified so far.
 *
 *     needs_identifier -> needs_first_factor -> needs_new_password -> needs_second_factor -> complete
 */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, SignInRow, UserRow, Verification } from '../../state/rows.js';
import { publicUserData } from '../users/person.js';
import { viewVerification } from '../verification/verification.js';
import { enterpriseFactors } from './enterprise-sso.js';
import { countsAsBoth, secondFactors } from './factors.js';
import { supportedIdentifiers } from './identify.js';
import { hidesAccount, offeredFirst } from './enumeration-protection.js';

export type SignInStatus =
  'abandoned' | 'needs_identifier' | 'needs_first_factor' | 'needs_new_password' | 'needs_second_factor' | 'complete';

export const isVerificationDone = (verification: Verification | null): boolean => verification?.status === 'verified';

export function signInStatus(state: InstanceState, row: SignInRow): SignInStatus {
  if (row.created_session_id !== null) return 'complete';
  if (row.abandon_at <= state.now()) return 'abandoned';
  const user = state.table('users').get(row.user_id);
  const first = row.first_factor_verification;
  // A passkey identifies its user.
  const named = user !== undefined || first?.strategy === 'passkey' || hidesAccount(state, row);
  if (!isVerificationDone(first)) return named ? 'needs_first_factor' : 'needs_identifier';
  if (row.needs_new_password) return 'needs_new_password';
  if (user === undefined) return 'needs_identifier';
  return needsSecondFactor(state, row, user) && !isVerificationDone(row.second_factor_verification)
    ? 'needs_second_factor'
    : 'complete';
}

/** A ticket needs no second factor. */
function needsSecondFactor(state: InstanceState, row: SignInRow, user: UserRow): boolean {
  const strategy = row.first_factor_verification?.strategy ?? '';
  return strategy !== 'ticket' && !countsAsBoth(state, strategy) && secondFactors(state, user).length > 0;
}

export function viewSignIn(state: InstanceState, row: SignInRow): Fields {
  const user = state.table('users').get(row.user_id);
  const status = signInStatus(state, row);
  const hidden = hidesAccount(state, row);
  const named = user !== undefined || hidden || enterpriseFactors(state, row.identifier).length > 0;
  const open = named && status !== 'complete';
  return {
    ...row,
    object: 'sign_in_attempt',
    status,
    supported_identifiers: supportedIdentifiers(state),
    supported_first_factors: open ? offeredFirst(state, row, user) : null,
    supported_second_factors:
      user !== undefined && status === 'needs_second_factor' ? secondFactors(state, user) : null,
    first_factor_verification: viewVerification(state, row.first_factor_verification),
    second_factor_verification: viewVerification(state, row.second_factor_verification),
    user_data: user === undefined || hidden ? null : publicUserData(state, user.id),
  };
}
