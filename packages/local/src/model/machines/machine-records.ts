/** The resource of machines: view, cascades, and the rules for scopes and secret keys. */
import type { MachinesCreateParams, MachinesUpdateParams } from '../../../../../src/api/generated/types.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, MachineRow, MachineScopeRow } from '../../state/rows.js';
import type { ApiError } from '../records/api-error.js';
import { deletes } from '../records/cascade.js';
import { invalidValue, notFound, refusal } from '../records/refusals.js';
import { defineResource } from '../records/resource.js';
import { addMachineScope, createMachine, scopeId, scopesOf } from './machines.js';

const MAX_SCOPES = 150;
const MAX_GRACE_SECONDS = 28_800;

export const machines = defineResource('machines', {
  object: 'machine',
  idPrefix: 'mch',
  component: 'Machine',
  view: (row, state) => {
    const { secret_key: _, previous_secret_key: __, previous_secret_expires_at: ___, ...shown } = row;
    return {
      ...shown,
      scoped_machines: scopesOf(state, row.id).flatMap((id) => state.table('machines').get(id) ?? []),
    };
  },
  cascade: [
    deletes('machine_scopes', 'from_machine_id'),
    deletes('machine_scopes', 'to_machine_id'),
    deletes('m2m_tokens', 'subject'),
    deletes('api_keys', 'subject'),
  ],
});

/** @throws ApiError 404 */
export function findMachine(state: InstanceState, id: string, paramName?: string): MachineRow {
  const machine = state.table('machines').get(id);
  if (machine === undefined) throw notFound('machine', id, paramName);
  return machine;
}

/** Machines whose id or name has the text, in the order that `order_by` asks for. @throws ApiError 422 */
export function sortedMachines(state: InstanceState, text: string, orderBy: string): MachineRow[] {
  const [, direction, field] = /^([+-]?)(name|created_at)$/.exec(orderBy.trim()) ?? [];
  if (field === undefined) throw invalidValue('order_by', 'must be one of name, created_at');
  const wanted = text.toLowerCase();
  const found = state
    .table('machines')
    .rows()
    .filter((row) => row.id.toLowerCase().includes(wanted) || row.name.toLowerCase().includes(wanted));
  found.sort((a, b) => (field === 'name' ? a.name.localeCompare(b.name) : a.created_at - b.created_at));
  return direction === '-' ? found.reverse() : found;
}

/** As `POST /machines`. @throws ApiError 404, 422 */
export function createScopedMachine(state: InstanceState, body: MachinesCreateParams): MachineRow {
  const scopes = [...new Set(body.scoped_machines ?? [])];
  for (const id of scopes) findMachine(state, id, 'scoped_machines');
  if (scopes.length > MAX_SCOPES) throw tooManyScopes();
  const machine = createMachine(state, { name: body.name, defaultTokenTtlSeconds: body.default_token_ttl });
  for (const id of scopes) addMachineScope(state, machine.id, id);
  return machine;
}

export function updateMachine(state: InstanceState, machine: MachineRow, body: MachinesUpdateParams): MachineRow {
  const { name, default_token_ttl: ttl } = body;
  const patch = { ...(name === undefined ? {} : { name }), ...(ttl === undefined ? {} : { default_token_ttl: ttl }) };
  return state.table('machines').update(machine.id, { ...patch, updated_at: state.now() }) ?? machine;
}

/** @param graceSeconds how long the old key is still taken. @throws ApiError 422 */
export function rotateSecretKey(state: InstanceState, machine: MachineRow, graceSeconds: number): MachineRow {
  if (!(graceSeconds >= 0 && graceSeconds <= MAX_GRACE_SECONDS)) {
    throw invalidValue('previous_token_ttl', `must be 0 to ${String(MAX_GRACE_SECONDS)} seconds`);
  }
  const rotated = state.table('machines').update(machine.id, {
    secret_key: `ak_${state.secret(40)}`,
    previous_secret_key: graceSeconds > 0 ? machine.secret_key : null,
    previous_secret_expires_at: graceSeconds > 0 ? state.now() + graceSeconds * 1000 : null,
    updated_at: state.now(),
  });
  return rotated ?? machine;
}

/** The machine that a secret key belongs to: its current one, or the one before while its grace lasts. */
export function machineWithSecret(state: InstanceState, secret: string): MachineRow | undefined {
  const table = state.table('machines');
  const current = table.by('secret_key', secret)[0];
  return (
    current ??
    table.by('previous_secret_key', secret).find((machine) => (machine.previous_secret_expires_at ?? 0) > state.now())
  );
}

/** @throws ApiError 404, 409, 422 */
export function allowMachine(state: InstanceState, machine: MachineRow, toMachineId: string): MachineScopeRow {
  const to = findMachine(state, toMachineId, 'to_machine_id');
  if (state.table('machine_scopes').get(scopeId(machine.id, to.id)) !== undefined) {
    throw refusal('conflict', 'This machine has access already.', { paramName: 'to_machine_id' });
  }
  if (scopesOf(state, machine.id).length >= MAX_SCOPES) throw tooManyScopes();
  return addMachineScope(state, machine.id, to.id);
}

/** @throws ApiError 404 */
export function disallowMachine(state: InstanceState, machine: MachineRow, toMachineId: string): Fields {
  if (!state.table('machine_scopes').delete(scopeId(machine.id, toMachineId)))
    throw notFound('machine scope', toMachineId);
  return { object: 'machine_scope', from_machine_id: machine.id, to_machine_id: toMachineId, deleted: true };
}

function tooManyScopes(): ApiError {
  return refusal('quota_exceeded', `A machine has at most ${String(MAX_SCOPES)} scopes.`);
}
