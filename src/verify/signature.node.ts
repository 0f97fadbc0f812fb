/** The same answers through `node:crypto`, for Node, Bun and Deno (package.json, `imports`). */
import { Buffer } from 'node:buffer';
import type { Algorithm } from './algorithms.js';
import { createSignatureCheck as createPortableCheck, type PublicJwk, type SignatureCheck } from './signature.js';

export type { PublicJwk, SignatureCheck } from './signature.js';

/**
 * RSA is checked at once: 20 to 30 µs, where WebCrypto's trip through the thread pool takes 100 and more. The curves
 * would hold the event loop for 70 to 105 µs, so they go the portable way.
 *
 * `node:crypto` is loaded with the first key, not with this module: it is a quarter of a cold import. (Node.js before 20.16 and
 * 22.3 cannot load it so late, and goes the portable way too.)
 *
 * Throws when the key is not one that OpenSSL can use.
 */
export function createSignatureCheck(algorithm: Algorithm, jwk: PublicJwk): SignatureCheck {
  const crypto = process.getBuiltinModule?.('node:crypto');
  if (crypto === undefined) return createPortableCheck(algorithm, jwk);
  const { constants, createPublicKey, verify } = crypto;
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  if (algorithm.padding === null) return createPortableCheck(algorithm, jwk);
  const { hash } = algorithm;
  const options =
    algorithm.padding === 'pss'
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : key;
  return (signed, signature) => verify(hash, Buffer.from(signed, 'latin1'), options, signature);
}
