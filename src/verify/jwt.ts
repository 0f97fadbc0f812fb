/**
 * The one way of every JWT: type and category, algorithm, key, signature, and only then its claims. What differs between
 * the kinds is a row of the policy table.
 */
import type { Clock, MaybePromise, WaitUntil } from '../ports.js';
import { isPromise } from '../shared/realm.js';
import { ALGORITHMS, type Algorithm } from './algorithms.js';
import { checkClaims, CLAIM_RULES, type ClaimExpectations, type ClaimRule } from './claims.js';
import { ACCESS_TOKEN_TYPES, CATEGORIES } from './classify.js';
import type { DecodedJwt } from './decode.js';
import type { KeyLookup, KeySource } from './key-store.js';
import type { VerificationKey } from './keys.js';
import { refuse } from './outcome.js';
import type { Refused, Unchecked } from './verdict.js';

export type JwtKind = 'session' | 'm2m' | 'oauth' | 'handshake';

interface JwtPolicy {
  /** Header `typ`. */
  readonly types: readonly unknown[];
  readonly foreignType: Refused;
  /** Header `cat`. */
  readonly categories: readonly unknown[];
  readonly foreignCategory: Refused;
  readonly rules: readonly ClaimRule[];
}

const PLAIN_TYPES: readonly unknown[] = [undefined, 'JWT'];

const INVALID = refuse('token-invalid');
const WRONG_TYPE = refuse('token-invalid', 'The header `typ` is not that of this kind of token.');
const WRONG_MACHINE_TYPE = refuse('token-verification-failed', WRONG_TYPE.message);
const OTHER_KIND = refuse('token-type-mismatch');
const CRITICAL = refuse('token-invalid', 'The header asks for an extension that is not known here.');

const POLICIES: Readonly<Record<JwtKind, JwtPolicy>> = {
  session: {
    types: PLAIN_TYPES,
    foreignType: WRONG_TYPE,
    categories: [undefined, CATEGORIES.session, CATEGORIES.ignored],
    foreignCategory: OTHER_KIND,
    rules: CLAIM_RULES.session,
  },
  m2m: {
    types: PLAIN_TYPES,
    foreignType: WRONG_MACHINE_TYPE,
    categories: [undefined, CATEGORIES.m2m],
    foreignCategory: INVALID,
    rules: CLAIM_RULES.m2m,
  },
  oauth: {
    types: ACCESS_TOKEN_TYPES,
    foreignType: WRONG_MACHINE_TYPE,
    categories: [undefined, CATEGORIES.ignored],
    foreignCategory: INVALID,
    rules: CLAIM_RULES.oauth,
  },
  handshake: {
    types: PLAIN_TYPES,
    foreignType: WRONG_TYPE,
    categories: [undefined, CATEGORIES.session, CATEGORIES.ignored],
    foreignCategory: INVALID,
    rules: CLAIM_RULES.handshake,
  },
};

/** The key that proved the token, or why it is not good. */
export type JwtProof = VerificationKey | Refused | Unchecked;

/** Checks one token; a plain value when neither a key nor its check has to be waited for. */
export type JwtCheck = (
  jwt: DecodedJwt,
  kind: JwtKind,
  expected: ClaimExpectations,
  waitUntil?: WaitUntil,
) => MaybePromise<JwtProof>;

const WRONG_ALGORITHM = refuse('token-invalid-algorithm');
const OTHER_ALGORITHM = refuse('token-verification-failed', 'The key does not serve the algorithm of the token.');
const WRONG_SIGNATURE = refuse('token-invalid-signature');

export const isKey = (value: KeyLookup): value is VerificationKey => 'check' in value;

export function createJwtCheck(keys: KeySource, now: Clock): JwtCheck {
  return (jwt, kind, expected, waitUntil) => {
    const policy = POLICIES[kind];
    const algorithm = checkHeader(jwt, policy);
    if ('outcome' in algorithm) return algorithm;
    const found = keys.find(jwt.header['kid'], waitUntil);
    if (isPromise(found)) return found.then((key) => prove(jwt, algorithm, key, policy, expected));
    return prove(jwt, algorithm, found, policy, expected);
  };

  function prove(
    jwt: DecodedJwt,
    algorithm: Algorithm,
    key: KeyLookup,
    policy: JwtPolicy,
    expected: ClaimExpectations,
  ): MaybePromise<JwtProof> {
    if (!isKey(key)) return key;
    if (key.algorithm !== algorithm) return OTHER_ALGORITHM;
    const conclude = (good: unknown): JwtProof =>
      good === true ? (checkClaims(policy.rules, jwt.payload, expected, now()) ?? key) : WRONG_SIGNATURE;
    // Nothing of a token makes a check throw. What does is a fault of this server (a key that its runtime cannot use, no
    // WebCrypto), and no refusal.
    const good = key.check(jwt);
    return isPromise(good) ? good.then(conclude) : conclude(good);
  }
}

/** What the header alone decides; the algorithm if it passes. */
function checkHeader({ header }: DecodedJwt, policy: JwtPolicy): Algorithm | Refused {
  if (!policy.types.includes(header['typ'])) return policy.foreignType;
  if (!policy.categories.includes(header['cat'])) return policy.foreignCategory;
  // No extension is known here, so whatever `crit` lists cannot be honoured (RFC 7515 section 4.1.11).
  if (header['crit'] !== undefined) return CRITICAL;
  return ALGORITHMS.get(header['alg']) ?? WRONG_ALGORITHM;
}
