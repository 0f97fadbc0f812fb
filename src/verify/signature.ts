/** Signature checks through WebCrypto: for every runtime that has no `node:crypto` (package.json, `imports`). */
import type { MaybePromise } from '../ports.js';
import type { Algorithm } from './algorithms.js';

/** The public members of a JWK (RFC 7517), already checked for shape. */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: string; readonly x: string };

/** Whether `signature` covers `signed` (ASCII). Throws or rejects when the key turns out to be unusable. */
export type SignatureCheck = (signed: string, signature: Uint8Array) => MaybePromise<boolean>;

const encoder = new TextEncoder();

/** Binds a key to the one algorithm that it serves. The key is imported at its first use, and once. */
export function createSignatureCheck(algorithm: Algorithm, jwk: PublicJwk): SignatureCheck {
  let imported: Promise<CryptoKey> | null = null;
  return async (signed, signature) => {
    imported ??= crypto.subtle.importKey('jwk', { ...jwk }, algorithm.webCrypto, false, ['verify']);
    return crypto.subtle.verify(algorithm.webCrypto, await imported, signature as BufferSource, encoder.encode(signed));
  };
}
