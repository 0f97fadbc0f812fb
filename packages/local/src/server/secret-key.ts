/** Whether a request brings the secret key of the instance. */
import { createHash, timingSafeEqual } from 'node:crypto';
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
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(`Bearer ${state.secretKey}`));
}
