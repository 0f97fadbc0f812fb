import type { InstanceState } from '../../state/instance-state.js';
import type { MachineRow, MachineScopeRow } from '../../state/rows.js';

/** Clerk's default life of a machine's tokens. */
export const DEFAULT_TOKEN_TTL_SECONDS = 3600;

export interface NewMachine {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly defaultTokenTtlSeconds?: number | undefined;
}

export function createMachine(
  state: InstanceState,
  { id = state.id('mch'), name, defaultTokenTtlSeconds }: NewMachine = {},
): MachineRow {
  const now = state.now();
  return state.table('machines').insert({
    id,
    object: 'machine',
    name: name ?? id,
    instance_id: state.instanceId,
    default_token_ttl: defaultTokenTtlSeconds ?? DEFAULT_TOKEN_TTL_SECONDS,
    secret_key: `ak_${state.secret(40)}`,
    previous_secret_key: null,
    previous_secret_expires_at: null,
    created_at: now,
    updated_at: now,
  });
}

export function scopeId(fromMachineId: string, toMachineId: string): string {
  return `${fromMachineId}>${toMachineId}`;
}

/** Lets a machine's tokens be verified by another machine. */
export function addMachineScope(state: InstanceState, fromMachineId: string, toMachineId: string): MachineScopeRow {
  return state.table('machine_scopes').insert({
    id: scopeId(fromMachineId, toMachineId),
    object: 'machine_scope',
    from_machine_id: fromMachineId,
    to_machine_id: toMachineId,
    created_at: state.now(),
  });
}

/** Machines to which this one has access, in the order in which it got it. */
export function scopesOf(state: InstanceState, machineId: string): string[] {
  return state
    .table('machine_scopes')
    .by('from_machine_id', machineId)
    .map((row) => row.to_machine_id);
}
