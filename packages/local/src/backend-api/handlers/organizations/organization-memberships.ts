/** Which user is in which organization, and as what. */
import type {
  OrganizationMembershipsCreateParams,
  OrganizationMembershipsUpdateMetadataParams,
  OrganizationMembershipsUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import { addMember, changeRole, removeMember, requireSeat } from '../../../model/organizations/memberships.js';
import { memberships, membershipOf } from '../../../model/organizations/organization-records.js';
import { mergedKinds } from '../../../model/records/metadata.js';
import { notFound } from '../../../model/records/refusals.js';
import { change, list } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { MembershipRow } from '../../../state/rows.js';
import { listOf } from '../../engine/crud-handlers.js';
import { bodyOf, param, type Handlers, type OperationCall } from '../../engine/operation.js';
import { userOf } from '../users/user-handlers.js';
import { organizationOf } from './organization-handlers.js';

function memberOf(call: OperationCall, state: InstanceState): MembershipRow {
  const userId = param(call, 'user_id');
  const membership = membershipOf(state, organizationOf(call, state).id, userId);
  if (!membership) throw notFound('organization membership of user', userId);
  return membership;
}

export const organizationMembershipHandlers: Handlers = {
  CreateOrganizationMembership: (call, state) => {
    const body = bodyOf<OrganizationMembershipsCreateParams>(call);
    const metadata = {
      public_metadata: body.public_metadata ?? {},
      private_metadata: body.private_metadata ?? {},
    };
    const organization = organizationOf(call, state);
    requireSeat(state, organization);
    return memberships.view(addMember(state, organization, body.user_id, body.role, metadata), state);
  },
  ListOrganizationMemberships: (call, state) => {
    const rows = state.table('organization_memberships').by('organization_id', organizationOf(call, state).id);
    return list(state, memberships, call.query, { rows });
  },
  InstanceGetOrganizationMemberships: listOf(memberships),
  UsersGetOrganizationMemberships: (call, state) => {
    const rows = state.table('organization_memberships').by('user_id', userOf(call, state).id);
    return list(state, memberships, call.query, { rows });
  },
  UpdateOrganizationMembership: (call, state) => {
    const { role } = bodyOf<OrganizationMembershipsUpdateParams>(call);
    return memberships.view(changeRole(state, memberOf(call, state), role), state);
  },
  UpdateOrganizationMembershipMetadata: (call, state) => {
    const membership = memberOf(call, state);
    const kinds = mergedKinds(membership, bodyOf<OrganizationMembershipsUpdateMetadataParams>(call));
    return memberships.view(change(state, memberships, membership.id, kinds), state);
  },
  /** Answers the view that the membership had. */
  DeleteOrganizationMembership: (call, state) => {
    const membership = memberOf(call, state);
    const view = memberships.view(membership, state);
    removeMember(state, membership);
    return view;
  },
};
