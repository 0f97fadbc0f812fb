/** Signing up with an invitation: the address that was invited counts as verified. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ClientRow, SignUpRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { redeemableTicket } from '../sessions/redeemable-ticket.js';
import { verified } from '../verification/verification.js';
import { startSignUp } from './sign-up-attempt.js';

/** @throws ApiError 400 for a ticket that is not good, or not for signing up */
export function startInvitedSignUp(state: InstanceState, client: ClientRow, ticket: string): SignUpRow {
  const { user, emailAddress, publicMetadata } = redeemableTicket(state, ticket);
  if (emailAddress === undefined) throw refusal('sign_in_token_not_in_sign_in_code', 'This link is for signing in.');
  if (user !== undefined)
    throw refusal('form_identifier_exists', 'That email address is taken. Please sign in.', {
      paramName: 'email_address',
    });
  return startSignUp(state, client, {
    ticket,
    email_address: emailAddress,
    public_metadata: publicMetadata ?? {},
    verifications: { email_address: verified('ticket') },
  });
}
