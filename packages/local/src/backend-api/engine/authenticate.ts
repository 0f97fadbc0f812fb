/** Who may call: the secret key everywhere, a machine's secret key where Clerk allows it. */
import type { LocalRequest } from '../../http/messages.js';
import type { InstanceState } from '../../state/instance-state.js';
import { ApiError } from '../../model/records/api-error.js';
import { machineWithSecret } from '../../model/machines/machine-records.js';
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
  const machineId = key !== undefined && access ? machineWithSecret(state, key)?.id : undefined;
  if (machineId !== undefined) return { kind: 'machine', machineId };
  throw new ApiError(401, 'clerk_key_invalid', 'The provided Clerk Secret Key is invalid.', {
    longMessage: 'The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.',
  });
}
