/** A public key that was configured, through jose and WebCrypto. */
import { importSPKI } from 'jose/key/import';

/**
 * The RSA key of a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
 *
 * @param spki DER, as base64
 * @returns null if it is none, or not exactly that in its one canonical form: written out again it must be the same text, so that
 *   nothing stands behind the key or in front of its numbers
 */
export async function rsaFromSpki(spki: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const key = await importSPKI(pemOf(spki), 'RS256', { extractable: true });
    const again = new Uint8Array(await crypto.subtle.exportKey('spki', key));
    return btoa(String.fromCharCode(...again)) === spki ? { ...(await crypto.subtle.exportKey('jwk', key)) } : null;
  } catch {
    return null;
  }
}

const pemOf = (spki: string): string => `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`;
