/** Verification of a session token that Clerk has just issued, in a refresh or a handshake. */
import { classifyToken, isSessionJwt } from '../../verify/classify.js';
import type { Verifier } from '../../verify/verifier.js';
import type { RequestContext } from '../request/context.js';

/**
 * @param clockSkewMs instead of the configured one; then the verdict is not remembered
 * @returns null when the token is of another kind
 */
export function verifyFresh(
  verifier: Verifier,
  token: string,
  { waitUntil }: RequestContext,
  clockSkewMs?: number,
): ReturnType<Verifier['verifySession']> | null {
  const classified = classifyToken(token);
  if (!isSessionJwt(classified)) return null;
  return verifier.verifySession(classified, clockSkewMs === undefined ? undefined : { clockSkewMs }, waitUntil);
}
