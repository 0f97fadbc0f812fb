/**
 * Keys and signature checks through jose, over WebCrypto: for every runtime that has no `node:crypto` (package.json, `imports`).
 *
 * jose accepts more texts of tokens and more keys than Bailiff does. So it sees only tokens that `decode.ts` has read and keys
 * that `keys.ts` has accepted, and it decides about the signature alone.
 */
import { JWSInvalid, JWSSignatureVerificationFailed } from 'jose/errors';
import { compactVerify } from 'jose/jws/compact/verify';
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
 * Binds a key to the one algorithm that it serves. jose imports the key at its first use and keeps it with this object; it keeps no
 * promise of it, which in Workers may end with the request that made it.
 */
export function createSignatureCheck({ name }: Algorithm, jwk: PublicJwk): SignatureCheck {
  const options = { algorithms: [name] };
  const key = { ...jwk };
  return async ({ token }) => {
    try {
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

/** As `spki.ts` has it, which is loaded for a server with a `jwtKey`. */
export function rsaFromSpki(spki: string): Deferred<RawJwk | null> {
  return async () => (await import('./spki.js')).rsaFromSpki(spki);
}
