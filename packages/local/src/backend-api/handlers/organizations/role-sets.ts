/** Role sets: which roles the members of an organization may have. */
import type {
  RoleSetsAddRolesParams,
  RoleSetsCreateParams,
  RoleSetsReplaceParams,
  RoleSetsReplaceRoleParams,
  RoleSetsUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import { roleSets } from '../../../model/organizations/role-records.js';
import {
  addRolesToSet,
  createRoleSet,
  replaceRoleInSet,
  replaceRoleSet,
  updateRoleSet,
} from '../../../model/organizations/role-sets.js';
import { find } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { RoleSetRow } from '../../../state/rows.js';
import { getOf, listOf } from '../../engine/crud-handlers.js';
import { bodyOf, param, type Handlers, type OperationCall } from '../../engine/operation.js';

const setOf = (call: OperationCall, state: InstanceState): RoleSetRow =>
  find(state, roleSets, param(call, 'role_set_key_or_id'));

export const roleSetHandlers: Handlers = {
  ListRoleSets: listOf(roleSets),
  CreateRoleSet: (call, state) => roleSets.view(createRoleSet(state, bodyOf<RoleSetsCreateParams>(call)), state),
  GetRoleSet: getOf(roleSets),
  UpdateRoleSet: (call, state) =>
    roleSets.view(updateRoleSet(state, setOf(call, state), bodyOf<RoleSetsUpdateParams>(call)), state),
  ReplaceRoleSet: (call, state) => replaceRoleSet(state, setOf(call, state), bodyOf<RoleSetsReplaceParams>(call)),
  AddRolesToRoleSet: (call, state) =>
    roleSets.view(addRolesToSet(state, setOf(call, state), bodyOf<RoleSetsAddRolesParams>(call)), state),
  ReplaceRoleInRoleSet: (call, state) =>
    roleSets.view(replaceRoleInSet(state, setOf(call, state), bodyOf<RoleSetsReplaceRoleParams>(call)), state),
};
