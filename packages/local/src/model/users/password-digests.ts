/** Password digests: our own (scrypt), and those that are imported with `password_digest` and `password_hasher`. */
import { createCipheriv, createHash, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import { lookUp } from '../../ground/look-up.js';

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

const hashed = (algorithm: string, ...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** `salt$hash`, the hash in hexadecimal; Clerk's documentation leaves the order to be salt, then password. */
const salted =
  (algorithm: string): Verify =>
  (password, digest) => {
    const [salt = '', hash = ''] = digest.split('$');
    return same(hashed(algorithm, salt, password), Buffer.from(hash, 'hex'));
  };

type Encoding = 'utf8' | 'hex' | 'base64';

/** `name$iterations$salt$hash`; who writes which encoding is in Clerk's documentation of `password_hasher`. */
const pbkdf2 =
  (algorithm: string, saltEncoding: Encoding, hashEncoding: Encoding): Verify =>
  (password, digest) => {
    const [, iterations = '', salt = '', hash = ''] = digest.split('$');
    if (!/^[1-9]\d{0,6}$/.test(iterations)) return false;
    const expected = Buffer.from(hash, hashEncoding);
    const derived = pbkdf2Sync(
      password,
      Buffer.from(salt, saltEncoding),
      Number(iterations),
      expected.byteLength || 1,
      algorithm,
    );
    return same(derived, expected);
  };

const VERIFIERS: Readonly<Record<string, Verify>> = {
  [OWN_HASHER]: (password, digest) => {
    const [salt = ''] = digest.split('$');
    return same(Buffer.from(hashPassword(password, salt)), Buffer.from(digest));
  },
  md5: (password, digest) => same(hashed('md5', password), Buffer.from(digest, 'hex')),
  sha256: (password, digest) => same(hashed('sha256', password), Buffer.from(digest, 'hex')),
  md5_salted: salted('md5'),
  sha256_salted: salted('sha256'),
  pbkdf2_sha1: (password, digest) => {
    const hexSalt = /^([0-9a-f]{2})+$/i.test(digest.split('$')[2] ?? '');
    return pbkdf2('sha1', hexSalt ? 'hex' : 'utf8', 'hex')(password, digest);
  },
  pbkdf2_sha256: pbkdf2('sha256', 'base64', 'base64'),
  pbkdf2_sha256_django: pbkdf2('sha256', 'utf8', 'base64'),
  pbkdf2_sha512: pbkdf2('sha512', 'utf8', 'hex'),
  pbkdf2_sha512_hex: pbkdf2('sha512', 'hex', 'hex'),
  ldap_ssha: (password, digest) => {
    const bytes = Buffer.from(digest.replace(/^\{SSHA\}/, ''), 'base64');
    return same(hashed('sha1', password, bytes.subarray(20)), bytes.subarray(0, 20));
  },
  // scrypt:N:r:p$salt$hash in hexadecimal
  scrypt_werkzeug: (password, digest) => {
    const [method = '', salt = '', hash = ''] = digest.split('$');
    const [, N = 0, r = 0, p = 0] = method.split(':').map(Number);
    if (!(N > 1 && N <= 2 ** 17 && r > 0 && r <= 64 && p > 0 && p <= 16)) return false;
    const expected = Buffer.from(hash, 'hex');
    return same(scryptSync(password, salt, expected.byteLength || 1, { N, r, p, maxmem: 256 * N * r }), expected);
  },
  // hash$salt$signer key$salt separator$rounds$memory cost: the signer key, encrypted with a key out of the password.
  scrypt_firebase: (password, digest) => {
    const [hash = '', salt = '', signer = '', separator = '', rounds = '', memory = ''] = digest.split('$');
    const [r, cost] = [Number(rounds), Number(memory)];
    if (!(r > 0 && r <= 64 && cost > 0 && cost <= 17)) return false;
    const whole = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(separator, 'base64')]);
    const N = 2 ** cost;
    const key = scryptSync(password, whole, 32, { N, r, p: 1, maxmem: 256 * N * r });
    const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    return same(cipher.update(Buffer.from(signer, 'base64')), Buffer.from(hash, 'base64'));
  },
};

const BCRYPT = String.raw`\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}`;
const PBKDF2 = /^[^$]+\$[1-9]\d*\$[^$]+\$[^$]+$/;
const ANY = /./;

/** Hashers that Clerk takes, and the form of their digests. All are stored; those of `VERIFIERS` and bcrypt can be checked here. */
const FORMS: Readonly<Record<string, RegExp>> = {
  argon2i: /^\$argon2i\$([^$]+\$)+[\w+/=-]+$/,
  argon2id: /^\$argon2id\$([^$]+\$)+[\w+/=-]+$/,
  awscognito: ANY,
  bcrypt: new RegExp(`^${BCRYPT}$`),
  bcrypt_peppered: new RegExp(`^${BCRYPT}$`),
  bcrypt_sha256_django: new RegExp(`^bcrypt_sha256\\$${BCRYPT}$`),
  ldap_ssha: /^(\{SSHA\})?[A-Za-z0-9+/]{28,}={0,2}$/,
  md5: /^[0-9a-f]{32}$/i,
  md5_phpass: /^\$[PH]\$[./0-9A-Za-z]{31}$/,
  md5_salted: /^[^$]*\$[0-9a-f]{32}$/i,
  pbkdf2_sha1: PBKDF2,
  pbkdf2_sha256: PBKDF2,
  pbkdf2_sha256_django: PBKDF2,
  pbkdf2_sha512: PBKDF2,
  pbkdf2_sha512_hex: PBKDF2,
  phpass: /^\$[PH]\$[./0-9A-Za-z]{31}$/,
  scrypt_firebase: /^([^$]+\$){5}[^$]+$/,
  scrypt_werkzeug: /^scrypt:\d+:\d+:\d+\$[^$]+\$[0-9a-f]+$/i,
  sha256: /^[0-9a-f]{64}$/i,
  sha256_salted: /^[^$]*\$[0-9a-f]{64}$/i,
  sha512_symfony: ANY,
};

export const isKnownHasher = (hasher: string): boolean => Object.hasOwn(FORMS, hasher);

/** Whether the text has the form of a digest of a known hasher. */
export const isDigest = (text: string, hasher: string): boolean => lookUp(FORMS, hasher)?.test(text) === true;

/** What bcrypt itself is given: the password, or a digest of it where the framework's form says so. */
const BCRYPT_INPUTS: Readonly<Record<string, (password: string) => string>> = {
  bcrypt: (password) => password,
  bcrypt_sha256_django: (password) => hashed('sha256', password).toString('hex'),
};

/**
 * `unsupported`: a digest of a hasher that needs native code, tables or a pepper (argon2, phpass, ...), which is stored but not checked.
 * bcrypt comes as a promise, because its library is loaded when it is first needed.
 */
export function verifyPassword(
  password: string,
  digest: string,
  hasher: string,
): boolean | 'unsupported' | Promise<boolean> {
  const bcryptInput = lookUp(BCRYPT_INPUTS, hasher)?.(password);
  if (bcryptInput !== undefined) return verifyBcrypt(bcryptInput, digest);
  return lookUp(VERIFIERS, hasher)?.(password, digest) ?? 'unsupported';
}

async function verifyBcrypt(input: string, digest: string): Promise<boolean> {
  const hash = digest.replace(/^bcrypt_sha256\$\$?/, '$');
  // The cost is an exponent: above 14 one check would take seconds.
  if (!/^\$2[abxy]?\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/.test(hash)) return false;
  const { default: bcrypt } = await import('bcryptjs');
  return bcrypt.compare(input, hash.replace(/^\$2[xy]?\$/, '$2b$'));
}

function same(a: Buffer, b: Buffer): boolean {
  return a.byteLength > 0 && a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
