/**
 * Keys and signature checks through jose, over WebCrypto: for every runtime that has no `node:crypto` (package.json, `imports`).
 *
 * jose accepts more texts of tokens and more keys than Bailiff does. So it sees only tokens that `decode.ts` has read and keys
 * that `keys.ts` has accepted, and it decides about the signature alone.
 */
import { JWSInvalid, JWSSignatureVerificationFailed } from 'jose/errors';
import { compactVerify } from 'jose/jws/compact/verify';
import { importJWK, importSPKI } from 'jose/key/import';
import type { MaybePromise } from '../ports.js';
import type { Algorithm } from './algorithms.js';
import type { DecodedJwt } from './decode.js';

/** The public members of a JWK (RFC 7517), already checked for shape. */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: string; readonly x: string };

/** Whether the token's signature covers what it should. Throws or rejects when the key turns out to be unusable. */
export type SignatureCheck = (jwt: Pick<DecodedJwt, 'token' | 'signature' | 'signedLength'>) => MaybePromise<boolean>;

/** A value, or a function that gets it where it has to be awaited. */
export type Deferred<T> = T | (() => Promise<T>);

/** A JWK whose members have not been checked. */
export type RawJwk = Readonly<Record<string, unknown>>;

/**
 * Binds a key to the one algorithm that it serves. The key is imported at its first use and kept. A promise of the key is not
 * kept, because in Workers it may end with the request that made it.
 */
export function createSignatureCheck({ name }: Algorithm, jwk: PublicJwk): SignatureCheck {
  const options = { algorithms: [name] };
  let key: CryptoKey | Uint8Array | null = null;
  return async ({ token }) => {
    try {
      key ??= await importJWK({ ...jwk }, name);
      await compactVerify(token, key, options);
      return true;
    } catch (error) {
      if (error instanceof JWSSignatureVerificationFailed || error instanceof JWSInvalid) return false;
      // The members have the shape of a key but are none (a point off its curve, Web Cryptography API section 14.3.4), so nobody
      // can have signed with it. A runtime that lacks the algorithm is a fault and throws.
      if ((error as Partial<Error> | null)?.name === 'DataError') return false;
      throw error;
    }
  };
}

/**
 * The RSA key of a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
 *
 * @param spki DER, as base64
 * @returns null if it is none, or not in its one canonical form: the key is exported again and must give the same text, so that
 *   no bytes are hidden behind the key or before its numbers
 */
export function rsaFromSpki(spki: string): Deferred<RawJwk | null> {
  return async () => {
    try {
      const key = await importSPKI(pemOf(spki), 'RS256', { extractable: true });
      const again = new Uint8Array(await crypto.subtle.exportKey('spki', key));
      return btoa(String.fromCharCode(...again)) === spki ? { ...(await crypto.subtle.exportKey('jwk', key)) } : null;
    } catch {
      return null;
    }
  };
}

const pemOf = (spki: string): string => `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`;
