/** Invitations to an organization. */
import type { OrganizationInvitationsCreateParams } from '../../../../../src/api/generated/types.js';
import { lookUp } from '../../ground/look-up.js';
import { DAY_MS } from '../../ground/time.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { OrganizationInvitationRow, OrganizationRow, UserRow } from '../../state/rows.js';
import { sendInvitation } from '../invitations/invitation-emails.js';
import { expiringStatus, repeatedIn } from '../invitations/invitation-rules.js';
import { contains, equals } from '../records/listing.js';
import { notFound, refusal } from '../records/refusals.js';
import { change, create, defineResource, find, publish, silent } from '../records/resource.js';
import { readEmailAddress, readUrl } from '../records/text-formats.js';
import { createTicket, ticketUrl } from '../sessions/tickets.js';
import { isVerified } from '../users/identifications.js';
import { publicUserData } from '../users/person.js';
import { users } from '../users/user-records.js';
import { addMember, requireRole, requireSeat } from './memberships.js';
import {
  MANAGE_MEMBERS,
  membershipOf,
  organizations,
  pendingCount,
  publicOrganizationData,
} from './organization-records.js';
import { permissionKeysOf, roleByKey } from './role-records.js';

const DEFAULT_DAYS = 30;

export const organizationInvitations = defineResource('organization_invitations', {
  object: 'organization_invitation',
  idPrefix: 'orginv',
  component: 'OrganizationInvitation',
  event: 'organizationInvitation',
  filters: {
    status: (row, status: string, state) => expiringStatus(state, row) === status,
    email_address: equals('email_address'),
    query: contains('email_address', 'id'),
  },
  sortKeys: ['email_address'],
  view: (row, state) => ({
    ...row,
    status: expiringStatus(state, row),
    role_name: roleByKey(state, row.role)?.name ?? row.role,
    public_inviter_data: row.inviter_id === null ? null : publicUserData(state, row.inviter_id),
    public_organization_data: publicOrganizationData(state, row.organization_id),
  }),
});

type Prepared = Draft<OrganizationInvitationRow> & { readonly email_address: string; readonly expires_at: number };

/** @throws ApiError 400, 404, 422 */
function prepare(
  state: InstanceState,
  organization: OrganizationRow,
  body: OrganizationInvitationsCreateParams,
): Prepared {
  const address = readEmailAddress(body.email_address);
  const inviter = typeof body.inviter_user_id === 'string' ? find(state, users, body.inviter_user_id).id : null;
  const role = requireRole(state, body.role);
  const redirect = typeof body.redirect_url === 'string' ? readUrl(body.redirect_url, 'redirect_url') : undefined;
  const known = state.table('email_addresses').by('email_address', address)[0];
  if (known && membershipOf(state, organization.id, known.user_id)) {
    throw refusal('already_a_member_in_organization', `${address} is a member of the organization already.`);
  }
  const sent = state.table('organization_invitations').by('email_address', address);
  if (sent.some((row) => row.organization_id === organization.id && expiringStatus(state, row) === 'pending'))
    throw notUnique([address]);
  return {
    email_address: address,
    organization_id: organization.id,
    inviter_id: inviter,
    role,
    status: 'pending',
    public_metadata: body.public_metadata ?? {},
    private_metadata: body.private_metadata ?? {},
    expires_at: state.now() + (body.expires_in_days ?? DEFAULT_DAYS) * DAY_MS,
    redirect_url: redirect,
  };
}

const notUnique = (addresses: readonly string[]) =>
  refusal('organization_invitation_not_unique', undefined, { meta: { email_addresses: addresses } });

/**
 * All or none, also where one call names an address twice; each with an email, unless `notify` is false. Invitations that wait take seats.
 * @throws ApiError 400, 403, 404, 422
 */
export function inviteToOrganization(
  state: InstanceState,
  organization: OrganizationRow,
  bodies: readonly OrganizationInvitationsCreateParams[],
): OrganizationInvitationRow[] {
  const prepared = bodies.map((body) => prepare(state, organization, body));
  const twice = repeatedIn(prepared.map((fields) => fields.email_address));
  if (twice.length > 0) throw notUnique(twice);
  requireSeat(state, organization, prepared.length + pendingCount(state, organization.id));
  return prepared.map((fields, index) => {
    const id = state.id(organizationInvitations.idPrefix);
    const ticket = createTicket(state, 'organization_invitation', id, fields.expires_at, fields.redirect_url);
    const invitation = create(state, organizationInvitations, { ...fields, id, url: ticketUrl(state, ticket) });
    if (bodies[index]?.notify !== false)
      sendInvitation(state, 'organization_invitation', invitation, organization.name);
    return invitation;
  });
}

const REFUSAL_BY_STATUS = {
  accepted: 'organization_invitation_already_accepted',
  revoked: 'organization_invitation_revoked_code',
} as const;

/** The invited user becomes a member. @throws ApiError 400, 403, 404 */
export function acceptOrganizationInvitation(
  state: InstanceState,
  id: string,
  userId: string,
): OrganizationInvitationRow {
  const invitation = find(state, organizationInvitations, id);
  const status = expiringStatus(state, invitation);
  if (status !== 'pending') throw refusal(lookUp(REFUSAL_BY_STATUS, status) ?? 'ticket_expired_code');
  const organization = find(state, organizations, invitation.organization_id);
  const { public_metadata, private_metadata } = invitation;
  requireSeat(state, organization);
  addMember(state, organization, userId, invitation.role, { public_metadata, private_metadata });
  const accepted = change(state, silent(organizationInvitations), id, { status: 'accepted' });
  // The event says more than the invitation does: which user it was, and of which organization.
  const data = { public_organization_data: publicOrganizationData(state, organization.id) };
  publish(state, organizationInvitations, 'accepted', accepted, { user_id: userId, data });
  return accepted;
}

/** @param requesterId the user who asks, who must manage members; undefined: the backend itself. @throws ApiError 403, 404 */
export function revokeOrganizationInvitation(
  state: InstanceState,
  invitation: OrganizationInvitationRow,
  requesterId: string | null | undefined,
): OrganizationInvitationRow {
  if (typeof requesterId === 'string') requireManager(state, invitation.organization_id, requesterId);
  if (expiringStatus(state, invitation) !== 'pending') throw refusal('organization_invitation_not_pending');
  const revoked = change(state, silent(organizationInvitations), invitation.id, { status: 'revoked', url: null });
  publish(state, organizationInvitations, 'revoked', revoked);
  return revoked;
}

function requireManager(state: InstanceState, organizationId: string, userId: string): void {
  const membership = membershipOf(state, organizationId, userId);
  const options = { paramName: 'requesting_user_id' };
  if (membership === undefined) throw refusal('not_a_member_in_organization', undefined, options);
  if (!permissionKeysOf(state, membership.role).includes(MANAGE_MEMBERS))
    throw refusal('missing_organization_permission', `It lacks ${MANAGE_MEMBERS}.`, options);
}

/** Invitations that the user may take up: those to an address that is shown to be theirs. */
export function invitationsFor(state: InstanceState, user: UserRow): OrganizationInvitationRow[] {
  const addresses = state.table('email_addresses').by('user_id', user.id).filter(isVerified);
  return addresses.flatMap((row) => state.table('organization_invitations').by('email_address', row.email_address));
}

/** As the button in the page does, without the link. @throws ApiError 400, 403, 404 */
export function acceptOwnInvitation(state: InstanceState, user: UserRow, id: string): OrganizationInvitationRow {
  if (!invitationsFor(state, user).some((row) => row.id === id))
    throw notFound('organization invitation', id, undefined, 'organization_invitation_not_found');
  return acceptOrganizationInvitation(state, id, user.id);
}

/** Invitations to any address of the user. */
export function invitationsOfUser(state: InstanceState, userId: string): OrganizationInvitationRow[] {
  const addresses = state.table('email_addresses').by('user_id', userId);
  return addresses.flatMap((row) => state.table('organization_invitations').by('email_address', row.email_address));
}
