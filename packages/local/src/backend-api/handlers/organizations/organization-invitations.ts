/** Invitations to an organization. */
import type {
  OrganizationInvitationsBulkCreateParams,
  OrganizationInvitationsCreateParams,
  OrganizationInvitationsRevokeParams,
} from '../../../../../../src/api/generated/types.js';
import {
  invitationsOfUser,
  inviteToOrganization,
  organizationInvitations,
  revokeOrganizationInvitation,
} from '../../../model/organizations/organization-invitations.js';
import { notFound } from '../../../model/records/refusals.js';
import { list } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { OrganizationInvitationRow } from '../../../state/rows.js';
import { listOf } from '../../engine/crud-handlers.js';
import { bodyOf, itemsOf, param, type Handlers, type OperationCall } from '../../engine/operation.js';
import { userOf } from '../users/user-handlers.js';
import { organizationOf } from './organization-handlers.js';

function invitationOf(call: OperationCall, state: InstanceState): OrganizationInvitationRow {
  const id = param(call, 'invitation_id');
  const row = state.table('organization_invitations').get(id);
  if (row?.organization_id !== organizationOf(call, state).id) throw notFound('organization invitation', id);
  return row;
}

const ofOrganization = (call: OperationCall, state: InstanceState) => ({
  rows: state.table('organization_invitations').by('organization_id', organizationOf(call, state).id),
});

function inviteEach(call: OperationCall, state: InstanceState, bodies: readonly OrganizationInvitationsCreateParams[]) {
  const rows = inviteToOrganization(state, organizationOf(call, state), bodies);
  return rows.map((row) => organizationInvitations.view(row, state));
}

export const organizationInvitationHandlers: Handlers = {
  CreateOrganizationInvitation: (call, state) =>
    inviteEach(call, state, [bodyOf<OrganizationInvitationsCreateParams>(call)])[0],
  CreateOrganizationInvitationBulk: (call, state) => {
    const data = inviteEach(call, state, itemsOf<OrganizationInvitationsBulkCreateParams>(call));
    return { data, total_count: data.length };
  },
  ListOrganizationInvitations: (call, state) =>
    list(state, organizationInvitations, call.query, ofOrganization(call, state)),
  ListPendingOrganizationInvitations: (call, state) =>
    list(state, organizationInvitations, { ...call.query, status: 'pending' }, ofOrganization(call, state)),
  ListInstanceOrganizationInvitations: listOf(organizationInvitations),
  UsersGetOrganizationInvitations: (call, state) => {
    const rows = invitationsOfUser(state, userOf(call, state).id);
    return list(state, organizationInvitations, call.query, { rows });
  },
  GetOrganizationInvitation: (call, state) => organizationInvitations.view(invitationOf(call, state), state),
  RevokeOrganizationInvitation: (call, state) => {
    const { requesting_user_id: requester } = bodyOf<OrganizationInvitationsRevokeParams>(call);
    const revoked = revokeOrganizationInvitation(state, invitationOf(call, state), requester);
    return organizationInvitations.view(revoked, state);
  },
};
