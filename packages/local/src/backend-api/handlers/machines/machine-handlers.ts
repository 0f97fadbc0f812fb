/** Machines, their secret keys, and which machine may talk to which. */
import type {
  MachinesCreateParams,
  MachinesCreateScopeParams,
  MachinesListParams,
  MachinesRotateSecretKeyParams,
  MachinesUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import {
  allowMachine,
  createScopedMachine,
  disallowMachine,
  findMachine,
  machines,
  rotateSecretKey,
  sortedMachines,
  updateMachine,
} from '../../../model/machines/machine-records.js';
import { pageOf } from '../../../model/records/listing.js';
import { remove } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { MachineRow } from '../../../state/rows.js';
import { bodyOf, param, queryOf, type Handlers, type OperationCall } from '../../engine/operation.js';

const machineOf = (call: OperationCall, state: InstanceState): MachineRow =>
  findMachine(state, param(call, 'machine_id'));

const secretOf = (machine: MachineRow) => ({ object: 'machine_secret_key', secret: machine.secret_key });

export const machineHandlers: Handlers = {
  ListMachines(call, state) {
    const query = queryOf<MachinesListParams>(call);
    const found = sortedMachines(state, query.query ?? '', query.order_by ?? '-created_at');
    return pageOf(found, { limit: 10, ...query }, (row) => machines.view(row, state));
  },
  CreateMachine(call, state) {
    const machine = createScopedMachine(state, bodyOf<MachinesCreateParams>(call));
    return { ...machines.view(machine, state), secret_key: machine.secret_key };
  },
  GetMachine: (call, state) => machines.view(machineOf(call, state), state),
  UpdateMachine: (call, state) =>
    machines.view(updateMachine(state, machineOf(call, state), bodyOf<MachinesUpdateParams>(call)), state),
  DeleteMachine: (call, state) => remove(state, machines, machineOf(call, state)),
  GetMachineSecretKey: (call, state) => secretOf(machineOf(call, state)),
  RotateMachineSecretKey(call, state) {
    const machine = machineOf(call, state);
    const { previous_token_ttl: grace } = bodyOf<Partial<MachinesRotateSecretKeyParams>>(call);
    return secretOf(rotateSecretKey(state, machine, grace ?? 0));
  },
  CreateMachineScope: (call, state) =>
    allowMachine(state, machineOf(call, state), bodyOf<MachinesCreateScopeParams>(call).to_machine_id),
  DeleteMachineScope: (call, state) => disallowMachine(state, machineOf(call, state), param(call, 'other_machine_id')),
};
