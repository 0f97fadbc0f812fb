/** Token in, verdict out: the face of this floor. */
import { AuthUnavailableError } from '../errors.js';
import type { MaybePromise, WaitUntil } from '../ports.js';
import { isPromise } from '../shared/realm.js';
import type { SessionClaims, TokenType } from '../types.js';
import { isText, type ClaimExpectations } from './claims.js';
import { decodeJwt, type DecodedJwt } from './decode.js';
import { createJwtCheck, isKey, type JwtKind, type JwtProof } from './jwt.js';
import { createKeyStore, createLocalKeySource, createMissingKeySource, type KeySource } from './key-store.js';
import { m2mFromClaims, oauthFromClaims } from './machine.js';
import { createLazyOpaqueVerifier } from './opaque-lazy.js';
import type { VerificationKey } from './keys.js';
import { accept, deepFreeze, refuse } from './outcome.js';
import { keyFromPem } from './pem.js';
import { createVerdictCache, type Lifetime, type VerdictCache } from './verdict-cache.js';
import type { Verdict, Verified, VerifiedMachine, VerifiedSession } from './verdict.js';
import type { SessionRules, Verifier, VerifierOptions } from './verifier-types.js';

export type * from './verifier-types.js';

const MALFORMED = refuse('token-invalid', 'The token is malformed.');
const OTHER_KIND = refuse('token-type-mismatch');
const NO_MACHINE = refuse('token-verification-failed', 'The token is not a machine token.');
const NO_DIRECTIVES = refuse('token-verification-failed', 'The handshake token holds no list of cookies.');

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
    restore: (token) => wrapSession(decodeJwt(token)!),
  });
  const machineMax = cache.machineTokens.ttlMs > 0 ? cache.machineTokens.max : 0;
  const machines = createVerdictCache<VerifiedMachine>({ max: machineMax, now, usableUntil });

  const report = (tokenType: TokenType, hit: boolean): void =>
    emit?.({ type: 'token.cache', hit, tokenType, source: 'memory' });

  /** Checks, wraps what is good and keeps it in `into`. */
  function verify<V extends Verified>(
    jwt: DecodedJwt,
    kind: JwtKind,
    rules: ClaimExpectations,
    waitUntil: WaitUntil | undefined,
    wrap: (jwt: DecodedJwt) => V,
    into: VerdictCache<V> | null,
  ): MaybePromise<Verdict<V>> {
    const conclude = (proof: JwtProof): Verdict<V> => {
      if (!isKey(proof)) return proof;
      const verified = wrap(jwt);
      into?.put(jwt.token, verified, lifetimeOf(jwt, rules.clockSkewMs, now(), proof));
      return accept(verified);
    };
    const proof = check(jwt, kind, rules, waitUntil);
    return isPromise(proof) ? proof.then(conclude) : conclude(proof);
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
      return verify(jwt, 'session', withRules(expected, rules), waitUntil, wrapSession, into);
    },

    verifyMachine(token, waitUntil) {
      const { tokenType, jwt, form } = token;
      if (form === 'malformed') return MALFORMED;
      if (tokenType === 'session_token') return NO_MACHINE;
      if (jwt === null) return opaque.verify(token, waitUntil);
      report(tokenType, false);
      const verdict =
        tokenType === 'm2m_token'
          ? verify(jwt, 'm2m', expected, waitUntil, wrapM2M, machines)
          : verify(jwt, 'oauth', expected, waitUntil, wrapOAuth, machines);
      return isPromise(verdict) ? verdict.then(asMachineVerdict) : asMachineVerdict(verdict);
    },

    verifyHandshake(token, waitUntil) {
      const jwt = decodeJwt(token);
      if (jwt === null) return MALFORMED;
      const conclude = (proof: JwtProof) => (isKey(proof) ? directivesOf(jwt) : proof);
      const proof = check(jwt, 'handshake', expected, waitUntil);
      return isPromise(proof) ? proof.then(conclude) : conclude(proof);
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

function keySourceFor({ jwtKey, upstream, canVerify, cache, now, emit, onFault }: VerifierOptions): KeySource {
  if (jwtKey !== null) return createLocalKeySource(keyFromPem(jwtKey));
  if (upstream === null || !canVerify.apiKey) return createMissingKeySource();
  return createKeyStore({ upstream, settings: cache.jwks, now, emit, onFault });
}

function withRules(expected: ClaimExpectations, rules: SessionRules | undefined): ClaimExpectations {
  if (rules === undefined) return expected;
  return {
    ...expected,
    clockSkewMs: rules.clockSkewMs ?? expected.clockSkewMs,
    allowMissingAzp: rules.allowMissingAzp ?? expected.allowMissingAzp,
  };
}

/** When the claims hold; `exp`, `nbf` and `iat` have been found to be dates or absent. */
function lifetimeOf({ payload }: DecodedJwt, skewMs: number, nowMs: number, key: VerificationKey): Lifetime {
  const { exp, nbf, iat } = payload as { exp: number; nbf?: number; iat?: number };
  // `nowMs`: a clock that is set back must not keep the verdict for longer than it was made for.
  const from = Math.max((nbf ?? 0) * 1000, (iat ?? 0) * 1000, nowMs) - skewMs;
  return { from, until: exp * 1000 + skewMs, key };
}

function wrapSession({ token, payload }: DecodedJwt): VerifiedSession {
  const data = deepFreeze(payload) as SessionClaims;
  return { tokenType: 'session_token', token, data, attachment: undefined };
}

function wrapM2M({ token, payload }: DecodedJwt): VerifiedMachine {
  return { tokenType: 'm2m_token', token, data: deepFreeze(m2mFromClaims(payload)), attachment: undefined };
}

function wrapOAuth({ token, payload }: DecodedJwt): VerifiedMachine {
  return { tokenType: 'oauth_token', token, data: deepFreeze(oauthFromClaims(payload)), attachment: undefined };
}

/** Clerk knows one code for every machine JWT that was checked and is bad; the message says what it was. */
function asMachineVerdict<V>(verdict: Verdict<V>): Verdict<V> {
  if (verdict.outcome === 'accepted' || verdict.reason === 'token-invalid') return verdict;
  if (verdict.outcome === 'unchecked' && verdict.reason !== 'jwk-failed-to-resolve') return verdict;
  return refuse('token-verification-failed', verdict.message);
}

function directivesOf({ payload }: DecodedJwt): Verdict<readonly string[]> {
  const directives = payload['handshake'];
  return Array.isArray(directives) && directives.every(isText) ? accept(Object.freeze(directives)) : NO_DIRECTIVES;
}
