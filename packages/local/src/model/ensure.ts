import { change, create } from './records/resource.js';
import { addMember, membershipOf } from '../backend-api/handlers/organizations/organization-memberships.js';
import { memberships } from './organizations/organization-records.js';
import { createOrganization } from '../backend-api/handlers/organizations/organization-handlers.js';
import { permissionKeysOf, permissions as permissionResource, roleByKey, roles } from './organizations/role-records.js';
import { createUser } from '../backend-api/handlers/users/user-handlers.js';
import type { TokenOrganization } from './tokens/organization-claim.js';
import type { Row, InstanceState } from '../state/instance-state.js';

/*
 * Users, organizations, memberships, roles and permissions as tests name them: found, or made when nobody created them.
 */

const DEFAULT_ROLE = 'org:member';

export function ensureUser(state: InstanceState, userId: string): Row {
  return state.table('users').get(userId) ?? createUser(state, { id: userId });
}

export function ensureOrganization(state: InstanceState, organizationId: string): Row {
  const existing = state.table('organizations').get(organizationId);
  return existing ?? createOrganization(state, { id: organizationId, name: organizationId.replace(/^org_/, '') });
}

/** `admin` and `org:admin` are the same role. */
export function roleKey(role: string): string {
  return role.startsWith('org:') ? role : `org:${role}`;
}

/** A role that nobody created comes into being with these permissions; a role that exists keeps its own. */
export function ensureRole(state: InstanceState, key: string, permissions: readonly string[] = []): Row {
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
export function ensureMembership(state: InstanceState, organizationId: string, userId: string, role?: string): Row {
  const existing = membershipOf(state, organizationId, userId);
  if (existing === undefined) {
    const key = ensureRole(state, role ?? DEFAULT_ROLE)['key'];
    return addMember(state, ensureOrganization(state, organizationId), userId, key);
  }
  if (role === undefined || existing['role'] === role) return existing;
  return change(state, memberships, existing.id, { role });
}

/** What a token says of a membership; null if there is none. */
export function membershipFor(state: InstanceState, organizationId: string, userId: string): TokenOrganization | null {
  const membership = membershipOf(state, organizationId, userId);
  const organization = state.table('organizations').get(organizationId);
  if (membership === undefined || organization === undefined) return null;
  const role = String(membership['role']);
  const slug = organization['slug'];
  return {
    id: organizationId,
    slug: typeof slug === 'string' ? slug : null,
    role,
    permissions: permissionKeysOf(state, role),
  };
}

export { membershipOf as findMembership };
