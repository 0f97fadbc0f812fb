/**
 * The one way of every JWT: type and category, algorithm, key, signature, and only then its claims. The difference between
 * the kinds is a policy (`token-kinds.ts`, `handshake-token.ts`).
 */
import type { Clock, MaybePromise, WaitUntil } from '../ports.js';
import { isPromise } from '../ground/realm.js';
import { ALGORITHMS, type Algorithm } from './algorithms.js';
import { checkClaims, type ClaimExpectations } from './claims.js';
import type { DecodedJwt } from './decode.js';
import type { JwtPolicy } from './jwt-policy.js';
import type { KeyLookup, KeySource } from './key-source.js';
import type { VerificationKey } from './keys.js';
import { refuse, type Refused, type Unchecked } from './verdict.js';

/** The key that proved the token, or the reason why none did. */
export type JwtProof = VerificationKey | Refused | Unchecked;

/** Checks one token. The result is a plain value when neither the key nor the signature check has to be awaited. */
export type JwtCheck = (
  jwt: DecodedJwt,
  policy: JwtPolicy,
  expected: ClaimExpectations,
  waitUntil?: WaitUntil,
) => MaybePromise<JwtProof>;

const CRITICAL = refuse('token-invalid', 'The header asks for an extension that is not known here.');
const WRONG_ALGORITHM = refuse('token-invalid-algorithm');
const OTHER_ALGORITHM = refuse('token-verification-failed', 'The key does not serve the algorithm of the token.');
const WRONG_SIGNATURE = refuse('token-invalid-signature');

export const isKey = (value: KeyLookup): value is VerificationKey => 'check' in value;

export function createJwtCheck(keys: KeySource, now: Clock): JwtCheck {
  return (jwt, policy, expected, waitUntil) => {
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
      good === true ? (checkClaims(policy.claims, jwt.payload, expected, now()) ?? key) : WRONG_SIGNATURE;
    // No token makes this call throw. It throws where this server is at fault (its runtime cannot use the key, or has no
    // WebCrypto), and that is no refusal.
    const good = key.check(jwt);
    return isPromise(good) ? good.then(conclude) : conclude(good);
  }
}

/** The algorithm that the header names, or the refusal that the header alone calls for. */
function checkHeader({ header }: DecodedJwt, policy: JwtPolicy): Algorithm | Refused {
  if (!policy.types.includes(header['typ'])) return policy.foreignType;
  if (!policy.categories.includes(header['cat'])) return policy.foreignCategory;
  // No extension is known here, so no `crit` can be honoured (RFC 7515 section 4.1.11).
  if (header['crit'] !== undefined) return CRITICAL;
  return ALGORITHMS.get(header['alg']) ?? WRONG_ALGORITHM;
}
