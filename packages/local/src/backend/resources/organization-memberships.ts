/** Who is in which organization, and as what. */
import type { Row, World } from '../../instance-state.js';
import { change, create, find, list, remove } from '../crud.js';
import { mergedKinds } from '../metadata.js';
import { ApiError, bodyOf } from '../operation.js';
import type { Handler, Handlers, OperationCall } from '../operation.js';
import { forbidden, notFound, wrongState } from '../refusals.js';
import { memberships, organizations } from './organization-resource.js';
import { roleByKey } from './role-resource.js';
import { users } from './user-resource.js';
import { leaveOrganization } from './user-sessions.js';

type Fields = Readonly<Record<string, unknown>>;

/** @throws ApiError 404 */
export function requireRole(world: World, key: unknown): string {
  if (typeof key === 'string' && roleByKey(world, key)) return key;
  throw new ApiError(404, 'resource_not_found', 'not found', {
    longMessage: `No organization role was found with key ${String(key)}.`,
    paramName: 'role',
  });
}

/** @throws ApiError 403 if the organization is full */
function requireSeats(world: World, organization: Row, wanted = 1): void {
  const limit = Number(organization['max_allowed_memberships'] ?? 0);
  const taken = world.table('organization_memberships').by('organization_id', organization.id).length;
  if (limit > 0 && taken + wanted > limit) {
    throw forbidden(
      'organization_membership_quota_exceeded',
      `You have reached your limit of ${limit} organization memberships.`,
    );
  }
}

export function membershipOf(world: World, organizationId: string, userId: string): Row | undefined {
  const table = world.table('organization_memberships');
  return table.by('user_id', userId).find((row) => row['organization_id'] === organizationId);
}

/** @throws ApiError 400, 403, 404 */
export function addMember(world: World, organization: Row, userId: string, role: unknown, fields: Fields = {}): Row {
  const user = find(world, users, userId);
  const key = requireRole(world, role);
  if (membershipOf(world, organization.id, user.id)) {
    throw wrongState('already_a_member_in_organization', `User ${user.id} is already a member of the organization.`);
  }
  requireSeats(world, organization);
  const owner = { organization_id: organization.id, user_id: user.id, role: key };
  return create(world, memberships, { public_metadata: {}, private_metadata: {}, ...fields, ...owner });
}

/** Gives the view that it had, which is what the operation answers. */
export function removeMember(world: World, membership: Row): unknown {
  const view = memberships.view(membership, world);
  remove(world, memberships, membership);
  leaveOrganization(world, String(membership['organization_id']), String(membership['user_id']));
  return view;
}

export function removeMembershipsOf(world: World, userId: string): void {
  for (const membership of world.table('organization_memberships').by('user_id', userId))
    removeMember(world, membership);
}

export function organizationOf(call: OperationCall, world: World): Row {
  return find(world, organizations, call.params['organization_id'] ?? '');
}

function memberOf(call: OperationCall, world: World): Row {
  const userId = call.params['user_id'] ?? '';
  const membership = membershipOf(world, organizationOf(call, world).id, userId);
  if (!membership) throw notFound('organization membership of user', userId);
  return membership;
}

const created: Handler = (call, world) => {
  const { user_id: userId, role, public_metadata: open, private_metadata: secret } = bodyOf(call);
  const metadata = { public_metadata: open ?? {}, private_metadata: secret ?? {} };
  return memberships.view(addMember(world, organizationOf(call, world), String(userId), role, metadata), world);
};

export const organizationMembershipHandlers: Handlers = {
  CreateOrganizationMembership: created,
  ListOrganizationMemberships: (call, world) => {
    const rows = world.table('organization_memberships').by('organization_id', organizationOf(call, world).id);
    return list(world, memberships, call.query, { rows });
  },
  InstanceGetOrganizationMemberships: (call, world) => list(world, memberships, call.query),
  UsersGetOrganizationMemberships: (call, world) => {
    const user = find(world, users, call.params['user_id'] ?? '');
    return list(world, memberships, call.query, {
      rows: world.table('organization_memberships').by('user_id', user.id),
    });
  },
  UpdateOrganizationMembership: (call, world) => {
    const role = requireRole(world, bodyOf(call)['role']);
    return memberships.view(change(world, memberships, memberOf(call, world).id, { role }), world);
  },
  UpdateOrganizationMembershipMetadata: (call, world) => {
    const membership = memberOf(call, world);
    return memberships.view(change(world, memberships, membership.id, mergedKinds(membership, bodyOf(call))), world);
  },
  DeleteOrganizationMembership: (call, world) => removeMember(world, memberOf(call, world)),
};
