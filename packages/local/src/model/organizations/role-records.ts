/** Roles, permissions and role sets as rows: a role holds the keys of its permissions, a role set the keys of its roles. */
import type { Row, InstanceState } from '../../state/instance-state.js';
import { defineResource } from '../records/resource.js';
import { contains } from '../records/listing.js';

type Fields = Readonly<Record<string, unknown>>;

export const permissions = defineResource({
  table: 'organization_permissions',
  object: 'permission',
  idPrefix: 'perm',
  component: 'Permission',
  event: 'permission',
  unique: ['key'],
  filters: { query: contains('name', 'key', 'id') },
  sortKeys: ['name', 'key'],
});

export const roles = defineResource({
  table: 'organization_roles',
  object: 'role',
  idPrefix: 'role',
  component: 'Role',
  event: 'role',
  unique: ['key'],
  filters: { query: contains('name', 'key', 'id') },
  sortKeys: ['name', 'key'],
  view: (row, state) => ({
    ...row,
    permissions: keysIn(row, 'permissions').flatMap((key) => state.table('organization_permissions').by('key', key)),
  }),
});

export const roleSets = defineResource({
  table: 'role_sets',
  object: 'role_set',
  idPrefix: 'roleset',
  component: 'RoleSet',
  unique: ['key'],
  alias: 'key',
  filters: { query: contains('name', 'key', 'id') },
  sortKeys: ['name', 'key'],
  view: roleSetView,
});

export const keysIn = (row: Row | undefined, field: string): readonly string[] =>
  (row?.[field] ?? []) as readonly string[];

export const roleByKey = (state: InstanceState, key: string): Row | undefined =>
  state.table('organization_roles').by('key', key)[0];

/** Keys such as `org:sys_memberships:read` and `org:invoices:read`. */
export const permissionKeysOf = (state: InstanceState, roleKey: string): readonly string[] =>
  keysIn(roleByKey(state, roleKey), 'permissions');

/** Memberships with this role in organizations of this role set. */
export function membersWith(state: InstanceState, roleSetKey: string, roleKey: string): Row[] {
  const within = new Set(organizationsOf(state, roleSetKey).map((row) => row.id));
  const members = state.table('organization_memberships').by('role', roleKey);
  return members.filter((member) => within.has(String(member['organization_id'])));
}

export const organizationsOf = (state: InstanceState, roleSetKey: string): Row[] =>
  state.table('organizations').by('role_set_key', roleSetKey);

function roleSetView(row: Row, state: InstanceState): Fields {
  const item = (key: unknown) => {
    const role = roleByKey(state, String(key));
    if (!role) return null;
    const count = membersWith(state, String(row['key']), String(key)).length;
    return { ...role, object: 'role_set_item', members_count: count, has_members: count > 0 };
  };
  return {
    ...row,
    roles: keysIn(row, 'roles')
      .map(item)
      .filter((role) => role !== null),
    default_role: item(row['default_role_key']),
    creator_role: item(row['creator_role_key']),
    role_set_migration: null,
  };
}
