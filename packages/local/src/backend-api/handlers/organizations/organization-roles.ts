/** Roles of organizations, and the permissions that they hold. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, create, find, getOf, listOf, remove } from '../../../model/records/resource.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers, OperationCall } from '../../engine/operation.js';
import { invalidFormat, notFound, taken } from '../../../model/records/refusals.js';
import { changeSettings, settingsOf } from '../../../model/instance/settings.js';
import { keysIn, permissions, roles, roleSets } from '../../../model/organizations/role-records.js';

function readKey(key: unknown): string {
  if (typeof key === 'string' && /^org:[a-z0-9_]+$/.test(key)) return key;
  throw invalidFormat('key', "'org:' followed by lowercase letters, digits and underscores");
}

/** Permissions are named by id; keys are taken as well. @throws ApiError 404 */
function permissionKeys(state: InstanceState, names: unknown): readonly string[] | undefined {
  if (!Array.isArray(names)) return undefined;
  const keys = (names as string[]).map((name) => {
    const table = state.table(permissions.table);
    const row = table.get(name) ?? table.by('key', name)[0];
    if (!row) throw notFound('organization permission', name);
    return String(row['key']);
  });
  return [...new Set(keys)];
}

const createRole: Handler = (call, state) => {
  const body = bodyOf(call);
  const role = create(state, roles, {
    name: body['name'],
    key: readKey(body['key']),
    description: body['description'] ?? null,
    permissions: permissionKeys(state, body['permissions']) ?? [],
    is_creator_eligible: false,
  });
  if (body['include_in_initial_role_set'] === true) {
    const initial = state
      .table(roleSets.table)
      .by('key', settingsOf(state, 'organizations')['initial_role_set_key'])[0];
    if (initial) state.table(roleSets.table).update(initial.id, { roles: [...keysIn(initial, 'roles'), role['key']] });
  }
  return roles.view(role, state);
};

const updateRole: Handler = (call, state) => {
  const before = roleOf(call, state);
  const { name, key, description, permissions: names } = bodyOf(call);
  const wanted = permissionKeys(state, names);
  const row = change(state, roles, before.id, {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof key === 'string' ? { key: readKey(key) } : {}),
    ...(description === undefined ? {} : { description }),
    ...(wanted ? { permissions: wanted } : {}),
  });
  if (row['key'] !== before['key']) renameRole(state, String(before['key']), String(row['key']));
  return roles.view(row, state);
};

/** A new key reaches all that name the role: settings, members, invitations, role sets. */
function renameRole(state: InstanceState, before: string, after: string): void {
  const settings = settingsOf(state, 'organizations');
  for (const name of ['creator_role', 'domains_default_role']) {
    if (settings[name] === before) changeSettings(state, 'organizations', { [name]: after });
  }
  for (const table of ['organization_memberships', 'organization_invitations']) {
    for (const row of state.table(table).by('role', before)) state.table(table).update(row.id, { role: after });
  }
  const swap = (key: unknown) => (key === before ? after : key);
  for (const set of [...state.table(roleSets.table).all()]) {
    state.table(roleSets.table).update(set.id, {
      roles: keysIn(set, 'roles').map(swap),
      default_role_key: swap(set['default_role_key']),
      creator_role_key: swap(set['creator_role_key']),
    });
  }
}

/** Why a role cannot be deleted: a row is a rule. */
const GUARDS: readonly (readonly [
  code: string,
  why: string,
  applies: (state: InstanceState, key: string) => boolean,
])[] = [
  [
    'organization_role_used_as_creator_role',
    'is the creator role',
    (state, key) => settingsOf(state, 'organizations')['creator_role'] === key,
  ],
  [
    'organization_role_used_as_domain_default_role',
    'is the default role of domains',
    (state, key) => settingsOf(state, 'organizations')['domains_default_role'] === key,
  ],
  [
    'organization_role_assigned_to_members',
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
        .some((row) => row['status'] === 'pending'),
  ],
];

const deleteRole: Handler = (call, state) => {
  const role = roleOf(call, state);
  const key = String(role['key']);
  const guard = GUARDS.find(([, , applies]) => applies(state, key));
  if (guard) throw new ApiError(422, guard[0], 'The role is in use', { longMessage: `The role ${key} ${guard[1]}.` });
  for (const set of [...state.table(roleSets.table).all()]) {
    const kept = keysIn(set, 'roles').filter((other) => other !== key);
    if (kept.length < keysIn(set, 'roles').length) state.table(roleSets.table).update(set.id, { roles: kept });
  }
  return remove(state, roles, role);
};

const roleOf = (call: OperationCall, state: InstanceState): Row =>
  find(state, roles, call.params['organization_role_id'] ?? '');

const assign: Handler = (call, state) => {
  const role = roleOf(call, state);
  const key = String(find(state, permissions, call.params['permission_id'] ?? '')['key']);
  const held = keysIn(role, 'permissions');
  if (held.includes(key))
    throw new ApiError(409, 'permission_already_assigned', 'The role has this permission already.');
  return roles.view(change(state, roles, role.id, { permissions: [...held, key] }), state);
};

const unassign: Handler = (call, state) => {
  const role = roleOf(call, state);
  const key = String(find(state, permissions, call.params['permission_id'] ?? '')['key']);
  const held = keysIn(role, 'permissions');
  if (!held.includes(key)) throw notFound('permission of the role', key);
  return roles.view(change(state, roles, role.id, { permissions: held.filter((other) => other !== key) }), state);
};

export const organizationRoleHandlers: Handlers = {
  ListOrganizationRoles: listOf(roles),
  CreateOrganizationRole: (call, state) => {
    const { key } = bodyOf(call);
    if (state.table(roles.table).by('key', key).length > 0) throw taken('key');
    return createRole(call, state);
  },
  GetOrganizationRole: getOf(roles),
  UpdateOrganizationRole: updateRole,
  DeleteOrganizationRole: deleteRole,
  AssignPermissionToOrganizationRole: assign,
  RemovePermissionFromOrganizationRole: unassign,
};
