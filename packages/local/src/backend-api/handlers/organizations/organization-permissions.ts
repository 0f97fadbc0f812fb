/** Permissions: system ones (`org:sys_...`) cannot be changed; a changed key changes in all roles that hold it. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, createOf, find, getOf, idOf, listOf, remove } from '../../../model/records/resource.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handlers } from '../../engine/operation.js';
import { forbidden, invalidFormat } from '../../../model/records/refusals.js';
import { keysIn, permissions } from '../../../model/organizations/role-records.js';

function readKey(key: unknown): string {
  if (typeof key === 'string' && /^org:[a-z0-9_]+:[a-z0-9_]+$/.test(key) && !key.startsWith('org:sys_')) return key;
  throw invalidFormat('key', "org:<feature>:<action> and not start with 'org:sys_'");
}

/** @throws ApiError 403 for system permissions */
function own(row: Row): Row {
  if (row['type'] === 'system')
    throw forbidden('organization_system_permission', 'System permissions cannot be changed or deleted.');
  return row;
}

/** Puts another key (or none) in the place of one, in every role. */
function replaceInRoles(state: InstanceState, before: string, after: string | null): void {
  const table = state.table('organization_roles');
  for (const role of [...table.all()]) {
    const keys = keysIn(role, 'permissions');
    if (!keys.includes(before)) continue;
    table.update(role.id, { permissions: keys.flatMap((key) => (key === before ? (after ?? []) : key)) });
  }
}

export const organizationPermissionHandlers: Handlers = {
  ListOrganizationPermissions: listOf(permissions),
  CreateOrganizationPermission: createOf(permissions, (body) => ({
    name: body['name'],
    key: readKey(body['key']),
    description: body['description'] ?? '',
    type: 'user',
  })),
  GetOrganizationPermission: getOf(permissions),
  UpdateOrganizationPermission: (call, state) => {
    const before = own(find(state, permissions, idOf(call.params)));
    const { name, key, description } = bodyOf(call);
    const patch = { name, description, ...(key === undefined ? {} : { key: readKey(key) }) };
    const row = change(state, permissions, before.id, patch);
    if (row['key'] !== before['key']) replaceInRoles(state, String(before['key']), String(row['key']));
    return permissions.view(row, state);
  },
  DeleteOrganizationPermission: (call, state) => {
    const row = own(find(state, permissions, idOf(call.params)));
    replaceInRoles(state, String(row['key']), null);
    return remove(state, permissions, row);
  },
};
