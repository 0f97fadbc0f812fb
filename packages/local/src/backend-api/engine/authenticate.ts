/** Who may call: the secret key everywhere, a machine's secret key where Clerk allows it. */
import type { LocalRequest, InstanceState } from '../../state/instance-state.js';
import { ApiError } from './operation.js';
import type { Caller } from './operation.js';

/** Operations that a machine may call with its own secret key (`ak_...`), and the one that only a machine may. */
const MACHINE_ACCESS: Readonly<Record<string, 'allowed' | 'only'>> = {
  createM2MToken: 'only',
  getM2MTokens: 'allowed',
  revokeM2MToken: 'allowed',
  verifyM2MToken: 'allowed',
};

/**
 * The caller behind the Authorization header.
 * Machines are found by the fields `secret_key`, or `previous_secret_key` until `previous_secret_expires_at` (ms).
 * @throws ApiError 401
 */
export function authenticate(operationId: string, request: LocalRequest, state: InstanceState): Caller {
  const header = request.headers['authorization'];
  if (header === undefined || header === '') {
    throw new ApiError(401, 'authorization_header_missing', 'Unauthorized', {
      longMessage: 'Send the secret key of the instance as a bearer token.',
    });
  }
  const key = /^Bearer +(\S+)$/i.exec(header)?.[1];
  const access = MACHINE_ACCESS[operationId];
  if (key === state.secretKey) {
    if (access !== 'only') return { kind: 'secret' };
    throw new ApiError(401, 'authentication_invalid', 'Invalid authentication', {
      longMessage: 'M2M tokens are created with the secret key of a machine, not with that of the instance.',
    });
  }
  const machineId = key !== undefined && access ? machineWithSecret(state, key) : undefined;
  if (machineId !== undefined) return { kind: 'machine', machineId };
  throw new ApiError(401, 'clerk_key_invalid', 'The provided Clerk Secret Key is invalid.', {
    longMessage: 'The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.',
  });
}

function machineWithSecret(state: InstanceState, secret: string): string | undefined {
  const machines = state.table('machines');
  const current = machines.by('secret_key', secret)[0];
  if (current) return current.id;
  return machines
    .by('previous_secret_key', secret)
    .find((machine) => Number(machine['previous_secret_expires_at'] ?? 0) > state.now())?.id;
}
