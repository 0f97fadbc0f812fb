/**
 * `CLERK_JWT_KEY`: a public key in PEM, in every form in which environment variables hand it over. It becomes a JWK, so
 * that from here on there is one way for keys, whichever way they came.
 */
import { ConfigurationError } from '../errors.js';
import { ALGORITHMS } from './algorithms.js';
import { firstElement, childrenOf, TAG, type DerElement } from './der.js';
import { base64url, encodeBase64url as encode } from './encoding.js';
import { createKey, publicJwk, type VerificationKey } from './keys.js';

const REMEDY =
  'Set CLERK_JWT_KEY to the public key of the instance (Clerk Dashboard, API keys, "JWKS Public Key"), from "-----BEGIN PUBLIC KEY-----" to "-----END PUBLIC KEY-----".';

const refuse = (message: string): never => {
  throw new ConfigurationError('jwtKey', message, REMEDY);
};

/**
 * Accepts several lines or one, LF or CRLF or `\n` escapes, quotes around it, and the body without its header and footer.
 * RSA of at least 2048 bits, which serves RS256: the keys that Clerk's dashboard gives out are of no other kind.
 *
 * @throws ConfigurationError for anything else; it never quotes the text.
 */
export function keyFromPem(pem: string): VerificationKey {
  const der = derFromPem(pem);
  return keyFromSpki(der) ?? refuse('The key in CLERK_JWT_KEY is not a public key that can be used.');
}

function derFromPem(pem: string): Uint8Array {
  // Escapes first, then quotes, then white space: quotes may stand around escapes.
  const text = pem
    .replace(/\\+[rn]/g, '\n')
    .trim()
    .replace(/^(["'`])([\s\S]*)\1$/, '$2')
    .trim();
  const armour = /-----\s*BEGIN ([A-Z0-9 ]+?)\s*-----([\s\S]*?)-----\s*END \1\s*-----/.exec(text);
  const label = armour?.[1] ?? null;
  if (label === null && text.includes('-----')) refuse('The PEM in CLERK_JWT_KEY is cut off or damaged.');
  if (label?.includes('PRIVATE')) refuse('CLERK_JWT_KEY holds a private key, which must never leave its owner.');
  if (label?.includes('CERTIFICATE')) refuse('CLERK_JWT_KEY holds a certificate, not a public key.');
  if (label !== null && label !== 'PUBLIC KEY') refuse('CLERK_JWT_KEY holds another kind of PEM than a public key.');
  const body = (armour?.[2] ?? text).replace(/\s+/g, '').replace(/=+$/, '');
  const bytes = base64url.bytes(body.replaceAll('+', '-').replaceAll('/', '_'));
  return bytes !== null && bytes.length > 0 ? bytes : refuse('CLERK_JWT_KEY is not a PEM.');
}

/** rsaEncryption (RFC 3279 section 2.3.1), as bytes in hexadecimal. */
const RSA = '2a864886f70d010101';
const ALGORITHM = ALGORITHMS.get('RS256');

/** SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). */
function keyFromSpki(der: Uint8Array): VerificationKey | null {
  const [identifier, bits, ...rest] = childrenOf(firstElement(der), TAG.sequence);
  // A private key (PKCS #8 and PKCS #1) starts with its version, a number, where a public key has its algorithm.
  if (identifier?.tag === TAG.integer && rest.length > 0) refuse('CLERK_JWT_KEY holds a private key.');
  if (bits?.tag !== TAG.bitString || bits.content[0] !== 0 || rest.length > 0) return null;
  const [type] = childrenOf(identifier, TAG.sequence);
  if (type === undefined || ALGORITHM === undefined) return null;
  if (hex(type.content) !== RSA) refuse('The key in CLERK_JWT_KEY is not an RSA key, as those of Clerk are.');
  const [n, e] = childrenOf(firstElement(bits.content.subarray(1)), TAG.sequence).map(unsigned);
  const jwk = publicJwk({ kty: 'RSA', n, e }, ALGORITHM);
  if (jwk === null) return refuse('The RSA key in CLERK_JWT_KEY is damaged or has fewer than 2048 bits.');
  return createKey(null, ALGORITHM, jwk);
}

/** A DER integer has a leading zero where its first bit is set; a JWK has none. */
function unsigned(element: DerElement): string {
  return encode(element.content[0] === 0 ? element.content.subarray(1) : element.content);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
