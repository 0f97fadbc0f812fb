/** Password digests: our own (scrypt), and those that are imported with `password_digest` and `password_hasher`. */
import { createHash, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';

/** Light on purpose (1 ms): an offline instance protects test passwords, and hashes thousands of them when it is seeded. */
const COST = { N: 1024, r: 8, p: 1 };
const KEY_BYTES = 32;

/** What our own digests are called beside Clerk's names of hashers. */
export const OWN_HASHER = 'scrypt';

/** @param salt random text */
export function hashPassword(password: string, salt: string): string {
  return `${salt}$${scryptSync(password, salt, KEY_BYTES, COST).toString('base64')}`;
}

type Verify = (password: string, digest: string) => boolean;

const hex =
  (algorithm: string): Verify =>
  (password, digest) =>
    same(createHash(algorithm).update(password).digest(), Buffer.from(digest, 'hex'));

/** `pbkdf2_sha256$iterations$salt$hash`, as Clerk takes it and as Django writes it. */
const pbkdf2 =
  (algorithm: string): Verify =>
  (password, digest) => {
    const [, iterations = '', salt = '', hash = ''] = digest.split('$');
    if (!/^\d{1,7}$/.test(iterations)) return false;
    const expected = Buffer.from(hash, /^[0-9a-f]+$/i.test(hash) && hash.length % 2 === 0 ? 'hex' : 'base64');
    return same(pbkdf2Sync(password, salt, Number(iterations), expected.byteLength || 1, algorithm), expected);
  };

const VERIFIERS: Readonly<Record<string, Verify>> = {
  [OWN_HASHER]: (password, digest) => {
    const [salt = ''] = digest.split('$');
    return same(Buffer.from(hashPassword(password, salt)), Buffer.from(digest));
  },
  md5: hex('md5'),
  sha256: hex('sha256'),
  pbkdf2_sha1: pbkdf2('sha1'),
  pbkdf2_sha256: pbkdf2('sha256'),
  pbkdf2_sha256_django: pbkdf2('sha256'),
  pbkdf2_sha512: pbkdf2('sha512'),
  ldap_ssha: (password, digest) => {
    const bytes = Buffer.from(digest.replace(/^\{SSHA\}/, ''), 'base64');
    return same(createHash('sha1').update(password).update(bytes.subarray(20)).digest(), bytes.subarray(0, 20));
  },
  // method:N:r:p$salt$hex
  scrypt_werkzeug: (password, digest) => {
    const [method = '', salt = '', hash = ''] = digest.split('$');
    const [, N, r, p] = method.split(':').map(Number);
    if (!N || !r || !p || N > 2 ** 17) return false;
    const expected = Buffer.from(hash, 'hex');
    return same(scryptSync(password, salt, expected.byteLength || 1, { N, r, p, maxmem: 256 * N * r }), expected);
  },
};

/** Hashers that Clerk takes; digests of all are stored, those of `VERIFIERS` can be checked here. */
const KNOWN_HASHERS = new Set([
  ...Object.keys(VERIFIERS).filter((name) => name !== OWN_HASHER),
  ...[
    'bcrypt',
    'bcrypt_sha256_django',
    'bcrypt_peppered',
    'phpass',
    'md5_phpass',
    'scrypt_firebase',
    'argon2i',
    'argon2id',
  ],
  ...['sha512_symfony', 'awscognito', 'hmac_sha256_utf16_b64', 'md5_salted', 'sha256_salted'],
]);

export const isKnownHasher = (hasher: string): boolean => KNOWN_HASHERS.has(hasher);

/** `unsupported`: a digest of a hasher that needs native code or tables (bcrypt, argon2, phpass), which is stored but not checked. */
export function verifyPassword(password: string, digest: string, hasher: string): boolean | 'unsupported' {
  return VERIFIERS[hasher]?.(password, digest) ?? 'unsupported';
}

function same(a: Buffer, b: Buffer): boolean {
  return a.byteLength > 0 && a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
