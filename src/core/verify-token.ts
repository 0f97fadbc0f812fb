/** The `verify*` methods: one token of a known kind, without a request. Verdicts become exceptions here. */
import { AuthUnavailableError, TokenVerificationError, type TokenReason } from '../errors.js';
import { TOKEN_MEANINGS } from '../shared/meanings.js';
import type { ApiKey, M2MToken, OAuthAccessToken, SessionClaims, TokenType } from '../types.js';
import { classifyToken } from '../verify/classify.js';
import type { Verdict, Verified } from '../verify/verdict.js';
import type { Verifier } from '../verify/verifier.js';
import { requireKeyFor } from './config/accepts-token.js';
import type { Config } from './config/config.js';
import { failWithFault } from './faults/fault.js';

export interface TokenChecks {
  verifySessionToken(token: string): Promise<SessionClaims>;
  verifyApiKey(secret: string): Promise<ApiKey>;
  verifyM2MToken(token: string): Promise<M2MToken>;
  verifyOAuthToken(token: string): Promise<OAuthAccessToken>;
}

/**
 * Each rejects with ConfigurationError where no key for the kind is configured, and with AuthenticationFaultError where this server
 * fails: neither is the token's fault.
 */
export function createTokenChecks(verifier: Verifier, config: Config): TokenChecks {
  async function check<T extends TokenType>(
    tokenType: T,
    token: unknown,
  ): Promise<Extract<Verified, { tokenType: T }>> {
    type Wanted = Extract<Verified, { tokenType: T }>;
    requireKeyFor(tokenType, config);
    if (typeof token !== 'string' || token === '') throw refused('token-invalid');
    const known = verifier.recall(token);
    if (known?.tokenType === tokenType) return known as Wanted;
    const classified = classifyToken(token);
    if (classified.form === 'malformed') throw refused('token-invalid');
    const isSession = classified.tokenType === 'session_token';
    if (classified.tokenType !== tokenType || (isSession && !classified.sessionCategory)) {
      throw refused('token-type-mismatch');
    }
    const verdict = isSession ? await verifier.verifySession(classified) : await verifier.verifyMachine(classified);
    return valueOf<Verified>(verdict) as Wanted;
  }

  const verified = <T extends TokenType>(tokenType: T, token: unknown) =>
    check(tokenType, token).catch((error: unknown) => failWithFault(config, error));

  return {
    verifySessionToken: async (token) => (await verified('session_token', token)).data,
    verifyApiKey: async (secret) => (await verified('api_key', secret)).data,
    verifyM2MToken: async (token) => (await verified('m2m_token', token)).data,
    verifyOAuthToken: async (token) => (await verified('oauth_token', token)).data,
  };
}

function refused(reason: TokenReason): TokenVerificationError {
  return new TokenVerificationError(reason, TOKEN_MEANINGS[reason]);
}

function valueOf<T>(verdict: Verdict<T>): T {
  if (verdict.outcome === 'accepted') return verdict.value;
  const { reason, message } = verdict;
  if (verdict.outcome === 'refused') throw new TokenVerificationError(reason, message);
  throw new AuthUnavailableError(reason, message, verdict.retryAfterMs);
}
