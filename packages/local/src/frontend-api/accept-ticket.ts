/**
 * The links in invitations and sign-in tokens: the bearer of one is signed up or signed in, once, and goes on to the application the way that the
 * sign-in page goes. (Clerk sends the bearer to the application, whose script redeems the ticket; here no script is needed.)
 */
import type { LocalResponse } from '../http/messages.js';
import { ApiError } from '../model/records/api-error.js';
import { ticketSubjectOf, type Redeemable, type TicketSubject } from '../model/sessions/ticket-subjects.js';
import { readTicket } from '../model/sessions/tickets.js';
import { maySignIn } from '../model/users/bans-and-locks.js';
import { textsOf } from '../model/users/person.js';
import { restrictionFor } from '../model/users/sign-up-restrictions.js';
import type { InstanceState } from '../state/instance-state.js';
import type { FrontendCall } from './frontend-call.js';
import { allowedRedirect } from './origins.js';
import { problem } from './pages/page.js';
import { signInAndRedirect, refusedTarget } from './pages/sign-in.js';

export function acceptTicket(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  const ticket = readTicket(state, request.query.get('ticket') ?? '');
  const subject = ticket === null ? null : ticketSubjectOf(state, ticket);
  if (ticket === null || subject === null)
    return problem(400, 'This link is not valid', 'It is incomplete, or it belongs to another instance.');
  const { found } = subject;
  const ended = endOf(subject, ticket.exp * 1000 <= state.now());
  if (found === undefined || ended !== null)
    return problem(410, 'This link is no longer good', `The ${subject.label} has ${ended ?? 'been deleted'}.`);
  const asked = ticket.rurl ?? request.query.get('redirect_url');
  const target = asked === null ? null : allowedRedirect(state, asked);
  if (asked !== null && target === null) return refusedTarget(call);
  // Programs that only look at a link (previews, scanners) must not use it up.
  if (request.method === 'HEAD') return { status: 204, headers: [], body: '' };
  return redeem(call, found, target);
}

/** Why the ticket is no longer good, after "has"; null while it is. */
function endOf({ found }: TicketSubject, expired: boolean): string | null {
  if (found === undefined) return 'been deleted';
  if (found.status !== 'pending') return found.status === 'accepted' ? 'been used already' : `been ${found.status}`;
  return expired ? 'expired' : null;
}

function redeem(call: FrontendCall, subject: Redeemable, target: URL | null): LocalResponse {
  const refusal = refusalOf(call.state, subject);
  if (refusal !== null) return problem(403, 'This link cannot be used', refusal);
  try {
    const { user, entry } = subject.redeem();
    if (user === undefined) return problem(410, 'This link is no longer good', 'The user has been deleted.');
    return signInAndRedirect(call, user, target, entry);
  } catch (error) {
    if (error instanceof ApiError) return problem(error.status, 'This link cannot be used', error.longMessage);
    throw error;
  }
}

/** Checked before anything changes: a user who may not come in keeps the link for later. */
function refusalOf(state: InstanceState, { user, emailAddress }: Redeemable): string | null {
  if (user === undefined)
    return emailAddress === undefined ? null : restrictionFor(state, [emailAddress], 'sign-up', true);
  if (!maySignIn(state, user)) return 'The user is banned or locked.';
  return restrictionFor(state, textsOf(state, user, 'email_address'), 'sign-in', true);
}
