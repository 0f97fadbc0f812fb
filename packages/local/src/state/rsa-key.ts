import {
  checkPrimeSync,
  constants,
  createPrivateKey,
  createPublicKey,
  publicEncrypt,
  type KeyObject,
} from 'node:crypto';
import type { Random } from './random.js';

/*
 * RSA keys that a stream of bytes determines, made in about 20 ms.
 *
 * Node's generateKeyPair takes no seed and needs 100 to 200 ms, most of it for 64 rounds of Miller-Rabin. A pool of keys shipped with the
 * package would be quick too, but then everyone could sign in everyone's name, and two instances might share a key. So we search the two primes
 * ourselves: a sieve, then one Fermat test, whose error for random 1024-bit numbers is far below 2^-100 (Damgard, Landrock and Pomerance 1993).
 * These are keys for development and tests: an instance without a seed draws its stream from the system's random generator, one with a seed is
 * as secret as its seed.
 */

const PRIME_BITS = 1024;
const PRIME_BYTES = PRIME_BITS / 8;
const EXPONENT = 65537n;
const SIEVE_SPAN = 8192;
const SMALL_PRIMES_BELOW = 1 << 14;

/** An RSA private key of 2048 bits with the public exponent 65537. */
export function createRsaKey(random: Random): KeyObject {
  const smallPrimes = primesBelow(SMALL_PRIMES_BELOW);
  let p = findPrime(random, smallPrimes);
  let q = findPrime(random, smallPrimes);
  if (p < q) [p, q] = [q, p];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'RSA',
      n: base64url(p * q),
      e: base64url(EXPONENT),
      d: base64url(d),
      p: base64url(p),
      q: base64url(q),
      dp: base64url(d % (p - 1n)),
      dq: base64url(d % (q - 1n)),
      qi: base64url(inverse(q, p)),
    },
  });
}

/** The first prime after a random odd number whose two highest bits are set, so that two of them make exactly 2048 bits. */
function findPrime(random: Random, smallPrimes: readonly number[]): bigint {
  for (;;) {
    const start = random.bytes(PRIME_BYTES);
    start[0] = (start[0] as number) | 0xc0;
    start[PRIME_BYTES - 1] = (start[PRIME_BYTES - 1] as number) | 1;
    const base = BigInt(`0x${start.toString('hex')}`);
    const composite = new Uint8Array(SIEVE_SPAN);
    for (const small of smallPrimes) {
      // base + 2i is divisible by `small` from this i on, every `small` steps.
      const remainder = Number(base % BigInt(small));
      const first = remainder === 0 ? 0 : ((small - remainder) * ((small + 1) / 2)) % small;
      for (let i = first; i < SIEVE_SPAN; i += small) composite[i] = 1;
    }
    for (let i = 0; i < SIEVE_SPAN; i++) {
      if (composite[i] === 1) continue;
      const candidate = base + 2n * BigInt(i);
      if (candidate % EXPONENT !== 1n && isProbablyPrime(candidate)) return candidate;
    }
  }
}

/** 2^(n-1) mod n == 1, computed by OpenSSL's RSA public operation with n as the modulus: ten times as fast as BigInt. */
function isProbablyPrime(n: bigint): boolean {
  const two = Buffer.alloc(PRIME_BYTES);
  two[PRIME_BYTES - 1] = 2;
  try {
    const key = createPublicKey({ format: 'jwk', key: { kty: 'RSA', n: base64url(n), e: base64url(n - 1n) } });
    const power = publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, two);
    return BigInt(`0x${power.toString('hex')}`) === 1n;
  } catch {
    // A library that refuses such an exponent: the slow way gives the same answer.
    return checkPrimeSync(n);
  }
}

function primesBelow(limit: number): number[] {
  const composite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let n = 3; n < limit; n += 2) {
    if (composite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple < limit; multiple += 2 * n) composite[multiple] = 1;
  }
  return primes;
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1] = [modulus, value % modulus];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return t0 < 0n ? t0 + modulus : t0;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}
