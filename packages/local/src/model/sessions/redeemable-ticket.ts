/** A ticket that is still good, for whatever its bearer wants to do with it. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ErrorCode } from '../records/api-error.js';
import { refusal } from '../records/refusals.js';
import { ticketSubjectOf, type Redeemable } from './ticket-subjects.js';
import { readTicket } from './tickets.js';

/** Told of the whole form, for none has a field for tickets. */
const ENDED: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  accepted: ['sign_in_token_already_used_code', 'This link has been used already.'],
  revoked: ['sign_in_token_revoked_code', 'This link has been revoked.'],
};
const EXPIRED = ['ticket_expired_code', 'This link has expired.'] as const;

/** @throws ApiError 400 */
export function redeemableTicket(state: InstanceState, token: string): Redeemable {
  const ticket = readTicket(state, token);
  const found = ticket === null ? undefined : ticketSubjectOf(state, ticket)?.found;
  if (ticket === null || found === undefined) throw refusal('ticket_invalid_code', 'This link is not valid.');
  if (found.status !== 'pending') throw refusal(...(ENDED[found.status] ?? EXPIRED));
  if (ticket.exp * 1000 <= state.now()) throw refusal(...EXPIRED);
  return found;
}
