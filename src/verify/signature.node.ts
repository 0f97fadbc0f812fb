/** The same functions as in `signature.ts`, with `node:crypto`, for Node, Bun and Deno (package.json, `imports`). */
import { Buffer } from 'node:buffer';
import type { Algorithm } from './algorithms.js';
import type { Deferred, PublicJwk, RawJwk, SignatureCheck } from './signature.js';

export type { Deferred, PublicJwk, RawJwk, SignatureCheck } from './signature.js';

/**
 * `node:crypto` is loaded with the first key and not with this module, because it takes a quarter of a cold import. (Node.js
 * before 20.16 and 22.3 cannot load it late, and uses the portable functions throughout.)
 */
const nodeCrypto = () => process.getBuiltinModule?.('node:crypto');

/** jose is loaded when a key needs it. Loaded with this module, it would double the time of a cold import. */
const portable = () => import('./signature.js');

/**
 * RSA is checked synchronously in 20 to 30 µs; WebCrypto's trip through the thread pool takes 100 µs and more. The curves
 * would block the event loop for 70 to 105 µs, so they use the portable check.
 *
 * Throws when OpenSSL cannot use the key.
 */
export function createSignatureCheck(algorithm: Algorithm, jwk: PublicJwk): SignatureCheck {
  const crypto = nodeCrypto();
  if (crypto === undefined) return createPortableCheck(algorithm, jwk);
  const { constants, createPublicKey, verify } = crypto;
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  if (algorithm.padding === null) return createPortableCheck(algorithm, jwk);
  const { hash } = algorithm;
  const options =
    algorithm.padding === 'pss'
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : key;
  return ({ token, signedLength, signature }) =>
    verify(hash, Buffer.from(token.slice(0, signedLength), 'latin1'), options, signature);
}

function createPortableCheck(algorithm: Algorithm, jwk: PublicJwk): SignatureCheck {
  let check: SignatureCheck | null = null;
  return async (jwt) => (check ??= (await portable()).createSignatureCheck(algorithm, jwk))(jwt);
}

/** As in `signature.ts`, but synchronous, so that a wrong key is an error where it is configured. */
export function rsaFromSpki(spki: string): Deferred<RawJwk | null> {
  const crypto = nodeCrypto();
  if (crypto === undefined) return async () => settle((await portable()).rsaFromSpki(spki));
  try {
    const key = crypto.createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
    const again = key.export({ format: 'der', type: 'spki' }).toString('base64');
    return key.asymmetricKeyType === 'rsa' && again === spki ? { ...key.export({ format: 'jwk' }) } : null;
  } catch {
    return null;
  }
}

function settle<T>(value: Deferred<T>): T | Promise<T> {
  return typeof value === 'function' ? (value as () => Promise<T>)() : value;
}
