/** Roles of organizations and the permissions that they hold: creation, changes, and what must follow a change. */
import type {
  OrganizationPermissionsCreateParams,
  OrganizationPermissionsUpdateParams,
  OrganizationRolesCreateParams,
  OrganizationRolesUpdateParams,
} from '../../../../../src/api/generated/types.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, PermissionRow, RoleRow } from '../../state/rows.js';
import { changeSettings, settingsOf } from '../instance/settings.js';
import type { RefusalCode } from '../records/refusal-table.js';
import { invalidFormat, notFound, refusal, taken } from '../records/refusals.js';
import { change, create, remove } from '../records/resource.js';
import { MINIMUM_PERMISSIONS } from './memberships.js';
import { permissions, replacePermission, roleByKey, roles } from './role-records.js';

function readRoleKey(key: string): string {
  if (/^org:[a-z0-9_]+$/.test(key)) return key;
  throw invalidFormat('key', "'org:' followed by lowercase letters, digits and underscores");
}

/** Permissions are named by id; keys are taken as well. @throws ApiError 404 */
function permissionKeys(state: InstanceState, names: readonly string[]): readonly string[] {
  const table = state.table('organization_permissions');
  const keys = names.map((name) => {
    const row = table.get(name) ?? table.by('key', name)[0];
    if (!row) throw notFound('organization permission', name);
    return row.key;
  });
  return [...new Set(keys)];
}

/** @throws ApiError 403, 404, 422 */
export function createRole(state: InstanceState, body: OrganizationRolesCreateParams): RoleRow {
  if (roleByKey(state, body.key)) throw taken('key');
  const { max_allowed_roles: limit } = settingsOf(state, 'organizations');
  if (state.table('organization_roles').size >= limit)
    throw refusal('organization_instance_roles_quota_exceeded', `An instance has at most ${limit} roles.`);
  const role = create(state, roles, {
    name: body.name,
    key: readRoleKey(body.key),
    description: body.description ?? null,
    permissions: permissionKeys(state, body.permissions ?? []),
    is_creator_eligible: false,
  });
  if (body.include_in_initial_role_set === true) {
    const sets = state.table('role_sets');
    const initial = sets.by('key', settingsOf(state, 'organizations').initial_role_set_key)[0];
    if (initial) sets.update(initial.id, { roles: [...initial.roles, role.key] });
  }
  return role;
}

/** @throws ApiError 404, 422 */
export function updateRole(state: InstanceState, before: RoleRow, body: OrganizationRolesUpdateParams): RoleRow {
  const { name, key, description, permissions: names } = body;
  const held = Array.isArray(names) ? permissionKeys(state, names as readonly string[]) : before.permissions;
  refuseWeakCreatorRole(state, before.key, held);
  const row = change(state, roles, before.id, {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof key === 'string' ? { key: readRoleKey(key) } : {}),
    ...(description === undefined ? {} : { description }),
    permissions: held,
  });
  if (row.key !== before.key) renameRole(state, before.key, row.key);
  return row;
}

/** The creator's role must be able to keep an organization. @throws ApiError 422 */
function refuseWeakCreatorRole(state: InstanceState, key: string, permissionKeys: readonly string[]): void {
  if (settingsOf(state, 'organizations').creator_role === key) requireMinimumPermissions(key, permissionKeys);
}

/** @throws ApiError 422 */
export function requireMinimumPermissions(key: string, held: readonly string[], paramName?: string): void {
  const lacking = MINIMUM_PERMISSIONS.filter((permission) => !held.includes(permission));
  if (lacking.length === 0) return;
  throw refusal('organization_missing_creator_role_permissions', `${key} lacks ${lacking.join(', ')}.`, { paramName });
}

/** A new key reaches all that name the role: settings, members, invitations, role sets. */
function renameRole(state: InstanceState, before: string, after: string): void {
  const settings = settingsOf(state, 'organizations');
  for (const name of ['creator_role', 'domains_default_role'] as const) {
    if (settings[name] === before) changeSettings(state, 'organizations', { [name]: after });
  }
  for (const name of ['organization_memberships', 'organization_invitations'] as const) {
    for (const { id } of state.table(name).by('role', before)) state.table(name).update(id, { role: after });
  }
  const swap = (key: string) => (key === before ? after : key);
  for (const set of state.table('role_sets').rows()) {
    state.table('role_sets').update(set.id, {
      roles: set.roles.map(swap),
      default_role_key: set.default_role_key && swap(set.default_role_key),
      creator_role_key: set.creator_role_key && swap(set.creator_role_key),
    });
  }
}

/** Why a role cannot be deleted: a row is a rule. */
const GUARDS: readonly (readonly [
  code: RefusalCode,
  why: string,
  applies: (state: InstanceState, key: string) => boolean,
])[] = [
  [
    'organization_role_default_creator_role',
    'is the creator role',
    (state, key) => settingsOf(state, 'organizations').creator_role === key,
  ],
  [
    'organization_role_domain_default_role',
    'is the default role of domains',
    (state, key) => settingsOf(state, 'organizations').domains_default_role === key,
  ],
  [
    'organization_role_assigned_members',
    'is assigned to members',
    (state, key) => state.table('organization_memberships').by('role', key).length > 0,
  ],
  [
    'organization_role_exists_in_invitations',
    'exists in invitations',
    (state, key) =>
      state
        .table('organization_invitations')
        .by('role', key)
        .some((row) => row.status === 'pending'),
  ],
];

/** @throws ApiError 422 while the role is in use */
export function removeRole(state: InstanceState, role: RoleRow): Fields {
  const guard = GUARDS.find(([, , applies]) => applies(state, role.key));
  if (guard) throw refusal(guard[0], `The role ${role.key} ${guard[1]}.`);
  return remove(state, roles, role);
}

/** @throws ApiError 409 */
export function assignPermission(state: InstanceState, role: RoleRow, { key }: PermissionRow): RoleRow {
  if (role.permissions.includes(key)) throw refusal('organization_role_permission_association_exists');
  return change(state, roles, role.id, { permissions: [...role.permissions, key] });
}

/** @throws ApiError 404, 422 */
export function unassignPermission(state: InstanceState, role: RoleRow, { key }: PermissionRow): RoleRow {
  if (!role.permissions.includes(key)) throw refusal('organization_role_permission_association_not_found');
  const permissions = role.permissions.filter((other) => other !== key);
  refuseWeakCreatorRole(state, role.key, permissions);
  return change(state, roles, role.id, { permissions });
}

function readPermissionKey(key: unknown): string {
  if (typeof key === 'string' && /^org:[a-z0-9_]+:[a-z0-9_]+$/.test(key) && !key.startsWith('org:sys_')) return key;
  throw invalidFormat('key', "org:<feature>:<action> and not start with 'org:sys_'");
}

/** @throws ApiError 403 for system permissions */
function refuseSystem(row: PermissionRow): void {
  if (row.type === 'system') throw refusal('organization_system_permission_not_modifiable');
}

/** @throws ApiError 422 */
export function createPermission(state: InstanceState, body: OrganizationPermissionsCreateParams): PermissionRow {
  const { name, key, description } = body;
  return create(state, permissions, {
    name,
    key: readPermissionKey(key),
    description: description ?? '',
    type: 'user',
  });
}

/** A changed key changes in all roles that hold it. @throws ApiError 403, 422 */
export function updatePermission(
  state: InstanceState,
  before: PermissionRow,
  { name, key, description }: OrganizationPermissionsUpdateParams,
): PermissionRow {
  refuseSystem(before);
  const patch: Fields = { name, description, ...(key === undefined ? {} : { key: readPermissionKey(key) }) };
  const row = change(state, permissions, before.id, patch);
  if (row.key !== before.key) replacePermission(state, before.key, row.key);
  return row;
}

/** @throws ApiError 403 for system permissions */
export function removePermission(state: InstanceState, row: PermissionRow): Fields {
  refuseSystem(row);
  return remove(state, permissions, row);
}
