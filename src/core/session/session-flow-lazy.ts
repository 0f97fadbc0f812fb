/**
 * The session flow, loaded with the first request that needs it: one with cookies, or with a session token that is refused. A server
 * whose callers send a good token in the header never loads it. A load that fails is a fault, and the next request tries again. No
 * promise is kept: in Workers it may end with the request that made it.
 */
import type { MaybePromise } from '../../ports.js';
import type { ClassifiedToken } from '../../verify/classify.js';
import type { VerifiedSession } from '../../verify/verdict.js';
import { reportDiagnostic } from '../faults/diagnostics.js';
import { signedOut, type AuthOutcome } from '../outcome.js';
import type { RequestContext } from '../request/context.js';
import { COOKIE } from '../request/cookie-names.js';
import type { SessionParts } from './parts.js';
import type { SessionFlow } from './session-flow.js';

export interface LazySessionFlow {
  /** A request without a header token. As {@link SessionFlow.fromCookies}. */
  fromCookies(context: RequestContext): MaybePromise<AuthOutcome>;
  /**
   * A session token from the `Authorization` header: verified, else refreshed or renewed by a handshake.
   *
   * @param isAcceptable asked about a session that is good as far as the token tells
   */
  fromHeader(
    context: RequestContext,
    token: ClassifiedToken,
    isAcceptable: (verified: VerifiedSession) => boolean,
  ): Promise<AuthOutcome>;
  /** Loads the session flow, if this server reads cookies. */
  warmup(): Promise<void>;
}

export function createLazySessionFlow(parts: SessionParts): LazySessionFlow {
  const { config, verifier, signIn } = parts;
  let loaded: SessionFlow | null = null;
  /** One for all requests, which share their calls to Clerk, however many waited for it. */
  async function load(): Promise<SessionFlow> {
    const { createSessionFlow } = await import('./session-flow.js');
    return (loaded ??= createSessionFlow(parts));
  }

  return {
    fromCookies(context) {
      // Without a publishable key nobody knows which cookies are this instance's.
      if (config.publishableKey === null) return withoutPublishableKey(context);
      return loaded === null ? load().then((flow) => flow.fromCookies(context)) : loaded.fromCookies(context);
    },

    async fromHeader(context, token, isAcceptable) {
      if (token.jwt === null) return signedOut('session_token', 'token-invalid');
      if (token.tokenType !== 'session_token' || !token.sessionCategory) {
        return signedOut('session_token', 'token-type-mismatch');
      }
      const verdict = await verifier.verifySession(token, undefined, context.waitUntil);
      // The row "signed-in" of the table, which a good token in a header always reaches.
      if (verdict.outcome === 'accepted' && isAcceptable(verdict.value)) return signIn(verdict.value, null);
      return (loaded ?? (await load())).fromHeader(context, token, verdict, isAcceptable);
    },

    async warmup() {
      if (config.publishableKey !== null) await load();
    },
  };
}

/** A session cookie that this server is not configured to read is reported: its browser would be signed out without a trace. */
function withoutPublishableKey({ config, view, waitUntil }: RequestContext): AuthOutcome {
  if (!SESSION_COOKIE.test(view.header('cookie') ?? '')) {
    return signedOut('session_token', 'session-token-and-uat-missing');
  }
  reportDiagnostic(config, 'publishable-key-missing', waitUntil);
  return signedOut('session_token', 'publishable-key-missing');
}

/** Of any instance: the name may end with the suffix of one. */
const SESSION_COOKIE = new RegExp(`(?:^|; ?)${COOKIE.session}(?:_[\\w-]{8})?=[^;]`);
