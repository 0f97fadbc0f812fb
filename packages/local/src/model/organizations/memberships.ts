/** Memberships of organizations: seats, roles, and the permissions that somebody must keep. */
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { MembershipRow, OrganizationRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { change, create, find, remove } from '../records/resource.js';
import { users } from '../users/user-records.js';
import { memberships, membershipOf } from './organization-records.js';
import { permissionKeysOf, roleByKey, rolesFor } from './role-records.js';

/** @throws ApiError 404 */
export function requireRole(state: InstanceState, key: string | undefined): string {
  if (key !== undefined && roleByKey(state, key)) return key;
  throw noRole(key);
}

const noRole = (key: string | undefined) =>
  refusal('resource_not_found', `No organization role was found with key ${String(key)}.`, { paramName: 'role' });

/** One of the roles that the organization offers its members. @throws ApiError 404 */
export function requireOfferedRole(state: InstanceState, organization: OrganizationRow, key: string): string {
  if (rolesFor(state, organization).some((role) => role.key === key)) return key;
  throw noRole(key);
}

/** Whether so many more people may become members. */
export function hasSeat(state: InstanceState, organization: OrganizationRow, wanted = 1): boolean {
  const limit = organization.max_allowed_memberships;
  const taken = state.table('organization_memberships').by('organization_id', organization.id).length;
  return limit === 0 || taken + wanted <= limit;
}

/** @throws ApiError 403 if the organization is full */
export function requireSeat(state: InstanceState, organization: OrganizationRow, wanted = 1): void {
  if (hasSeat(state, organization, wanted)) return;
  const { max_allowed_memberships: limit } = organization;
  throw refusal('organization_membership_quota_exceeded', `The organization has at most ${limit} members.`);
}

type Metadata = Pick<Draft<MembershipRow>, 'public_metadata' | 'private_metadata'>;

/** Seeds and helpers of tests may fill an organization beyond its limit: whoever writes them has decided. @throws ApiError 400, 404 */
export function addMember(
  state: InstanceState,
  organization: OrganizationRow,
  userId: string,
  role: string | undefined,
  metadata: Metadata = {},
): MembershipRow {
  const user = find(state, users, userId);
  const key = requireRole(state, role);
  if (membershipOf(state, organization.id, user.id))
    throw refusal('already_a_member_in_organization', `${user.id} is a member of the organization already.`);
  const owner = { organization_id: organization.id, user_id: user.id, role: key };
  return create(state, memberships, { public_metadata: {}, private_metadata: {}, ...metadata, ...owner });
}

/** Permissions that at least one member of an organization must have. */
export const MINIMUM_PERMISSIONS = ['org:sys_memberships:manage', 'org:sys_memberships:read', 'org:sys_profile:delete'];

const hasMinimumPermissions = (state: InstanceState, role: string): boolean => {
  const held = permissionKeysOf(state, role);
  return MINIMUM_PERMISSIONS.every((key) => held.includes(key));
};

/** @param role the one that the member gets; null: the member leaves. @throws ApiError 400 if nobody could manage the organization any more */
function refuseLastManager(
  state: InstanceState,
  { id, organization_id, role: before }: MembershipRow,
  role: string | null,
) {
  if (!hasMinimumPermissions(state, before) || (role !== null && hasMinimumPermissions(state, role))) return;
  const others = state.table('organization_memberships').by('organization_id', organization_id);
  if (others.some((other) => other.id !== id && hasMinimumPermissions(state, other.role))) return;
  throw refusal(
    'organization_minimum_permissions_needed',
    `Somebody else must have ${MINIMUM_PERMISSIONS.join(', ')} first.`,
    { paramName: 'role' },
  );
}

/** @throws ApiError 400, 404 */
export function changeRole(state: InstanceState, membership: MembershipRow, role: string | undefined): MembershipRow {
  const key = requireRole(state, role);
  refuseLastManager(state, membership, key);
  return change(state, memberships, membership.id, { role: key });
}

/** @throws ApiError 400 */
export function removeMember(state: InstanceState, membership: MembershipRow): void {
  refuseLastManager(state, membership, null);
  remove(state, memberships, membership);
}
