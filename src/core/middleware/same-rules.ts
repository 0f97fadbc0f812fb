/** Whether two authenticators would decide alike, so that mounting the middleware twice verifies once. */
import type { Authenticator } from '../authenticator.js';
import { decideAlike } from '../config/compare.js';

export function sameRules(one: Authenticator, other: Authenticator): boolean {
  return one === other || decideAlike(one.config, other.config);
}
