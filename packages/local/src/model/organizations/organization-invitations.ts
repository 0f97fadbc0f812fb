/** Invitations to an organization. */
import type { OrganizationInvitationsCreateParams } from '../../../../../src/api/generated/types.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { OrganizationInvitationRow, OrganizationRow } from '../../state/rows.js';
import { sendInvitation } from '../invitations/invitation-emails.js';
import { DAY_MS, duplicateInvitation, expiringStatus, refuseRepeated } from '../invitations/invitation-rules.js';
import { ApiError } from '../records/api-error.js';
import { contains, equals } from '../records/listing.js';
import { wrongState } from '../records/refusals.js';
import { change, create, defineResource, find, publish, silent } from '../records/resource.js';
import { readEmailAddress, readUrl } from '../records/text-formats.js';
import { createTicket, ticketUrl } from '../sessions/tickets.js';
import { publicUserData } from '../users/person.js';
import { users } from '../users/user-records.js';
import { addMember, requireRole } from './memberships.js';
import { membershipOf, organizations, publicOrganizationData } from './organization-records.js';
import { roleByKey } from './role-records.js';

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
    throw wrongState('already_a_member_in_organization', `${address} is already a member of the organization.`);
  }
  const sent = state.table('organization_invitations').by('email_address', address);
  if (sent.some((row) => row.organization_id === organization.id && expiringStatus(state, row) === 'pending')) {
    throw duplicateInvitation([address]);
  }
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

/** All or none, also where one call names an address twice; each with an email, unless `notify` is false. @throws ApiError 400, 404, 422 */
export function inviteToOrganization(
  state: InstanceState,
  organization: OrganizationRow,
  bodies: readonly OrganizationInvitationsCreateParams[],
): OrganizationInvitationRow[] {
  const prepared = bodies.map((body) => prepare(state, organization, body));
  refuseRepeated(prepared.map((fields) => fields.email_address));
  return prepared.map((fields, index) => {
    const id = state.id(organizationInvitations.idPrefix);
    const ticket = createTicket(state, 'organization_invitation', id, fields.expires_at, fields.redirect_url);
    const invitation = create(state, organizationInvitations, { ...fields, id, url: ticketUrl(state, ticket) });
    if (bodies[index]?.notify !== false)
      sendInvitation(state, 'organization_invitation', invitation, organization.name);
    return invitation;
  });
}

/** The invited user becomes a member. @throws ApiError 400, 403, 404 */
export function acceptOrganizationInvitation(
  state: InstanceState,
  id: string,
  userId: string,
): OrganizationInvitationRow {
  const invitation = find(state, organizationInvitations, id);
  refuseUnlessPending(invitation, state);
  const organization = find(state, organizations, invitation.organization_id);
  const { public_metadata, private_metadata } = invitation;
  addMember(state, organization, userId, invitation.role, { public_metadata, private_metadata });
  const accepted = change(state, silent(organizationInvitations), id, { status: 'accepted' });
  publish(state, organizationInvitations, 'accepted', accepted);
  return accepted;
}

/** @param requesterId the user who asks, who must be an admin; undefined: the backend itself. @throws ApiError 400, 403 */
export function revokeOrganizationInvitation(
  state: InstanceState,
  invitation: OrganizationInvitationRow,
  requesterId: string | null | undefined,
): OrganizationInvitationRow {
  if (
    typeof requesterId === 'string' &&
    membershipOf(state, invitation.organization_id, requesterId)?.role !== 'org:admin'
  ) {
    throw new ApiError(403, 'not_an_admin_in_organization', 'Only admins can revoke invitations.', {
      paramName: 'requesting_user_id',
    });
  }
  refuseUnlessPending(invitation, state);
  const revoked = change(state, silent(organizationInvitations), invitation.id, { status: 'revoked', url: null });
  publish(state, organizationInvitations, 'revoked', revoked);
  return revoked;
}

function refuseUnlessPending(row: OrganizationInvitationRow, state: InstanceState): void {
  const status = expiringStatus(state, row);
  if (status !== 'pending') throw wrongState('organization_invitation_not_pending', `The invitation is ${status}.`);
}

/** Invitations to any address of the user. */
export function invitationsOfUser(state: InstanceState, userId: string): OrganizationInvitationRow[] {
  const addresses = state.table('email_addresses').by('user_id', userId);
  return addresses.flatMap((row) => state.table('organization_invitations').by('email_address', row.email_address));
}
