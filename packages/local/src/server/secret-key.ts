/** Whether a request brings the secret key of the instance. */
import { isSameSecret } from '../ground/same-secret.js';
import type { InstanceState } from '../state/instance-state.js';

/**
 * @param authorization `Bearer` and the key; or `Basic`, in which the key is the password: a browser can ask a person for that
 */
export function holdsSecretKey(state: InstanceState, authorization = ''): boolean {
  const basic = /^Basic +([\w+/=]+)$/i.exec(authorization)?.[1];
  const given =
    basic === undefined
      ? authorization
      : `Bearer ${Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':')}`;
  return isSameSecret(given, `Bearer ${state.secretKey}`);
}
