/** Signing in with a ticket: a sign-in token, an actor token, or an invitation of somebody who has an account. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ClientRow, SignInRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { redeemableTicket } from '../sessions/redeemable-ticket.js';
import { signInVerified, refuseSignIn } from './sign-in-attempt.js';

/** @throws ApiError 400 for a ticket that is not good or no longer, 403 for a user who may not come in */
export function signInWithTicket(state: InstanceState, client: ClientRow, token: string): SignInRow {
  const redeemable = redeemableTicket(state, token);
  const { user } = redeemable;
  if (user === undefined)
    throw refusal('invitation_account_not_exists', 'There is no account for this invitation yet. Sign up.');
  // Checked before anything changes: a user who may not sign in keeps the ticket for later.
  refuseSignIn(state, user, true);
  const { entry } = redeemable.redeem();
  return signInVerified(state, client, user, 'ticket', entry);
}
