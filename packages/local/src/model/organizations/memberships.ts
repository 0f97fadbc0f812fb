/** Which user is in which organization, and as what. */
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { MembershipRow, OrganizationRow } from '../../state/rows.js';
import { ApiError } from '../records/api-error.js';
import { forbidden, wrongState } from '../records/refusals.js';
import { create, find } from '../records/resource.js';
import { users } from '../users/user-records.js';
import { memberships, membershipOf } from './organization-records.js';
import { roleByKey } from './role-records.js';

/** @throws ApiError 404 */
export function requireRole(state: InstanceState, key: string | undefined): string {
  if (key !== undefined && roleByKey(state, key)) return key;
  throw new ApiError(404, 'resource_not_found', 'not found', {
    longMessage: `No organization role was found with key ${String(key)}.`,
    paramName: 'role',
  });
}

/** @throws ApiError 403 if the organization is full */
function requireSeat(state: InstanceState, organization: OrganizationRow): void {
  const limit = organization.max_allowed_memberships;
  const taken = state.table('organization_memberships').by('organization_id', organization.id).length;
  if (limit > 0 && taken >= limit) {
    throw forbidden(
      'organization_membership_quota_exceeded',
      `You have reached your limit of ${limit} organization memberships.`,
    );
  }
}

type Metadata = Pick<Draft<MembershipRow>, 'public_metadata' | 'private_metadata'>;

/** @throws ApiError 400, 403, 404 */
export function addMember(
  state: InstanceState,
  organization: OrganizationRow,
  userId: string,
  role: string | undefined,
  metadata: Metadata = {},
): MembershipRow {
  const user = find(state, users, userId);
  const key = requireRole(state, role);
  if (membershipOf(state, organization.id, user.id)) {
    throw wrongState('already_a_member_in_organization', `User ${user.id} is already a member of the organization.`);
  }
  requireSeat(state, organization);
  const owner = { organization_id: organization.id, user_id: user.id, role: key };
  return create(state, memberships, { public_metadata: {}, private_metadata: {}, ...metadata, ...owner });
}
