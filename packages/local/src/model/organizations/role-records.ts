/** Roles, permissions and role sets as rows: a role holds the keys of its permissions, a role set the keys of its roles. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, MembershipRow, OrganizationRow, RoleRow, RoleSetRow } from '../../state/rows.js';
import { contains } from '../records/listing.js';
import { defineResource } from '../records/resource.js';

export const permissions = defineResource('organization_permissions', {
  object: 'permission',
  idPrefix: 'perm',
  component: 'Permission',
  event: 'permission',
  unique: ['key'],
  filters: { query: contains('name', 'key', 'id') },
  sortKeys: ['name', 'key'],
  cascade: [
    (state, { key }) => {
      replacePermission(state, key, null);
    },
  ],
});

/** Puts another key (or none) in the place of a permission's, in every role. */
export function replacePermission(state: InstanceState, before: string, after: string | null): void {
  const table = state.table('organization_roles');
  for (const role of table.rows()) {
    if (!role.permissions.includes(before)) continue;
    table.update(role.id, { permissions: role.permissions.flatMap((key) => (key === before ? (after ?? []) : key)) });
  }
}

export const roles = defineResource('organization_roles', {
  object: 'role',
  idPrefix: 'role',
  component: 'Role',
  event: 'role',
  unique: ['key'],
  filters: { query: contains('name', 'key', 'id') },
  sortKeys: ['name', 'key'],
  view: (row, state) => ({
    ...row,
    permissions: row.permissions.flatMap((key) => state.table('organization_permissions').by('key', key)),
  }),
  cascade: [
    (state, { key }) => {
      for (const set of state.table('role_sets').rows()) {
        const kept = set.roles.filter((other) => other !== key);
        if (kept.length < set.roles.length) state.table('role_sets').update(set.id, { roles: kept });
      }
    },
  ],
});

export const roleSets = defineResource('role_sets', {
  object: 'role_set',
  idPrefix: 'roleset',
  component: 'RoleSet',
  unique: ['key'],
  alias: 'key',
  filters: { query: contains('name', 'key', 'id') },
  sortKeys: ['name', 'key'],
  view: roleSetView,
});

export const roleByKey = (state: InstanceState, key: string): RoleRow | undefined =>
  state.table('organization_roles').by('key', key)[0];

/** Keys such as `org:sys_memberships:read` and `org:invoices:read`. */
export const permissionKeysOf = (state: InstanceState, roleKey: string): readonly string[] =>
  roleByKey(state, roleKey)?.permissions ?? [];

/** Memberships with this role in organizations of this role set. */
export function membersWith(state: InstanceState, roleSetKey: string, roleKey: string): MembershipRow[] {
  const within = new Set(organizationsWith(state, roleSetKey).map((row) => row.id));
  const members = state.table('organization_memberships').by('role', roleKey);
  return members.filter((member) => within.has(member.organization_id));
}

/** The roles that members of an organization may have: those of its role set, or all. */
export function rolesFor(state: InstanceState, { role_set_key: key }: OrganizationRow): readonly RoleRow[] {
  const all = state.table('organization_roles').rows();
  const set = state.table('role_sets').by('key', key)[0];
  return set === undefined ? all : all.filter((role) => set.roles.includes(role.key));
}

export const organizationsWith = (state: InstanceState, roleSetKey: string): OrganizationRow[] =>
  state.table('organizations').by('role_set_key', roleSetKey);

function roleSetView(set: RoleSetRow, state: InstanceState): Fields {
  const item = (key: string | undefined) => {
    const role = key === undefined ? undefined : roleByKey(state, key);
    if (!role) return null;
    const count = membersWith(state, set.key, role.key).length;
    return { ...role, object: 'role_set_item', members_count: count, has_members: count > 0 };
  };
  return {
    ...set,
    roles: set.roles.map(item).filter((role) => role !== null),
    default_role: item(set.default_role_key),
    creator_role: item(set.creator_role_key),
    role_set_migration: null,
  };
}
