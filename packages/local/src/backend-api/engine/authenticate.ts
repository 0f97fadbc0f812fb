/** Authentication: the secret key of the instance, or that of a machine where Clerk allows it. */
import { isSameSecret } from '../../ground/same-secret.js';
import type { LocalRequest } from '../../http/messages.js';
import type { InstanceState } from '../../state/instance-state.js';
import { refusal } from '../../model/records/refusals.js';
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
  const key = /^Bearer +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (key === undefined)
    throw refusal('authorization_header_format_invalid', 'Send the secret key of the instance as a bearer token.');
  const access = MACHINE_ACCESS[operationId];
  if (isSameSecret(key, state.secretKey)) {
    if (access !== 'only') return { kind: 'secret' };
    throw refusal(
      'authentication_invalid',
      'M2M tokens are created with the secret key of a machine, not with that of the instance.',
    );
  }
  const machineId = access ? machineWithSecret(state, key)?.id : undefined;
  if (machineId !== undefined) return { kind: 'machine', machineId };
  throw refusal('clerk_key_invalid', 'This is not the secret key of the instance.');
}
