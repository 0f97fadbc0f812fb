/** The `verify*` methods check one token of a known kind, without a request. Verdicts become exceptions here. */
import { AuthUnavailableError, TokenVerificationError } from '../errors.js';
import type { TokenReason } from '../reasons.js';
import { TOKEN_MEANINGS } from '../ground/meanings.js';
import type { TokenKinds, TokenType } from '../types.js';
import { classifyToken } from '../verify/classify.js';
import { ALL_TOKEN_TYPES, TOKEN_KINDS } from '../verify/token-kinds.js';
import type { Verdict, Verified } from '../verify/verdict.js';
import type { Verifier } from '../verify/verifier.js';
import { requireKeyFor } from './config/accepts-token.js';
import type { Config } from './config/config.js';
import { failWithFault } from './faults/fault.js';

/** One method for each kind of token. */
export type TokenChecks = {
  readonly [K in TokenType as TokenKinds[K]['method']]: (token: string) => Promise<TokenKinds[K]['data']>;
};

/**
 * Each method rejects with ConfigurationError where no key for the kind is configured, and with AuthenticationFaultError
 * where this server fails: neither is the token's fault.
 */
export function createTokenChecks(verifier: Verifier, config: Config): TokenChecks {
  async function check(tokenType: TokenType, token: unknown): Promise<Verified> {
    requireKeyFor(tokenType, config);
    if (typeof token !== 'string' || token === '') throw refused('token-invalid');
    const known = verifier.recall(token);
    if (known?.tokenType === tokenType) return known;
    const classified = classifyToken(token);
    if (classified.form === 'malformed') throw refused('token-invalid');
    const isSession = classified.tokenType === 'session_token';
    if (classified.tokenType !== tokenType || (isSession && !classified.sessionCategory)) {
      throw refused('token-type-mismatch');
    }
    const verdict = isSession ? await verifier.verifySession(classified) : await verifier.verifyMachine(classified);
    return valueOf<Verified>(verdict);
  }

  const methodFor = (tokenType: TokenType) => async (token: string) => {
    const verified = await check(tokenType, token).catch((error: unknown) => failWithFault(config, error));
    return verified.data;
  };
  const methods = ALL_TOKEN_TYPES.map((tokenType) => [TOKEN_KINDS[tokenType].method, methodFor(tokenType)]);
  return Object.fromEntries(methods) as TokenChecks;
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
