/** Machines, their secret keys, and which machine may talk to which. */
import { addMachineScope, createMachine, scopeId, scopesOf } from '../../../model/machines/machines.js';
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handlers, OperationCall } from '../../engine/operation.js';

const MAX_SCOPES = 150;
const MAX_GRACE_SECONDS = 28_800;

export const machinesHandlers: Handlers = {
  ListMachines(call, state) {
    const { query, order_by: orderBy = '-created_at', limit = 10, offset = 0 } = call.query;
    const text = ((query ?? '') as string).toLowerCase();
    const found = state
      .table('machines')
      .rows()
      .filter((row) => row.id.toLowerCase().includes(text) || String(row['name']).toLowerCase().includes(text));
    const sorted = sort(found, String(orderBy));
    const page = sorted.slice(Number(offset), Number(offset) + Number(limit));
    return { data: page.map((row) => viewMachine(state, row)), total_count: found.length };
  },

  CreateMachine(call, state) {
    const { name, scoped_machines: scopes = [], default_token_ttl: ttl } = bodyOf(call);
    const wanted = [...new Set(scopes as readonly string[])];
    for (const id of wanted) machineById(state, id, 'scoped_machines');
    if (wanted.length > MAX_SCOPES) throw tooManyScopes();
    const machine = createMachine(state, { name: String(name), defaultTokenTtlSeconds: ttl as number | undefined });
    for (const id of wanted) addMachineScope(state, machine.id, id);
    return { ...viewMachine(state, machine), secret_key: machine['secret_key'] };
  },

  GetMachine: (call, state) => viewMachine(state, machineOf(call, state)),

  UpdateMachine(call, state) {
    const machine = machineOf(call, state);
    const { name, default_token_ttl: ttl } = bodyOf(call);
    const patch = { ...(name === undefined ? {} : { name }), ...(ttl === undefined ? {} : { default_token_ttl: ttl }) };
    return viewMachine(
      state,
      state.table('machines').update(machine.id, { ...patch, updated_at: state.now() }) ?? machine,
    );
  },

  DeleteMachine(call, state) {
    const { id } = machineOf(call, state);
    const scopes = state.table('machine_scopes');
    for (const row of [...scopes.by('from_machine_id', id), ...scopes.by('to_machine_id', id)]) scopes.delete(row.id);
    for (const row of state.table('m2m_tokens').by('subject', id)) state.table('m2m_tokens').delete(row.id);
    for (const row of state.table('api_keys').by('subject', id)) state.table('api_keys').delete(row.id);
    state.table('machines').delete(id);
    return { object: 'machine', id, deleted: true };
  },

  GetMachineSecretKey: (call, state) => secretOf(machineOf(call, state)),

  RotateMachineSecretKey(call, state) {
    const machine = machineOf(call, state);
    const grace = Number(bodyOf(call)['previous_token_ttl'] ?? 0);
    if (!(grace >= 0 && grace <= MAX_GRACE_SECONDS)) {
      throw new ApiError(422, 'form_param_value_invalid', 'is invalid', { paramName: 'previous_token_ttl' });
    }
    const rotated = state.table('machines').update(machine.id, {
      secret_key: `ak_${state.secret(40)}`,
      previous_secret_key: grace > 0 ? machine['secret_key'] : null,
      previous_secret_expires_at: grace > 0 ? state.now() + grace * 1000 : null,
      updated_at: state.now(),
    });
    return secretOf(rotated ?? machine);
  },

  CreateMachineScope(call, state) {
    const machine = machineOf(call, state);
    const to = machineById(state, String(bodyOf(call)['to_machine_id']), 'to_machine_id');
    if (state.table('machine_scopes').get(scopeId(machine.id, to.id)) !== undefined) {
      throw new ApiError(409, 'machine_scope_already_exists', 'This machine has access already.', {
        paramName: 'to_machine_id',
      });
    }
    if (scopesOf(state, machine.id).length >= MAX_SCOPES) throw tooManyScopes();
    return addMachineScope(state, machine.id, to.id);
  },

  DeleteMachineScope(call, state) {
    const machine = machineOf(call, state);
    const to = call.params['other_machine_id'] ?? '';
    if (!state.table('machine_scopes').delete(scopeId(machine.id, to))) throw notFound('machine scope', to);
    return { object: 'machine_scope', from_machine_id: machine.id, to_machine_id: to, deleted: true };
  },
};

function viewMachine(state: InstanceState, row: Row): Record<string, unknown> {
  const { secret_key: _, previous_secret_key: __, previous_secret_expires_at: ___, ...shown } = row;
  const machines = state.table('machines');
  const scoped = scopesOf(state, row.id).flatMap((id) => machines.get(id) ?? []);
  return { ...shown, scoped_machines: scoped };
}

function secretOf(machine: Row): Record<string, unknown> {
  return { object: 'machine_secret_key', secret: machine['secret_key'] };
}

function machineOf(call: OperationCall, state: InstanceState): Row {
  return machineById(state, call.params['machine_id'] ?? '');
}

function machineById(state: InstanceState, id: string, paramName?: string): Row {
  const machine = state.table('machines').get(id);
  if (machine === undefined) throw notFound('machine', id, paramName);
  return machine;
}

function sort(rows: readonly Row[], orderBy: string): Row[] {
  const [, direction, field] = /^([+-]?)(name|created_at)$/.exec(orderBy.trim()) ?? [];
  if (field === undefined) throw new ApiError(422, 'form_param_value_invalid', 'is invalid', { paramName: 'order_by' });
  const sorted = [...rows].sort((a, b) =>
    field === 'name' ? String(a[field]).localeCompare(String(b[field])) : Number(a[field]) - Number(b[field]),
  );
  return direction === '-' ? sorted.reverse() : sorted;
}

function tooManyScopes(): ApiError {
  return new ApiError(422, 'machine_scope_limit_exceeded', `A machine has at most ${String(MAX_SCOPES)} scopes.`);
}

function notFound(what: string, id: string, paramName?: string): ApiError {
  return new ApiError(404, 'resource_not_found', 'not found', {
    longMessage: `No ${what} was found with id ${id}.`,
    ...(paramName === undefined ? {} : { paramName }),
  });
}
