/**
 * The links in invitations and sign-in tokens: whoever opens one is signed up or signed in, once, and goes on to the application the way that the
 * sign-in page goes. (Clerk sends the bearer to the application, whose script redeems the ticket; here no script is needed.)
 */
import { ApiError } from '../backend-api/engine/operation.js';
import { acceptInvitation } from '../backend-api/handlers/invitations/invitations.js';
import { useOneTimeToken } from '../backend-api/handlers/sessions/one-time-tokens.js';
import { acceptOrganizationInvitation } from '../backend-api/handlers/organizations/organization-invitations.js';
import { createUser } from '../backend-api/handlers/users/user-handlers.js';
import { completeWaitlistEntry } from '../backend-api/handlers/invitations/waitlist-entries.js';
import { readTicket, type TicketKind } from '../model/sessions/tickets.js';
import type { LocalResponse, Row, InstanceState } from '../state/instance-state.js';
import type { FrontendCall } from './frontend-call.js';
import { allowedRedirect } from './origins.js';
import { problem } from './pages/page.js';
import { addressesOf } from '../model/users/names.js';
import { enter, refusedTarget } from './pages/sign-in.js';
import { restrictionOf } from '../model/users/sign-up-restrictions.js';
import { maySignIn, type Entry } from '../model/sessions/client-sessions.js';

interface Redemption {
  /** Undefined if the user has been deleted. */
  readonly user: Row | undefined;
  readonly entry: Entry;
}

interface Rule {
  readonly what: string;
  readonly table: string;
  /** Uses the ticket up. @throws ApiError */
  readonly redeem: (state: InstanceState, row: Row) => Redemption;
}

/** A row for each kind of ticket. */
const RULES: Readonly<Record<TicketKind, Rule>> = {
  invitation: {
    what: 'invitation',
    table: 'invitations',
    redeem(state, row) {
      const user = userInvited(state, row, { public_metadata: row['public_metadata'] });
      acceptInvitation(state, row.id);
      return { user, entry: { strategy: 'ticket' } };
    },
  },
  organization_invitation: {
    what: 'invitation',
    table: 'organization_invitations',
    redeem(state, row) {
      const user = userInvited(state, row);
      acceptOrganizationInvitation(state, row.id, user.id);
      return { user, entry: { strategy: 'ticket', organizationId: String(row['organization_id']) } };
    },
  },
  sign_in_token: {
    what: 'sign-in token',
    table: 'sign_in_tokens',
    redeem(state, row) {
      useOneTimeToken(state, 'sign_in_token', row.id);
      return { user: state.table('users').get(String(row['user_id'])), entry: { strategy: 'ticket' } };
    },
  },
  actor_token: {
    what: 'actor token',
    table: 'actor_tokens',
    redeem(state, row) {
      useOneTimeToken(state, 'actor_token', row.id);
      const actor = row['actor'] as Readonly<Record<string, unknown>>;
      const maxSeconds = Number(row['session_max_duration_in_seconds']);
      const user = state.table('users').get(String(row['user_id']));
      return { user, entry: { strategy: 'ticket', impersonation: { actor, maxSeconds } } };
    },
  },
};

export function acceptTicket(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  const ticket = readTicket(state, request.query.get('ticket') ?? '');
  const rule = ticket === null ? undefined : RULES[ticket.st];
  if (ticket === null || rule === undefined)
    return problem(400, 'This link is not valid', 'It is incomplete, or it belongs to another instance.');
  const { what } = rule;
  const row = state.table(rule.table).get(ticket.rid);
  if (row === undefined) return problem(410, 'This link is no longer good', `The ${what} has been deleted.`);
  if (row['status'] !== 'pending')
    return problem(410, 'This link is no longer good', `The ${what} has been ${pastOf(row)}.`);
  if (ticket.exp * 1000 <= state.now()) return problem(410, 'This link is no longer good', `The ${what} has expired.`);
  const asked = ticket.rurl ?? request.query.get('redirect_url');
  const target = asked === null ? null : allowedRedirect(state, asked);
  if (asked !== null && target === null) return refusedTarget();
  // Programs that only look at a link (previews, scanners) must not use it up.
  if (request.method === 'HEAD') return { status: 204, headers: [], body: '' };
  return redeem(call, rule, row, target);
}

function redeem(call: FrontendCall, rule: Rule, row: Row, target: URL | null): LocalResponse {
  const refusal = refusalOf(call.state, row);
  if (refusal !== null) return problem(403, 'This link cannot be used', refusal);
  try {
    const { user, entry } = rule.redeem(call.state, row);
    if (user === undefined) return problem(410, 'This link is no longer good', 'The user has been deleted.');
    return enter(call, user, target, entry);
  } catch (error) {
    if (error instanceof ApiError) return problem(error.status, 'This link cannot be used', error.longMessage);
    throw error;
  }
}

/** Looked at before anything changes: who is kept out keeps the link for later. */
function refusalOf(state: InstanceState, row: Row): string | null {
  const user = typeof row['user_id'] === 'string' ? state.table('users').get(row['user_id']) : userWith(state, row);
  if (user !== undefined && !maySignIn(state, user)) return 'The user is banned or locked.';
  if (user !== undefined) return restrictionOf(state, addressesOf(state, user), 'sign-in', true);
  return typeof row['email_address'] === 'string'
    ? restrictionOf(state, [row['email_address']], 'sign-up', true)
    : null;
}

const pastOf = (row: Row): string => (row['status'] === 'accepted' ? 'used already' : String(row['status']));

function userWith(state: InstanceState, invitation: Row): Row | undefined {
  const known = state.table('email_addresses').by('email_address', invitation['email_address'])[0];
  return known === undefined ? undefined : state.table('users').get(String(known['user_id']));
}

/** The user who has the address, or a new one. */
function userInvited(state: InstanceState, invitation: Row, fields: Readonly<Record<string, unknown>> = {}): Row {
  const known = userWith(state, invitation);
  if (known !== undefined) return known;
  const address = String(invitation['email_address']);
  const user = createUser(state, { ...fields, email_address: [address] });
  completeWaitlistEntry(state, address);
  return user;
}
