/** Role sets: which roles the members of an organization may have. */
import type {
  RoleSetsAddRolesParams,
  RoleSetsCreateParams,
  RoleSetsReplaceParams,
  RoleSetsReplaceRoleParams,
  RoleSetsUpdateParams,
} from '../../../../../src/api/generated/types.js';
import { lookUp } from '../../ground/look-up.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, RoleSetRow } from '../../state/rows.js';
import { changeSettings, settingsOf } from '../instance/settings.js';
import { invalidFormat, invalidValue, refusal } from '../records/refusals.js';
import { change, create, find, remove } from '../records/resource.js';
import { requireRole } from './memberships.js';
import { membersWith, organizationsWith, roleSets } from './role-records.js';

function readKey(key: string | null | undefined, name: string): string {
  const text =
    typeof key === 'string' && key !== '' ? key : `role_set:${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`;
  if (!/^role_set:[a-z0-9_]+$/.test(text))
    throw invalidFormat('key', "'role_set:' followed by lowercase letters, digits and underscores");
  return text;
}

type Pointers = Pick<RoleSetRow, 'default_role_key' | 'creator_role_key'>;

/** The default and the creator's role, which must be in the set. @throws ApiError 422 */
function readPointers(
  body: { readonly [Name in keyof Pointers]?: string | null | undefined },
  keys: readonly string[],
): Pointers {
  const pointers: Pointers = {};
  for (const field of ['default_role_key', 'creator_role_key'] as const) {
    const key = body[field];
    if (typeof key !== 'string') continue;
    if (!keys.includes(key)) throw invalidValue(field, 'must be a role of the role set');
    pointers[field] = key;
  }
  return pointers;
}

/** Only one set is the initial one. */
function makeInitial(state: InstanceState, { id, key }: RoleSetRow): void {
  const table = state.table('role_sets');
  for (const other of table.by('type', 'initial')) if (other.id !== id) table.update(other.id, { type: 'custom' });
  changeSettings(state, 'organizations', { initial_role_set_key: key });
}

/** @throws ApiError 403, 404, 422 */
export function createRoleSet(state: InstanceState, body: RoleSetsCreateParams): RoleSetRow {
  const { max_role_sets_allowed: limit } = settingsOf(state, 'organizations');
  if (state.table('role_sets').size >= limit)
    throw refusal('organization_instance_role_sets_quota_exceeded', `An instance has at most ${limit} role sets.`);
  const keys = [...new Set(body.roles)].map((key) => requireRole(state, key));
  if (keys.length === 0) throw invalidValue('roles', 'must have at least one role');
  const pointers = readPointers(body, keys);
  const key = readKey(body.key, body.name);
  const type = body.type ?? 'custom';
  const { name, description = null } = body;
  const set = create(state, roleSets, { name, key, description, roles: keys, type, ...pointers });
  if (type === 'initial') makeInitial(state, set);
  return set;
}

/** @throws ApiError 422 */
export function updateRoleSet(state: InstanceState, before: RoleSetRow, body: RoleSetsUpdateParams): RoleSetRow {
  const set = change(state, roleSets, before.id, {
    key: typeof body.key === 'string' ? readKey(body.key, '') : before.key,
    ...(typeof body.name === 'string' ? { name: body.name } : {}),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.type === 'initial' ? { type: 'initial' } : {}),
    ...readPointers(body, before.roles),
  });
  for (const row of organizationsWith(state, before.key))
    state.table('organizations').update(row.id, { role_set_key: set.key });
  if (set.type === 'initial') makeInitial(state, set);
  return set;
}

/** Members whose role the new set does not have need a mapping; nothing changes unless all of them have one. @throws ApiError 404, 422 */
export function replaceRoleSet(state: InstanceState, source: RoleSetRow, body: RoleSetsReplaceParams): Fields {
  const destination = find(state, roleSets, body.dest_role_set_key);
  if (destination.id === source.id) throw invalidValue('dest_role_set_key', 'must be another role set');
  const moves: Readonly<Record<string, string>> = body.reassignment_mappings ?? {};
  const lost = source.roles.filter((key) => !destination.roles.includes(key));
  const members = lost.map((key) => ({ key, rows: membersWith(state, source.key, key) }));
  for (const { key, rows } of members) {
    const to = lookUp(moves, key);
    if (rows.length === 0 || (to !== undefined && destination.roles.includes(to))) continue;
    const code = `organization_role_set_reassignment_mappings_${to === undefined ? 'missing' : 'invalid'}` as const;
    throw refusal(code, `${key} needs a role of ${body.dest_role_set_key}.`, { paramName: 'reassignment_mappings' });
  }
  for (const { key, rows } of members) {
    for (const row of rows)
      state.table('organization_memberships').update(row.id, { role: lookUp(moves, key), updated_at: state.now() });
  }
  for (const row of organizationsWith(state, source.key)) {
    state.table('organizations').update(row.id, { role_set_key: destination.key });
  }
  if (source.type === 'initial') makeInitial(state, change(state, roleSets, destination.id, { type: 'initial' }));
  return remove(state, roleSets, source);
}

/** @throws ApiError 404, 422 */
export function addRolesToSet(state: InstanceState, set: RoleSetRow, body: RoleSetsAddRolesParams): RoleSetRow {
  const added = body.role_keys.map((key) => requireRole(state, key));
  const keys = [...new Set([...set.roles, ...added])];
  return change(state, roleSets, set.id, { roles: keys, ...readPointers(body, keys) });
}

/** @throws ApiError 404, 422 */
export function replaceRoleInSet(
  state: InstanceState,
  set: RoleSetRow,
  { role_key: from, to_role_key: to }: RoleSetsReplaceRoleParams,
): RoleSetRow {
  if (!set.roles.includes(from)) throw invalidValue('role_key', 'must be a role of the role set');
  if (from === to) throw invalidValue('to_role_key', 'must be another role');
  requireRole(state, to);
  for (const member of membersWith(state, set.key, from)) {
    state.table('organization_memberships').update(member.id, { role: to, updated_at: state.now() });
  }
  const swap = (key: string) => (key === from ? to : key);
  return change(state, roleSets, set.id, {
    roles: [...new Set(set.roles.map(swap))],
    default_role_key: set.default_role_key && swap(set.default_role_key),
    creator_role_key: set.creator_role_key && swap(set.creator_role_key),
  });
}
