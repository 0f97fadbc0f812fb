/** Role sets: which roles the members of an organization may have. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, create, find, getOf, listOf, remove } from '../../../model/records/resource.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers, OperationCall } from '../../engine/operation.js';
import { invalidFormat, invalidValue } from '../../../model/records/refusals.js';
import { changeSettings } from '../../../model/instance/settings.js';
import { requireRole } from './organization-memberships.js';
import { keysIn, membersWith, organizationsOf, roleSets } from '../../../model/organizations/role-records.js';
import { lookUp } from '../../../shared/look-up.js';

type Fields = Readonly<Record<string, unknown>>;

const setOf = (call: OperationCall, state: InstanceState): Row =>
  find(state, roleSets, call.params['role_set_key_or_id'] ?? '');

function readKey(key: unknown, name: unknown): string {
  const text =
    typeof key === 'string' && key !== ''
      ? key
      : `role_set:${String(name)
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '_')}`;
  if (!/^role_set:[a-z0-9_]+$/.test(text))
    throw invalidFormat('key', "'role_set:' followed by lowercase letters, digits and underscores");
  return text;
}

/** The default and the creator's role, which must be in the set. @throws ApiError 422 */
function readPointers(body: Fields, keys: readonly string[]): Fields {
  const named = ['default_role_key', 'creator_role_key'].filter((field) => typeof body[field] === 'string');
  for (const field of named)
    if (!keys.includes(String(body[field]))) throw invalidValue(field, 'must be a role of the role set');
  return Object.fromEntries(named.map((field) => [field, body[field]]));
}

/** Only one set is the initial one. */
function makeInitial(state: InstanceState, id: string, key: string): void {
  for (const other of state.table(roleSets.table).by('type', 'initial')) {
    if (other.id !== id) state.table(roleSets.table).update(other.id, { type: 'custom' });
  }
  changeSettings(state, 'organizations', { initial_role_set_key: key });
}

const createSet: Handler = (call, state) => {
  const body = bodyOf(call);
  const keys = [...new Set(body['roles'] as readonly string[])].map((key) => requireRole(state, key));
  if (keys.length === 0) throw invalidValue('roles', 'must have at least one role');
  const pointers = readPointers(body, keys);
  const key = readKey(body['key'], body['name']);
  const type = body['type'] ?? 'custom';
  const set = create(state, roleSets, {
    name: body['name'],
    key,
    description: body['description'] ?? null,
    roles: keys,
    type,
    ...pointers,
  });
  if (type === 'initial') makeInitial(state, set.id, key);
  return roleSets.view(set, state);
};

const updateSet: Handler = (call, state) => {
  const before = setOf(call, state);
  const body = bodyOf(call);
  const key = typeof body['key'] === 'string' ? readKey(body['key'], '') : String(before['key']);
  const set = change(state, roleSets, before.id, {
    key,
    ...(typeof body['name'] === 'string' ? { name: body['name'] } : {}),
    ...(body['description'] === undefined ? {} : { description: body['description'] }),
    ...(body['type'] === 'initial' ? { type: 'initial' } : {}),
    ...readPointers(body, keysIn(before, 'roles')),
  });
  for (const row of organizationsOf(state, String(before['key'])))
    state.table('organizations').update(row.id, { role_set_key: key });
  if (set['type'] === 'initial') makeInitial(state, set.id, key);
  return roleSets.view(set, state);
};

/** Members whose role the new set does not have need a mapping; nothing changes unless all of them have one. */
const replaceSet: Handler = (call, state) => {
  const source = setOf(call, state);
  const { dest_role_set_key: destinationKey, reassignment_mappings: mappings = {} } = bodyOf(call);
  const destination = find(state, roleSets, String(destinationKey));
  if (destination.id === source.id) throw invalidValue('dest_role_set_key', 'must be another role set');
  const kept = keysIn(destination, 'roles');
  const moves = (mappings ?? {}) as Readonly<Record<string, string>>;
  const lost = keysIn(source, 'roles').filter((key) => !kept.includes(key));
  const members = lost.map((key) => ({ key, rows: membersWith(state, String(source['key']), key) }));
  for (const { key, rows } of members) {
    if (rows.length > 0 && !kept.includes(lookUp(moves, key) ?? '')) {
      throw invalidValue('reassignment_mappings', `must map ${key} to a role of ${String(destinationKey)}`);
    }
  }
  for (const { key, rows } of members) {
    for (const row of rows)
      state.table('organization_memberships').update(row.id, { role: lookUp(moves, key), updated_at: state.now() });
  }
  for (const row of organizationsOf(state, String(source['key']))) {
    state.table('organizations').update(row.id, { role_set_key: destination['key'] });
  }
  if (source['type'] === 'initial') {
    change(state, roleSets, destination.id, { type: 'initial' });
    makeInitial(state, destination.id, String(destination['key']));
  }
  return remove(state, roleSets, source);
};

const addRoles: Handler = (call, state) => {
  const set = setOf(call, state);
  const body = bodyOf(call);
  const added = (body['role_keys'] as readonly string[]).map((key) => requireRole(state, key));
  const keys = [...new Set([...keysIn(set, 'roles'), ...added])];
  return roleSets.view(change(state, roleSets, set.id, { roles: keys, ...readPointers(body, keys) }), state);
};

const replaceRole: Handler = (call, state) => {
  const set = setOf(call, state);
  const { role_key: from, to_role_key: to } = bodyOf(call) as { role_key: string; to_role_key: string };
  if (!keysIn(set, 'roles').includes(from)) throw invalidValue('role_key', 'must be a role of the role set');
  if (from === to) throw invalidValue('to_role_key', 'must be another role');
  requireRole(state, to);
  for (const member of membersWith(state, String(set['key']), from)) {
    state.table('organization_memberships').update(member.id, { role: to, updated_at: state.now() });
  }
  const swap = (key: unknown) => (key === from ? to : key);
  const changed = change(state, roleSets, set.id, {
    roles: [...new Set(keysIn(set, 'roles').map(swap))],
    default_role_key: swap(set['default_role_key']),
    creator_role_key: swap(set['creator_role_key']),
  });
  return roleSets.view(changed, state);
};

export const roleSetHandlers: Handlers = {
  ListRoleSets: listOf(roleSets),
  CreateRoleSet: createSet,
  GetRoleSet: getOf(roleSets),
  UpdateRoleSet: updateSet,
  ReplaceRoleSet: replaceSet,
  AddRolesToRoleSet: addRoles,
  ReplaceRoleInRoleSet: replaceRole,
};
