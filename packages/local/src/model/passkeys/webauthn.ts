/**
 * What an authenticator made, checked as WebAuthn says (Level 3, 7.1 and 7.2) for a relying party that asks for no attestation and for user
 * verification. ES256 and RS256, which all authenticators have between them.
 */
import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { isRecord } from '../../../../../src/ground/is-record.js';
import { bytesOf } from '../../../../../src/ground/realm.js';
import { isCborMap, readCbor, type Cbor } from './cbor.js';

/** Algorithms by their COSE numbers, as a page is told them. */
export const ALGORITHMS = [-7, -257] as const;

/** The challenge that the page got, and for which page. */
export interface Expected {
  /** base64url */
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
}

/** The stored part of a passkey. */
export interface PublicCredential {
  /** base64url */
  readonly id: string;
  readonly publicKey: JsonWebKey;
  /** The number of signatures so far; 0 for authenticators that do not count. */
  readonly counter: number;
}

/** Says why a credential is refused. The message holds nothing of the credential. */
export class WebAuthnError extends Error {
  override readonly name = 'WebAuthnError';
}

const fail = (why: string): never => {
  throw new WebAuthnError(why);
};

/** @param credential as `PublicKeyCredential` in JSON, of `create()` @throws WebAuthnError */
export function checkRegistration(credential: unknown, expected: Expected): PublicCredential {
  const { id, response } = readCredential(credential);
  checkClientData(bytesIn(response, 'clientDataJSON'), 'webauthn.create', expected);
  const attestation = cborMap(bytesIn(response, 'attestationObject'));
  // None was asked for, and the browser leaves out what nobody asked for.
  if (attestation.get('fmt') !== 'none') fail('it has an attestation that nobody asked for');
  const authData = bytesOf(attestation.get('authData')) ?? fail('it has no authenticator data');
  const { counter, attested } = readAuthenticatorData(authData, expected);
  if (attested === null || Buffer.from(attested.id).toString('base64url') !== id) return fail('its ids differ');
  return { id, publicKey: readKey(attested.key), counter };
}

/** @param credential as `PublicKeyCredential` in JSON, of `get()` @returns the counter from now on @throws WebAuthnError */
export function checkAssertion(credential: unknown, expected: Expected, known: PublicCredential): number {
  const { id, response } = readCredential(credential);
  if (id !== known.id) fail('it is another passkey');
  const clientData = bytesIn(response, 'clientDataJSON');
  const authData = bytesIn(response, 'authenticatorData');
  const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
  const key = createPublicKey({ key: known.publicKey, format: 'jwk' });
  // ECDSA signatures come in DER, which is the default of node:crypto; RSA ones as PKCS #1.
  if (!verify('sha256', signed, key, bytesIn(response, 'signature'))) fail('its signature is not good');
  checkClientData(clientData, 'webauthn.get', expected);
  const { counter } = readAuthenticatorData(authData, expected);
  // A counter that stands still or goes back is the sign of a copy.
  if ((counter > 0 || known.counter > 0) && counter <= known.counter) fail('its counter has not moved on');
  return counter;
}

/** The id that a credential names; undefined for what is no credential. */
export const credentialId = (credential: unknown): string | undefined =>
  isRecord(credential) && typeof credential['id'] === 'string' ? credential['id'] : undefined;

function readCredential(credential: unknown) {
  const id = credentialId(credential);
  const response = isRecord(credential) ? credential['response'] : undefined;
  if (id === undefined || !isRecord(response)) return fail('it is no public key credential');
  return { id, response };
}

function bytesIn(response: Readonly<Record<string, unknown>>, name: string): Buffer {
  const value = response[name];
  if (typeof value !== 'string' || !/^[\w-]+={0,2}$/.test(value)) return fail(`it has no ${name}`);
  return Buffer.from(value, 'base64url');
}

function checkClientData(bytes: Buffer, type: string, { challenge, origin }: Expected): void {
  const data = parsed(bytes);
  if (data['type'] !== type) fail('it was made for something else');
  if (data['challenge'] !== challenge) fail('it answers another challenge');
  if (data['origin'] !== origin || data['crossOrigin'] === true) fail('it was made on another page');
}

function parsed(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isRecord(value) ? value : {};
  } catch {
    return fail('its client data cannot be read');
  }
}

const FLAGS = { present: 1, verified: 4, attested: 64 } as const;

/** rpIdHash (32), flags (1), counter (4); then AAGUID (16), length (2), id and key of a new credential. */
function readAuthenticatorData(bytes: Uint8Array, { rpId }: Expected) {
  if (bytes.byteLength < 37) fail('its authenticator data is too short');
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!view.subarray(0, 32).equals(createHash('sha256').update(rpId).digest())) fail('it is for another site');
  const flags = view[32] ?? 0;
  if ((flags & FLAGS.present) === 0 || (flags & FLAGS.verified) === 0)
    fail('the authenticator did not verify the user');
  const counter = view.readUInt32BE(33);
  if ((flags & FLAGS.attested) === 0) return { counter, attested: null };
  if (view.byteLength < 55) fail('its authenticator data is too short');
  const length = view.readUInt16BE(53);
  return { counter, attested: { id: view.subarray(55, 55 + length), key: view.subarray(55 + length) } };
}

function cborMap(bytes: Uint8Array): ReadonlyMap<number | string, Cbor> {
  try {
    const { value } = readCbor(bytes);
    if (isCborMap(value)) return value;
  } catch {
    // Whatever it is that cannot be read.
  }
  return fail('it has CBOR that cannot be read');
}

/** A COSE key (RFC 9053) as a JWK: 1 is the kind, 3 the algorithm; the rest means what the kind says. */
function readKey(bytes: Uint8Array): JsonWebKey {
  const cose = cborMap(bytes);
  const text = (label: number): string => {
    const value = bytesOf(cose.get(label)) ?? fail('its key is incomplete');
    return Buffer.from(value).toString('base64url');
  };
  const is = (label: number, wanted: number): boolean => cose.get(label) === wanted;
  let jwk: JsonWebKey;
  if (is(1, 2) && is(3, -7) && is(-1, 1)) jwk = { kty: 'EC', crv: 'P-256', x: text(-2), y: text(-3) };
  else if (is(1, 3) && is(3, -257)) jwk = { kty: 'RSA', n: text(-1), e: text(-2) };
  else return fail('its algorithm is not one that was asked for');
  try {
    // A point that is not on the curve is refused here.
    createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    fail('its key is no key');
  }
  return jwk;
}
