/** A ticket that is still good, for whatever its bearer wants to do with it. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ErrorCode } from '../records/api-error.js';
import { refusal } from '../records/refusals.js';
import { subjectOf, type Redeemable } from './redeemable.js';
import { readTicket } from './tickets.js';

const STATUS_CODES: Readonly<Record<string, ErrorCode>> = {
  accepted: 'sign_in_token_already_used_code',
  revoked: 'sign_in_token_revoked_code',
};

/** @throws ApiError 400 */
export function redeemableTicket(state: InstanceState, token: string): Redeemable {
  const ticket = readTicket(state, token);
  const found = ticket === null ? undefined : subjectOf(state, ticket)?.found;
  if (ticket === null || found === undefined)
    throw refusal('ticket_invalid_code', 'The ticket is not valid.', { paramName: 'ticket' });
  if (found.status !== 'pending') {
    const code = STATUS_CODES[found.status] ?? 'ticket_expired_code';
    throw refusal(code, `The ticket is ${found.status}.`, { paramName: 'ticket' });
  }
  if (ticket.exp * 1000 <= state.now())
    throw refusal('ticket_expired_code', 'The ticket has expired.', { paramName: 'ticket' });
  return found;
}
