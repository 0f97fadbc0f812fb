/** What a ticket is for: an invitation or a one-time token, which signs its bearer in once. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, UserRow } from '../../state/rows.js';
import { acceptInvitation } from '../invitations/invitations.js';
import { completeWaitlistEntry } from '../invitations/waitlist.js';
import { acceptOrganizationInvitation } from '../organizations/organization-invitations.js';
import { createUser } from '../users/users.js';
import type { SignInDetails } from './client-sessions.js';
import { useOneTimeToken } from './one-time-tokens.js';
import type { Ticket, TicketKind } from './tickets.js';

export interface Redemption {
  /** Undefined if the user has been deleted. */
  readonly user: UserRow | undefined;
  readonly entry: SignInDetails;
}

export interface Redeemable {
  readonly status: string;
  /** The user who signs in with it, if there is one already. */
  readonly user: UserRow | undefined;
  /** The address that was invited. */
  readonly emailAddress: string | undefined;
  /** What the invitation gives the user who signs up with it. */
  readonly publicMetadata?: Fields;
  /** Uses it up for a user who has signed up with it. */
  readonly accept?: (userId: string) => Partial<SignInDetails>;
  /** Uses it up. @throws ApiError */
  readonly redeem: () => Redemption;
}

/** An invitation or a one-time token that a ticket names. */
export interface TicketSubject {
  /** For messages: `invitation`, `sign-in token`. */
  readonly label: string;
  /** Undefined if it has been deleted. */
  readonly found: Redeemable | undefined;
}

type Find = (state: InstanceState, id: string) => Redeemable | undefined;

/** Agent tasks have a URL of their own: frontend-api/agent-tasks.ts. */
type LinkKind = Exclude<TicketKind, 'agent_task'>;

const LABELS: Readonly<Record<LinkKind, string>> = {
  invitation: 'invitation',
  organization_invitation: 'invitation',
  sign_in_token: 'sign-in token',
  actor_token: 'actor token',
};

/** A row for each kind of ticket. */
const KINDS: Readonly<Record<LinkKind, Find>> = {
  invitation(state, id) {
    const row = state.table('invitations').get(id);
    return (
      row && {
        ...invited(state, row),
        publicMetadata: row.public_metadata ?? {},
        accept() {
          acceptInvitation(state, row.id);
          return {};
        },
        redeem() {
          const user = userInvited(state, row.email_address, { public_metadata: row.public_metadata });
          acceptInvitation(state, row.id);
          return { user, entry: { strategy: 'ticket' } };
        },
      }
    );
  },
  organization_invitation(state, id) {
    const row = state.table('organization_invitations').get(id);
    return (
      row && {
        ...invited(state, row),
        accept(userId) {
          acceptOrganizationInvitation(state, row.id, userId);
          return { organizationId: row.organization_id };
        },
        redeem() {
          const user = userInvited(state, row.email_address);
          acceptOrganizationInvitation(state, row.id, user.id);
          return { user, entry: { strategy: 'ticket', organizationId: row.organization_id } };
        },
      }
    );
  },
  sign_in_token(state, id) {
    const row = state.table('sign_in_tokens').get(id);
    const entry: SignInDetails = { strategy: 'ticket', ...(row?.org_id ? { organizationId: row.org_id } : {}) };
    return row && oneTime(state, 'sign_in_token', row, entry);
  },
  actor_token(state, id) {
    const row = state.table('actor_tokens').get(id);
    if (row === undefined) return undefined;
    const maxSeconds = Number(row.session_max_duration_in_seconds);
    return oneTime(state, 'actor_token', row, { strategy: 'ticket', impersonation: { actor: row.actor, maxSeconds } });
  },
};

/** A token that signs the user of its row in, once. */
function oneTime(
  state: InstanceState,
  kind: Parameters<typeof useOneTimeToken>[1],
  { id, user_id, status }: { readonly id: string; readonly user_id: string; readonly status: string },
  entry: SignInDetails,
): Redeemable {
  const user = state.table('users').get(user_id);
  return {
    status,
    user,
    emailAddress: undefined,
    redeem() {
      useOneTimeToken(state, kind, id);
      return { user, entry };
    },
  };
}

const isLinkKind = (kind: TicketKind): kind is LinkKind => Object.hasOwn(KINDS, kind);

/** What the ticket is for; null if its kind is unknown. */
export function ticketSubjectOf(state: InstanceState, { st, rid }: Ticket): TicketSubject | null {
  return isLinkKind(st) ? { label: LABELS[st], found: KINDS[st](state, rid) } : null;
}

const invited = (state: InstanceState, row: { readonly status: string; readonly email_address: string }) => ({
  status: row.status,
  user: userWith(state, row.email_address),
  emailAddress: row.email_address,
});

function userWith(state: InstanceState, address: string): UserRow | undefined {
  return state.table('users').get(state.table('email_addresses').by('email_address', address)[0]?.user_id);
}

/** The user who has the address, or a new one. */
function userInvited(state: InstanceState, address: string, fields: { public_metadata?: Fields } = {}): UserRow {
  const known = userWith(state, address);
  if (known !== undefined) return known;
  const user = createUser(state, { ...fields, email_address: [address] });
  completeWaitlistEntry(state, address);
  return user;
}
