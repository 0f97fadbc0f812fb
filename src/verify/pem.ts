/**
 * `CLERK_JWT_KEY`: a public key in PEM, in each of the forms that environment variables give it. It becomes a JWK, so that
 * configured keys and loaded keys take the same way from here on.
 */
import { rsaFromSpki, type Deferred, type RawJwk } from '#signature';
import { ConfigurationError } from '../errors.js';
import { ALGORITHMS, type Algorithm } from './algorithms.js';
import { base64url, encodeBase64 } from './encoding.js';
import { createKey, publicJwk, type VerificationKey } from './keys.js';

const REMEDY = 'Set CLERK_JWT_KEY to the "JWKS Public Key" of the Clerk dashboard.';

const fail = (message: string): never => {
  throw new ConfigurationError('jwtKey', message, REMEDY);
};

/**
 * Accepts several lines or one, LF or CRLF or `\n` escapes, quotes around it, and the body without its header and footer.
 * RSA of 2048 to 8192 bits, which serves RS256: the keys that Clerk's dashboard gives out are of no other kind.
 *
 * @returns the key; where there is only WebCrypto, which is asynchronous, a function that gets it. The function rejects as
 *   this one throws
 * @throws ConfigurationError for anything else; the error never quotes the text
 */
export function keyFromPem(pem: string): Deferred<VerificationKey> {
  const body = bodyOf(pem);
  const der = base64url.bytes(body.replaceAll('+', '-').replaceAll('/', '_'));
  if (der === null || der.length === 0) return fail('CLERK_JWT_KEY is not a PEM.');
  checkKind(der);
  const found = rsaFromSpki(encodeBase64(der));
  return typeof found === 'function' ? async () => keyFrom(await found()) : keyFrom(found);
}

/** The base64 in `pem`, without header, footer, quotes and escapes: jose accepts no text around the header. */
function bodyOf(pem: string): string {
  // Escapes first, then quotes, then white space: quotes may stand around escapes.
  const text = pem
    .replace(/\\+[rn]/g, '\n')
    .trim()
    .replace(/^(["'`])([\s\S]*)\1$/, '$2')
    .trim();
  const armour = /-----\s*BEGIN ([A-Z0-9 ]+?)\s*-----([\s\S]*?)-----\s*END \1\s*-----/.exec(text);
  const label = armour?.[1] ?? null;
  if (label === null && text.includes('-----')) fail('CLERK_JWT_KEY is cut off or damaged.');
  if (label?.includes('PRIVATE')) fail('CLERK_JWT_KEY holds a private key.');
  if (label?.includes('CERTIFICATE')) fail('CLERK_JWT_KEY holds a certificate.');
  if (label !== null && label !== 'PUBLIC KEY') fail('CLERK_JWT_KEY holds no public key.');
  return (armour?.[2] ?? text).replace(/\s+/g, '').replace(/=+$/, '');
}

/** The beginning of DER (X.690) in hexadecimal: a sequence of any length up to 64 kB. Its first element follows. */
const SEQUENCE = '^30(?:[0-7].|81..|82....)';
/** The identifier of rsaEncryption (RFC 3279 section 2.3.1), as in a SubjectPublicKeyInfo. */
const RSA_PUBLIC = new RegExp(`${SEQUENCE}300d06092a864886f70d010101`);
/** PKCS #8, PKCS #1 and SEC 1 start with a version. */
const PRIVATE = new RegExp(`${SEQUENCE}02010[01]`);

function checkKind(der: Uint8Array): void {
  const start = Array.from(der.subarray(0, 24), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (PRIVATE.test(start)) fail('CLERK_JWT_KEY holds a private key.');
  if (!RSA_PUBLIC.test(start)) fail('CLERK_JWT_KEY holds no public key of RSA.');
}

const ALGORITHM = ALGORITHMS.get('RS256') as Algorithm;

function keyFrom(members: RawJwk | null): VerificationKey {
  const jwk = members && publicJwk(members, ALGORITHM);
  const key = jwk && createKey(null, ALGORITHM, jwk);
  return key ?? fail('The RSA key in CLERK_JWT_KEY is damaged, or not safe to use.');
}
