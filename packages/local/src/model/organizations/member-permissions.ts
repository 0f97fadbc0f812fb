/** Whether a user is a member of an organization, and holds a permission in it. */
import type { InstanceState } from '../../state/instance-state.js';
import type { MembershipRow, OrganizationRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { membershipOf } from './organization-records.js';
import { permissionKeysOf } from './role-records.js';

export interface OrganizationMember {
  readonly organization: OrganizationRow;
  readonly membership: MembershipRow;
}

/** @throws ApiError 404, the same for an organization that does not exist and for one that the user is not in: outsiders learn nothing */
export function requireMember(state: InstanceState, organizationId: string, userId: string): OrganizationMember {
  const organization = state.table('organizations').get(organizationId);
  const membership = organization && membershipOf(state, organization.id, userId);
  if (organization === undefined || membership === undefined)
    throw refusal(
      'organization_not_found_or_unauthorized',
      `There is no organization ${organizationId} for this user.`,
    );
  return { organization, membership };
}

export const hasPermission = (state: InstanceState, { membership }: OrganizationMember, permission: string): boolean =>
  permissionKeysOf(state, membership.role).includes(permission);

/** @throws ApiError 403 */
export function requirePermission(state: InstanceState, standing: OrganizationMember, permission: string): void {
  if (!hasPermission(state, standing, permission))
    throw refusal('missing_organization_permission', `The role lacks ${permission}.`);
}
