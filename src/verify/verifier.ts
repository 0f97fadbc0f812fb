/** Token in, verdict out: the face of `verify/`. */
import { AuthUnavailableError } from '../errors.js';
import type { MaybePromise, WaitUntil } from '../ports.js';
import { andThen } from '../ground/maybe-promise.js';
import type { SessionClaims, TokenType } from '../types.js';
import type { ClaimExpectations } from './claims.js';
import type { ClassifiedToken } from './classify.js';
import { decodeJwt, type DecodedJwt } from './decode.js';
import { directivesOf, HANDSHAKE_POLICY } from './handshake-token.js';
import { OTHER_KIND, type JwtPolicy } from './jwt-policy.js';
import { createJwtCheck, isKey, type JwtProof } from './jwt.js';
import { createLocalKeySource, createMissingKeySource, type KeyHealth, type KeySource } from './key-source.js';
import { createKeyStore } from './key-store.js';
import type { VerificationKey } from './keys.js';
import { createLazyOpaqueVerifier } from './opaque-lazy.js';
import { lazySharedKeys } from './shared-keys-lazy.js';
import type { VerifierOptions } from './options.js';
import { keyFromPem } from './pem.js';
import { TOKEN_KINDS } from './token-kinds.js';
import { createVerdictCache, type Lifetime, type VerdictCache } from './verdict-cache.js';
import {
  accept,
  refuse,
  verifiedToken,
  type Verdict,
  type Verified,
  type VerifiedMachine,
  type VerifiedSession,
} from './verdict.js';

export type { VerifierOptions } from './options.js';

export interface SessionRules {
  readonly clockSkewMs?: number;
  readonly allowMissingAzp?: boolean;
}

/** For readiness probes. */
export interface VerifierHealth extends KeyHealth {
  readonly sessionTokens: number;
  readonly machineTokens: number;
}

/**
 * Faults of Clerk or of a client are verdicts. A method rejects or throws only where this server is at fault.
 *
 * `waitUntil` is that of the request at hand. It receives the tasks that a check starts and does not wait for: a load of keys
 * ahead of time, a write to the shared store. It comes with each call, because requests share the verifier.
 */
export interface Verifier {
  /**
   * The verdict on exactly this token, if the token was accepted before and still would be: its dates, its key and the
   * freshness of the key set are compared with the present time. Null otherwise. Synchronous; it neither decodes nor
   * allocates.
   */
  recall(token: string): Verified | null;
  /** The result is a plain value when the key is known and RSA. With `rules`, the cache is neither read nor written. */
  verifySession(
    token: ClassifiedToken,
    rules?: SessionRules,
    waitUntil?: WaitUntil,
  ): MaybePromise<Verdict<VerifiedSession>>;
  verifyMachine(token: ClassifiedToken, waitUntil?: WaitUntil): MaybePromise<Verdict<VerifiedMachine>>;
  /**
   * The `Set-Cookie` values of a handshake token, as they are. Type, category, algorithm, signature and times are checked. A
   * token that names a subject or a session is no handshake. One that is older than 10 minutes (by `iat`, if present) has
   * expired.
   */
  verifyHandshake(token: string, waitUntil?: WaitUntil): MaybePromise<Verdict<readonly string[]>>;
  /**
   * Forgets a verdict, here and for every process with the same store; the next use asks Clerk. JWTs prove themselves and
   * cannot be revoked.
   *
   * @throws AuthUnavailableError when the shared store could not be told; then the invalidation holds in this process alone
   */
  invalidate(tokenOrId: string): Promise<void>;
  /**
   * Loads the keys.
   *
   * @throws AuthUnavailableError when that fails
   */
  warmup(): Promise<void>;
  health(): VerifierHealth;
}

const MALFORMED = refuse('token-invalid', 'The token is malformed.');
const NO_MACHINE = refuse('token-verification-failed', 'The token is not a machine token.');
const SESSION_POLICY = TOKEN_KINDS.session_token.jwt.policy;

/** @throws ConfigurationError for a `jwtKey` that is no usable public key */
export function createVerifier(options: VerifierOptions): Verifier {
  const { cache, clockSkewMs, emit, now } = options;
  const keys = keySourceFor(options);
  const opaque = createLazyOpaqueVerifier(options);
  const check = createJwtCheck(keys, now);
  const expected: ClaimExpectations = {
    audience: options.audience,
    sessionAudience: options.sessionAudience ?? 'if-present',
    authorizedParties: options.authorizedParties,
    allowMissingAzp: options.missingAzp === 'allow',
    issuer: options.issuer,
    machineId: options.machineId ?? null,
    clockSkewMs,
  };
  const usableUntil = () => keys.recallUntil();
  const sessions = createVerdictCache({
    max: cache.sessionTokens.max,
    now,
    usableUntil,
    restore: (token) => readSession(decodeJwt(token)!),
  });
  const machineMax = cache.machineTokens.ttlMs > 0 ? cache.machineTokens.max : 0;
  const machines = createVerdictCache<VerifiedMachine>({ max: machineMax, now, usableUntil });

  const report = (tokenType: TokenType, hit: boolean): void =>
    emit?.({ type: 'token.cache', hit, tokenType, source: 'memory' });

  /** Checks a token. One that is good is read, and remembered in `into`. */
  function verify<V extends Verified>(
    jwt: DecodedJwt,
    policy: JwtPolicy,
    rules: ClaimExpectations,
    waitUntil: WaitUntil | undefined,
    read: (jwt: DecodedJwt) => V,
    into: VerdictCache<V> | null,
  ): MaybePromise<Verdict<V>> {
    const conclude = (proof: JwtProof): Verdict<V> => {
      if (!isKey(proof)) return proof;
      const verified = read(jwt);
      into?.put(jwt.token, verified, lifetimeOf(jwt, rules.clockSkewMs, now(), proof));
      return accept(verified);
    };
    return andThen(check(jwt, policy, rules, waitUntil), conclude);
  }

  return {
    recall(token) {
      const verified = sessions.get(token) ?? machines.get(token) ?? opaque.recall(token);
      if (verified !== null) report(verified.tokenType, true);
      return verified;
    },

    verifySession({ tokenType, jwt, form }, rules, waitUntil) {
      if (form === 'malformed') return MALFORMED;
      if (jwt === null || tokenType !== 'session_token') return OTHER_KIND;
      report('session_token', false);
      const into = rules === undefined ? sessions : null;
      return verify(jwt, SESSION_POLICY, withRules(expected, rules), waitUntil, readSession, into);
    },

    verifyMachine(token, waitUntil) {
      const { tokenType, jwt, form } = token;
      if (form === 'malformed') return MALFORMED;
      if (tokenType === 'session_token') return NO_MACHINE;
      if (jwt === null) return opaque.verify(token, waitUntil);
      const kind = TOKEN_KINDS[tokenType].jwt;
      if (kind === null) return NO_MACHINE;
      report(tokenType, false);
      const read = ({ payload }: DecodedJwt) =>
        verifiedToken(tokenType, jwt.token, kind.read(payload)) as VerifiedMachine;
      return andThen(verify(jwt, kind.policy, expected, waitUntil, read, machines), asMachineVerdict);
    },

    verifyHandshake(token, waitUntil) {
      const jwt = decodeJwt(token);
      if (jwt === null) return MALFORMED;
      const proof = check(jwt, HANDSHAKE_POLICY, expected, waitUntil);
      return andThen(proof, (key) => (isKey(key) ? directivesOf(jwt) : key));
    },

    async invalidate(tokenOrId) {
      sessions.delete(tokenOrId);
      sessions.deleteWhere(({ data }) => data.sid === tokenOrId || data.jti === tokenOrId);
      machines.delete(tokenOrId);
      machines.deleteWhere(({ data }) => data.id === tokenOrId);
      await opaque.invalidate(tokenOrId);
    },

    async warmup() {
      // A server that checks opaque M2M tokens alone needs no signing keys.
      if (options.upstream !== null && keys.health().jwks === 'none') return;
      const cause = await keys.prepare();
      if (cause !== null) throw new AuthUnavailableError(cause.reason, cause.message, cause.retryAfterMs);
    },

    health: () => ({
      ...keys.health(),
      sessionTokens: sessions.size,
      machineTokens: machines.size + opaque.size,
    }),
  };
}

function keySourceFor(options: VerifierOptions): KeySource {
  const { jwtKey, upstream, backendKeys, cache, now, emit, onFault } = options;
  if (jwtKey !== null) return createLocalKeySource(keyFromPem(jwtKey));
  if (upstream === null || !backendKeys.secretKey) return createMissingKeySource();
  return createKeyStore({ upstream, settings: cache.jwks, now, emit, onFault, share: lazySharedKeys(options) });
}

function withRules(expected: ClaimExpectations, rules: SessionRules | undefined): ClaimExpectations {
  if (rules === undefined) return expected;
  return {
    ...expected,
    clockSkewMs: rules.clockSkewMs ?? expected.clockSkewMs,
    allowMissingAzp: rules.allowMissingAzp ?? expected.allowMissingAzp,
  };
}

/** The time in which the claims hold. `exp`, `nbf` and `iat` have been found to be dates or absent. */
function lifetimeOf({ payload }: DecodedJwt, skewMs: number, nowMs: number, key: VerificationKey): Lifetime {
  const { exp, nbf, iat } = payload as { exp: number; nbf?: number; iat?: number };
  // Not before `nowMs`: a clock that is set back must not keep the verdict for longer than its lifetime.
  const from = Math.max((nbf ?? 0) * 1000, (iat ?? 0) * 1000, nowMs) - skewMs;
  return { from, until: exp * 1000 + skewMs, key };
}

function readSession({ token, payload }: DecodedJwt): VerifiedSession {
  return verifiedToken('session_token', token, payload as SessionClaims);
}

/** Clerk has one code for every machine JWT that was checked and is bad; the message names the fault. */
function asMachineVerdict<V>(verdict: Verdict<V>): Verdict<V> {
  if (verdict.outcome === 'accepted' || verdict.reason === 'token-invalid') return verdict;
  if (verdict.outcome === 'unchecked' && verdict.reason !== 'jwk-failed-to-resolve') return verdict;
  return refuse('token-verification-failed', verdict.message);
}
