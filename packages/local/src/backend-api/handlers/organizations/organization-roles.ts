/** Roles of organizations, and the permissions that they hold. */
import type {
  OrganizationPermissionsCreateParams,
  OrganizationPermissionsUpdateParams,
  OrganizationRolesCreateParams,
  OrganizationRolesUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import { permissions, roles } from '../../../model/organizations/role-records.js';
import {
  assignPermission,
  createPermission,
  createRole,
  removePermission,
  removeRole,
  unassignPermission,
  updatePermission,
  updateRole,
} from '../../../model/organizations/roles.js';
import { find } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { PermissionRow, RoleRow } from '../../../state/rows.js';
import { getOf, listOf } from '../../engine/crud-handlers.js';
import { bodyOf, param, type Handlers, type OperationCall } from '../../engine/operation.js';

const roleOf = (call: OperationCall, state: InstanceState): RoleRow =>
  find(state, roles, param(call, 'organization_role_id'));

const permissionOf = (call: OperationCall, state: InstanceState): PermissionRow =>
  find(state, permissions, param(call, 'permission_id'));

export const organizationRoleHandlers: Handlers = {
  ListOrganizationRoles: listOf(roles),
  CreateOrganizationRole: (call, state) =>
    roles.view(createRole(state, bodyOf<OrganizationRolesCreateParams>(call)), state),
  GetOrganizationRole: getOf(roles),
  UpdateOrganizationRole: (call, state) =>
    roles.view(updateRole(state, roleOf(call, state), bodyOf<OrganizationRolesUpdateParams>(call)), state),
  DeleteOrganizationRole: (call, state) => removeRole(state, roleOf(call, state)),
  AssignPermissionToOrganizationRole: (call, state) => {
    const role = roleOf(call, state);
    return roles.view(assignPermission(state, role, permissionOf(call, state)), state);
  },
  RemovePermissionFromOrganizationRole: (call, state) => {
    const role = roleOf(call, state);
    return roles.view(unassignPermission(state, role, permissionOf(call, state)), state);
  },
  ListOrganizationPermissions: listOf(permissions),
  CreateOrganizationPermission: (call, state) =>
    permissions.view(createPermission(state, bodyOf<OrganizationPermissionsCreateParams>(call)), state),
  GetOrganizationPermission: getOf(permissions),
  UpdateOrganizationPermission: (call, state) => {
    const before = permissionOf(call, state);
    return permissions.view(updatePermission(state, before, bodyOf<OrganizationPermissionsUpdateParams>(call)), state);
  },
  DeleteOrganizationPermission: (call, state) => removePermission(state, permissionOf(call, state)),
};
