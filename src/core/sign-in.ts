/** Turns a verified token into the outcome "signed in". */
import type { HeaderPairs } from '../ground/headers.js';
import type { Auth } from '../types.js';
import { isOpaque } from '../verify/classify.js';
import type { Verified } from '../verify/verdict.js';
import { machineAuth, sessionAuth, type TokenMinter } from './auth/auth-objects.js';
import type { Config } from './config/config.js';
import { AuthOutcome } from './outcome.js';

/** @param headers what goes with the answer (new cookies); null on the repeat path */
export type SignIn = (verified: Verified, headers: HeaderPairs | null) => AuthOutcome;

export function createSignIn(config: Config, mint: TokenMinter): SignIn {
  const pendingIsSignedOut = config.treatPendingAsSignedOut;

  /** Derived once, and kept beside the verdict for as long as that is remembered. */
  function authOf(verified: Verified): Auth {
    verified.attachment ??=
      verified.tokenType === 'session_token' ? sessionAuth(verified, pendingIsSignedOut, mint) : machineAuth(verified);
    return verified.attachment as Auth;
  }

  /**
   * A JWT is accepted for the tolerated clock difference after its `exp`. The end of an opaque token is Clerk's own and has no
   * tolerance. A token that comes with new cookies may have been accepted although it has ended (a handshake in development, a
   * clock that is off): it serves this request.
   */
  function usableUntil(token: string, expiresAt: number | null, headers: HeaderPairs | null): number {
    if (expiresAt === null) return Infinity;
    const until = isOpaque(token) ? expiresAt : expiresAt + config.clockSkewMs;
    return headers !== null && until <= config.now() ? Infinity : until;
  }

  return (verified, headers) => {
    const { tokenType, token } = verified;
    const isSession = verified.tokenType === 'session_token';
    const expiresAt = isSession ? verified.data.exp * 1000 : verified.data.expiration;
    const auth = authOf(verified);
    const isPending = isSession && 'sessionStatus' in auth && auth.sessionStatus === 'pending';
    return new AuthOutcome({
      status: 'signed-in',
      tokenType,
      reason: null,
      message: '',
      auth,
      pending: isPending ? (isSignedOut) => sessionAuth(verified, isSignedOut, mint) : undefined,
      token,
      subject: isSession ? verified.data.sub : verified.data.subject,
      expiresAt,
      usableUntil: usableUntil(token, expiresAt, headers),
      headers,
    });
  };
}
