import type { TokenOrganization } from './tokens/organization-claim.js';
import type { Row, World } from './world.js';

/*
 * Users, organizations, memberships, roles and permissions as far as tokens need them: found, or made when a test names one that nobody created.
 */

const METADATA = { public_metadata: {}, private_metadata: {} };

export function ensureUser(world: World, userId: string): Row {
  const users = world.table('users');
  const now = world.now();
  return (
    users.get(userId) ??
    users.insert({
      id: userId,
      object: 'user',
      username: null,
      first_name: null,
      last_name: null,
      external_id: null,
      primary_email_address_id: null,
      primary_phone_number_id: null,
      primary_web3_wallet_id: null,
      ...METADATA,
      unsafe_metadata: {},
      banned: false,
      locked: false,
      last_sign_in_at: null,
      last_active_at: null,
      created_at: now,
      updated_at: now,
    })
  );
}

export function ensureOrganization(world: World, organizationId: string, createdBy: string): Row {
  const organizations = world.table('organizations');
  const now = world.now();
  return (
    organizations.get(organizationId) ??
    organizations.insert({
      id: organizationId,
      object: 'organization',
      name: organizationId,
      slug: organizationId
        .replace(/^org_/, '')
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, '-'),
      max_allowed_memberships: 5,
      admin_delete_enabled: true,
      created_by: createdBy,
      ...METADATA,
      created_at: now,
      updated_at: now,
    })
  );
}

/** `admin` and `org:admin` are the same role. */
export function roleKey(role: string): string {
  return role.startsWith('org:') ? role : `org:${role}`;
}

/** @param role without it: the one that the membership has, or `org:member` */
export function ensureMembership(world: World, organizationId: string, userId: string, role?: string): Row {
  const memberships = world.table('organization_memberships');
  const now = world.now();
  const existing = findMembership(world, organizationId, userId);
  if (existing === undefined) {
    return memberships.insert({
      id: world.id('orgmem'),
      object: 'organization_membership',
      organization_id: organizationId,
      user_id: userId,
      role: role ?? 'org:member',
      ...METADATA,
      created_at: now,
      updated_at: now,
    });
  }
  if (role === undefined || existing['role'] === role) return existing;
  return memberships.update(existing.id, { role, updated_at: now }) ?? existing;
}

/** A role that nobody created comes with these permissions, which are created as well. */
export function ensureRole(world: World, key: string, permissions: readonly string[]): Row {
  const roles = world.table('organization_roles');
  const existing = roles.by('key', key)[0];
  if (existing !== undefined) return existing;
  const now = world.now();
  const name = titleOf(key);
  return roles.insert({
    id: world.id('role'),
    object: 'role',
    key,
    name,
    description: '',
    permissions,
    is_creator_eligible: false,
    created_at: now,
    updated_at: now,
  });
}

function titleOf(key: string): string {
  return key
    .replace(/^org:/, '')
    .replaceAll(/[_:-]+/g, ' ')
    .replace(/^./, (letter) => letter.toUpperCase());
}

export function findMembership(world: World, organizationId: string, userId: string): Row | undefined {
  return world
    .table('organization_memberships')
    .by('user_id', userId)
    .find((row) => row['organization_id'] === organizationId);
}

/** What a token says of a membership; null if there is none. */
export function membershipFor(world: World, organizationId: string, userId: string): TokenOrganization | null {
  const membership = findMembership(world, organizationId, userId);
  const organization = world.table('organizations').get(organizationId);
  if (membership === undefined || organization === undefined) return null;
  const role = String(membership['role']);
  const slug = organization['slug'];
  return {
    id: organizationId,
    slug: typeof slug === 'string' ? slug : null,
    role,
    permissions: permissionsOf(world, role),
  };
}

/** Keys of the permissions that a role grants. */
export function permissionsOf(world: World, role: string): string[] {
  const row = world.table('organization_roles').by('key', role)[0];
  const permissions = (row?.['permissions'] ?? []) as readonly unknown[];
  return permissions.map(String);
}
