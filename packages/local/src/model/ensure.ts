import type { InstanceState } from '../state/instance-state.js';
import type { MembershipRow, OrganizationRow, RoleRow, UserRow } from '../state/rows.js';
import { addMember } from './organizations/memberships.js';
import { memberships, membershipOf } from './organizations/organization-records.js';
import { createOrganization } from './organizations/organizations.js';
import { permissions as permissionResource, roleByKey, roles } from './organizations/role-records.js';
import { change, create } from './records/resource.js';
import { createUser } from './users/users.js';

/*
 * Users, organizations, memberships, roles and permissions as tests name them: found, or made when nobody created them.
 */

const DEFAULT_ROLE = 'org:member';

export function ensureUser(state: InstanceState, userId: string): UserRow {
  return state.table('users').get(userId) ?? createUser(state, { id: userId });
}

export function ensureOrganization(state: InstanceState, organizationId: string): OrganizationRow {
  const existing = state.table('organizations').get(organizationId);
  return existing ?? createOrganization(state, { id: organizationId, name: organizationId.replace(/^org_/, '') });
}

/** `admin` and `org:admin` are the same role. */
export function roleKey(role: string): string {
  return role.startsWith('org:') ? role : `org:${role}`;
}

/** A role that does not exist is created with these permissions; a role that exists keeps its own. */
export function ensureRole(state: InstanceState, key: string, permissions: readonly string[] = []): RoleRow {
  const existing = roleByKey(state, key);
  if (existing !== undefined) return existing;
  for (const permission of permissions) ensurePermission(state, permission);
  return create(state, roles, {
    key,
    name: titleOf(key),
    description: '',
    permissions: [...permissions],
    is_creator_eligible: false,
  });
}

export function ensurePermission(state: InstanceState, key: string): void {
  if (state.table('organization_permissions').by('key', key).length > 0) return;
  create(state, permissionResource, { key, name: titleOf(key), description: '', type: 'user' });
}

export function titleOf(key: string): string {
  return key
    .replace(/^org:/, '')
    .replaceAll(/[_:-]+/g, ' ')
    .replace(/^./, (letter) => letter.toUpperCase());
}

/** @param role without it: the one that the membership has, or `org:member` */
export function ensureMembership(
  state: InstanceState,
  organizationId: string,
  userId: string,
  role?: string,
): MembershipRow {
  const existing = membershipOf(state, organizationId, userId);
  if (existing === undefined) {
    const key = ensureRole(state, role ?? DEFAULT_ROLE).key;
    return addMember(state, ensureOrganization(state, organizationId), userId, key);
  }
  if (role === undefined || existing.role === role) return existing;
  return change(state, memberships, existing.id, { role });
}
