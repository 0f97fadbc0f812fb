/** An authenticator in software, with a browser around it: makes passkeys and signs with them, honestly or with a field that is not right. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

type Json = Record<string, unknown>;

export interface Lies {
  readonly origin?: string;
  readonly challenge?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  /** Flags of the authenticator data; 5 is present and verified. */
  readonly flags?: number;
  readonly counter?: number;
  readonly format?: string;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size]);
  if (size < 256) return Buffer.from([(major << 5) | 24, size]);
  return Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
}

/** As much of CBOR as an authenticator writes. */
export function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.byteLength), value]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, each]) => [cbor(key), cbor(each)])]);
  throw new TypeError('not needed');
}

export class Authenticator {
  readonly #privateKey: KeyObject;
  readonly #cose: Buffer;
  readonly id = randomBytes(32);
  counter = 0;

  constructor(
    readonly origin: string,
    kind: 'ES256' | 'RS256' = 'ES256',
  ) {
    const { privateKey, publicKey } =
      kind === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#privateKey = privateKey;
    const jwk = publicKey.export({ format: 'jwk' });
    const part = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url');
    this.#cose = cbor(
      new Map<number, unknown>(
        kind === 'ES256'
          ? [
              [1, 2],
              [3, -7],
              [-1, 1],
              [-2, part(jwk.x)],
              [-3, part(jwk.y)],
            ]
          : [
              [1, 3],
              [3, -257],
              [-1, part(jwk.n)],
              [-2, part(jwk.e)],
            ],
      ),
    );
  }

  /** What `navigator.credentials.create()` gives, as the client sends it. */
  create(nonce: string, lies: Lies = {}): string {
    const { challenge, rp } = JSON.parse(nonce) as { challenge: string; rp: { id: string } };
    const data = Buffer.concat([
      this.#head(lies.rpId ?? rp.id, lies.flags ?? 0x45, lies.counter ?? this.counter),
      Buffer.alloc(16),
      Buffer.from([0, this.id.byteLength]),
      this.id,
      this.#cose,
    ]);
    const attestationObject = cbor(
      new Map<string, unknown>([
        ['fmt', lies.format ?? 'none'],
        ['attStmt', new Map()],
        ['authData', data],
      ]),
    );
    const clientDataJSON = this.#clientData('webauthn.create', challenge, lies);
    return this.#credential({
      clientDataJSON,
      attestationObject: base64url(attestationObject),
      transports: ['internal'],
    });
  }

  /** What `navigator.credentials.get()` gives, as the client sends it. */
  get(nonce: string, lies: Lies = {}): string {
    const { challenge, rpId } = JSON.parse(nonce) as { challenge: string; rpId: string };
    this.counter += 1;
    const data = this.#head(lies.rpId ?? rpId, lies.flags ?? 5, lies.counter ?? this.counter);
    const clientDataJSON = this.#clientData('webauthn.get', challenge, lies);
    const signed = Buffer.concat([data, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    const signature = base64url(sign('sha256', signed, this.#privateKey));
    return this.#credential({ clientDataJSON, authenticatorData: base64url(data), signature, userHandle: null });
  }

  #head(rpId: string, flags: number, counter: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count]);
  }

  #clientData(type: string, challenge: string, lies: Lies): string {
    const data = {
      type: lies.type ?? type,
      challenge: lies.challenge ?? challenge,
      origin: lies.origin ?? this.origin,
      crossOrigin: lies.crossOrigin ?? false,
    };
    return base64url(Buffer.from(JSON.stringify(data)));
  }

  #credential(response: Json): string {
    const id = base64url(this.id);
    return JSON.stringify({ type: 'public-key', id, rawId: id, authenticatorAttachment: 'platform', response });
  }
}
