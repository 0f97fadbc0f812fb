/** Who is in which organization, and as what. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, create, find, list, remove } from '../../../model/records/resource.js';
import { mergedKinds } from '../../../model/records/metadata.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers, OperationCall } from '../../engine/operation.js';
import { forbidden, notFound, wrongState } from '../../../model/records/refusals.js';
import { memberships, organizations } from '../../../model/organizations/organization-records.js';
import { roleByKey } from '../../../model/organizations/role-records.js';
import { users } from '../../../model/users/user-records.js';
import { leaveOrganization } from '../../../model/sessions/user-sessions.js';

type Fields = Readonly<Record<string, unknown>>;

/** @throws ApiError 404 */
export function requireRole(state: InstanceState, key: unknown): string {
  if (typeof key === 'string' && roleByKey(state, key)) return key;
  throw new ApiError(404, 'resource_not_found', 'not found', {
    longMessage: `No organization role was found with key ${String(key)}.`,
    paramName: 'role',
  });
}

/** @throws ApiError 403 if the organization is full */
function requireSeats(state: InstanceState, organization: Row, wanted = 1): void {
  const limit = Number(organization['max_allowed_memberships'] ?? 0);
  const taken = state.table('organization_memberships').by('organization_id', organization.id).length;
  if (limit > 0 && taken + wanted > limit) {
    throw forbidden(
      'organization_membership_quota_exceeded',
      `You have reached your limit of ${limit} organization memberships.`,
    );
  }
}

export function membershipOf(state: InstanceState, organizationId: string, userId: string): Row | undefined {
  const table = state.table('organization_memberships');
  return table.by('user_id', userId).find((row) => row['organization_id'] === organizationId);
}

/** @throws ApiError 400, 403, 404 */
export function addMember(
  state: InstanceState,
  organization: Row,
  userId: string,
  role: unknown,
  fields: Fields = {},
): Row {
  const user = find(state, users, userId);
  const key = requireRole(state, role);
  if (membershipOf(state, organization.id, user.id)) {
    throw wrongState('already_a_member_in_organization', `User ${user.id} is already a member of the organization.`);
  }
  requireSeats(state, organization);
  const owner = { organization_id: organization.id, user_id: user.id, role: key };
  return create(state, memberships, { public_metadata: {}, private_metadata: {}, ...fields, ...owner });
}

/** Gives the view that it had, which is what the operation answers. */
export function removeMember(state: InstanceState, membership: Row): unknown {
  const view = memberships.view(membership, state);
  remove(state, memberships, membership);
  leaveOrganization(state, String(membership['organization_id']), String(membership['user_id']));
  return view;
}

export function removeMembershipsOf(state: InstanceState, userId: string): void {
  for (const membership of state.table('organization_memberships').by('user_id', userId))
    removeMember(state, membership);
}

export function organizationOf(call: OperationCall, state: InstanceState): Row {
  return find(state, organizations, call.params['organization_id'] ?? '');
}

function memberOf(call: OperationCall, state: InstanceState): Row {
  const userId = call.params['user_id'] ?? '';
  const membership = membershipOf(state, organizationOf(call, state).id, userId);
  if (!membership) throw notFound('organization membership of user', userId);
  return membership;
}

const created: Handler = (call, state) => {
  const { user_id: userId, role, public_metadata: open, private_metadata: secret } = bodyOf(call);
  const metadata = { public_metadata: open ?? {}, private_metadata: secret ?? {} };
  return memberships.view(addMember(state, organizationOf(call, state), String(userId), role, metadata), state);
};

export const organizationMembershipHandlers: Handlers = {
  CreateOrganizationMembership: created,
  ListOrganizationMemberships: (call, state) => {
    const rows = state.table('organization_memberships').by('organization_id', organizationOf(call, state).id);
    return list(state, memberships, call.query, { rows });
  },
  InstanceGetOrganizationMemberships: (call, state) => list(state, memberships, call.query),
  UsersGetOrganizationMemberships: (call, state) => {
    const user = find(state, users, call.params['user_id'] ?? '');
    return list(state, memberships, call.query, {
      rows: state.table('organization_memberships').by('user_id', user.id),
    });
  },
  UpdateOrganizationMembership: (call, state) => {
    const role = requireRole(state, bodyOf(call)['role']);
    return memberships.view(change(state, memberships, memberOf(call, state).id, { role }), state);
  },
  UpdateOrganizationMembershipMetadata: (call, state) => {
    const membership = memberOf(call, state);
    return memberships.view(change(state, memberships, membership.id, mergedKinds(membership, bodyOf(call))), state);
  },
  DeleteOrganizationMembership: (call, state) => removeMember(state, memberOf(call, state)),
};
