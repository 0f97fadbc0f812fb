/** Turns JWKs (RFC 7517) into keys that check one algorithm each. An unusable JWK is left out and does not spoil the others. */
import { createSignatureCheck, type PublicJwk, type RawJwk, type SignatureCheck } from '#signature';
import { ALGORITHMS, type Algorithm } from './algorithms.js';
import { base64url } from './encoding.js';
import { isRecord } from '../ground/is-record.js';

export interface VerificationKey {
  /** Null for a key that was configured rather than loaded. */
  readonly kid: string | null;
  readonly algorithm: Algorithm;
  readonly check: SignatureCheck;
  /** Two keys of the same material have the same text. */
  readonly fingerprint: string;
  /** Turns false when the key leaves the JWKS. Every verdict that rests on the key ends with it. */
  active: boolean;
}

/** A document with more keys than this is no JWKS of an instance. */
export const MAX_KEYS = 100;
const MIN_RSA_BITS = 2048;
/** The cost of a check grows with the square of the modulus' length. */
const MAX_RSA_BITS = 8192;
const MAX_EXPONENT_BYTES = 4;

/** The key that this entry of a JWKS describes, or null if the entry describes no key that may check signatures here. */
export function keyFromJwk(entry: unknown): VerificationKey | null {
  if (!isRecord(entry)) return null;
  const members: RawJwk = entry;
  const kid = members['kid'];
  if (typeof kid !== 'string' || kid === '' || !isForVerifying(members)) return null;
  // A JWK without `alg` serves RS256 alone, so that a token cannot choose its algorithm.
  const algorithm = ALGORITHMS.get(members['alg'] ?? 'RS256');
  if (algorithm === undefined) return null;
  const jwk = publicJwk(members, algorithm);
  return jwk === null ? null : createKey(kid, algorithm, jwk);
}

/** Null if the material is broken (a point that is not on its curve, for example). */
export function createKey(kid: string | null, algorithm: Algorithm, jwk: PublicJwk): VerificationKey | null {
  try {
    const check = createSignatureCheck(algorithm, jwk);
    return { kid, algorithm, check, fingerprint: `${algorithm.name} ${JSON.stringify(jwk)}`, active: true };
  } catch {
    return null;
  }
}

/** `use` and `key_ops` bind (RFC 7517 sections 4.2 and 4.3); a private key has no business in a JWKS. */
function isForVerifying(members: RawJwk): boolean {
  const { use, key_ops: operations } = members as { use?: unknown; key_ops?: unknown };
  if (use !== undefined && use !== 'sig') return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false;
  return !('d' in members) && !('k' in members);
}

/** The members that make the key, each of the right shape; null if `members` is no key for `algorithm`. */
export function publicJwk(members: RawJwk, algorithm: Algorithm): PublicJwk | null {
  const { kty, crv, n, e, x, y } = members as Record<'kty' | 'crv' | 'n' | 'e' | 'x' | 'y', unknown>;
  if (kty !== algorithm.kty) return null;
  if (kty === 'RSA') return isModulus(n) && isExponent(e) ? { kty, n, e } : null;
  const size = algorithm.coordinateBytes;
  if (crv !== algorithm.crv || typeof crv !== 'string' || !isCoordinate(x, size)) return null;
  if (kty === 'OKP') return { kty, crv, x };
  return isCoordinate(y, size) ? { kty: 'EC', crv, x, y } : null;
}

function decode(value: unknown): Uint8Array | null {
  return typeof value === 'string' ? base64url.bytes(value) : null;
}

/** Reads a Base64urlUInt (RFC 7518 section 2). It has no leading zero byte, so each number has one text and a true length. */
function decodeUInt(value: unknown): Uint8Array | null {
  const bytes = decode(value);
  return bytes?.[0] === 0 ? null : bytes;
}

function isModulus(value: unknown): value is string {
  const bits = bitLength(decodeUInt(value) ?? new Uint8Array());
  return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS;
}

/** With an exponent of 1 every signature would be its own message, so anybody could forge one. */
function isExponent(value: unknown): value is string {
  const bytes = decodeUInt(value);
  if (bytes === null || bytes.length > MAX_EXPONENT_BYTES) return false;
  return bitLength(bytes) >= 2 && (bytes[bytes.length - 1] ?? 0) % 2 === 1;
}

function isCoordinate(value: unknown, size: number): value is string {
  return decode(value)?.length === size;
}

function bitLength(bytes: Uint8Array): number {
  const [first] = bytes;
  return first === undefined ? 0 : bytes.length * 8 - Math.clz32(first) + 24;
}
