/** The people of an organization: members, invitations, and requests to join. */
import { decideRequest, membershipRequests, requestsTo } from '../../model/organizations/enrollment.js';
import {
  addMember,
  changeRole,
  removeMember,
  requireOfferedRole,
  requireSeat,
} from '../../model/organizations/memberships.js';
import { memberships, membershipOf } from '../../model/organizations/organization-records.js';
import {
  inviteToOrganization,
  organizationInvitations,
  revokeOrganizationInvitation,
} from '../../model/organizations/organization-invitations.js';
import { expiringStatus } from '../../model/invitations/invitation-rules.js';
import { missing, notFound } from '../../model/records/refusals.js';
import { list } from '../../model/records/resource.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { MembershipRequestRow, MembershipRow, OrganizationInvitationRow } from '../../state/rows.js';
import { flagIn, textIn, textsIn, type Actions } from '../engine/action.js';
import { inOrganization, type OrganizationCall } from '../engine/in-organization.js';
import { isOneOf, pageIn, valuesIn } from '../engine/query.js';
import { viewInvitation, viewMembership, viewPublicUser } from '../views/user.js';

const READ = 'org:sys_memberships:read';
const MANAGE = 'org:sys_memberships:manage';

const showMembership = (row: MembershipRow, state: InstanceState) => viewMembership(state, row);
const showInvitation = (row: OrganizationInvitationRow, state: InstanceState) => viewInvitation(state, row);
const showRequest = (row: MembershipRequestRow, state: InstanceState) => ({
  ...membershipRequests.view(row, state),
  public_user_data: viewPublicUser(state, row.user_id),
});

function memberIn({ state, organization, params }: OrganizationCall): MembershipRow {
  const userId = params['user_id'] ?? '';
  const membership = membershipOf(state, organization.id, userId);
  if (membership === undefined) throw notFound('organization membership of user', userId);
  return membership;
}

/** A role that the page may give: one of the organization's role set. */
function roleIn(call: OrganizationCall): string {
  const role = textIn(call, 'role');
  if (role === undefined) throw missing('role');
  return requireOfferedRole(call.state, call.organization, role);
}

function invite(call: OrganizationCall, addresses: readonly string[]): OrganizationInvitationRow[] {
  const { state, organization, user } = call;
  if (addresses.length === 0) throw missing('email_address');
  const role = roleIn(call);
  const notify = flagIn(call, 'notify') ?? true;
  const bodies = addresses.map((address) => ({ email_address: address, role, notify, inviter_user_id: user.id }));
  return inviteToOrganization(state, organization, bodies);
}

function listInvitations(call: OrganizationCall, statuses: readonly string[]) {
  const { state, organization, request } = call;
  const all = state.table('organization_invitations').by('organization_id', organization.id);
  const rows = all.filter((row) => isOneOf(statuses, expiringStatus(state, row)));
  const query = { ...pageIn(call), query: request.query.get('query') ?? '' };
  return list(state, { ...organizationInvitations, view: showInvitation }, query, { rows });
}

const decide = (decision: 'accepted' | 'rejected') =>
  inOrganization(MANAGE, ({ state, organization, params }) =>
    showRequest(decideRequest(state, organization.id, params['request_id'] ?? '', decision), state),
  );

export const organizationMemberActions: Actions = {
  ListOrganizationMemberships: inOrganization(READ, (call) => {
    const { state, organization, request } = call;
    const rows = state.table('organization_memberships').by('organization_id', organization.id);
    const roles = valuesIn(call, 'role');
    const query = {
      ...pageIn(call),
      query: request.query.get('query') ?? '',
      ...(roles.length === 0 ? {} : { role: roles }),
    };
    return list(state, { ...memberships, view: showMembership }, query, { rows });
  }),
  CreateOrganizationMembership: inOrganization(MANAGE, (call) => {
    const { state, organization } = call;
    const userId = textIn(call, 'user_id');
    if (userId === undefined) throw missing('user_id');
    const role = roleIn(call);
    requireSeat(state, organization);
    return viewMembership(state, addMember(state, organization, userId, role));
  }),
  UpdateOrganizationMembership: inOrganization(MANAGE, (call) =>
    viewMembership(call.state, changeRole(call.state, memberIn(call), roleIn(call))),
  ),
  /** Answers the view that the membership had. */
  removeOrganizationMember: inOrganization(MANAGE, (call) => {
    const membership = memberIn(call);
    const view = viewMembership(call.state, membership);
    removeMember(call.state, membership);
    return view;
  }),
  getOrganizationInvitations: inOrganization(MANAGE, (call) => listInvitations(call, valuesIn(call, 'status'))),
  getAllPendingOrganizationInvitations: inOrganization(MANAGE, (call) => listInvitations(call, ['pending'])),
  createOrganizationInvitations: inOrganization(MANAGE, (call) => {
    const [made] = invite(call, textsIn(call, 'email_address').slice(0, 1));
    return made === undefined ? null : viewInvitation(call.state, made);
  }),
  bulkCreateOrganizationInvitations: inOrganization(MANAGE, (call) =>
    invite(call, textsIn(call, 'email_address')).map((row) => viewInvitation(call.state, row)),
  ),
  revokePendingOrganizationInvitation: inOrganization(MANAGE, ({ state, organization, user, params }) => {
    const id = params['invitation_id'] ?? '';
    const invitation = state.table('organization_invitations').get(id);
    if (invitation?.organization_id !== organization.id)
      throw notFound('organization invitation', id, undefined, 'organization_invitation_not_found');
    return viewInvitation(state, revokeOrganizationInvitation(state, invitation, user.id));
  }),
  listOrganizationMembershipRequests: inOrganization(MANAGE, (call) => {
    const { state, organization } = call;
    const wanted = valuesIn(call, 'status');
    const rows = requestsTo(state, organization.id).filter(({ status }) => isOneOf(wanted, status));
    return list(state, { ...membershipRequests, view: showRequest }, pageIn(call), { rows });
  }),
  acceptOrganizationMembershipRequest: decide('accepted'),
  rejectOrganizationMembershipRequest: decide('rejected'),
};
