/**
 * Names and values for a store that others can read and write. A name is a keyed hash. A value is encrypted, authenticated
 * (AES-GCM) and bound to its name. Both keys are derived from a secret and a scope (HKDF, RFC 5869), so an entry of another
 * instance does not open, nor does one that was moved or changed.
 */
import { createBoundedCache } from '../ground/bounded-cache.js';
import { base64url, encodeBase64url as encode } from './encoding.js';

/** A part of every name, key and value, so that entries of another format are not found. */
export const FORMAT = 'bailiff:2';

export interface Seal {
  /** The name under which a value about `text` is stored. Without the secret it reveals nothing about `text`. */
  nameOf(purpose: 'entry' | 'invalidation', text: string): Promise<string>;
  close(name: string, value: unknown): Promise<string>;
  /** Undefined unless `sealed` was made by {@link close} with this name, secret and scope. */
  open(name: string, sealed: unknown): Promise<unknown>;
}

const IV_BYTES = 12;
/** Names are remembered: making three of them was the larger part of the cost of a look at the store. */
const MOST_NAMES = 10_000;
const MOST_CHARACTERS = 1_000_000;
/** The longest value that is looked at: far more than an answer of Clerk may have. A store can hold 512 MB under one name. */
const LONGEST_VALUE = 2_000_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createSeal(secret: string, scope: string): Seal {
  // The keys are kept, and no promise of them: in Workers it may end with the request that made it.
  let derived: Keys | null = null;
  const keys = async (): Promise<Keys> => (derived ??= await deriveKeys(secret, scope));
  const names = createBoundedCache<string>(MOST_NAMES, { maxSize: MOST_CHARACTERS, sizeOf: (_, key) => key.length });
  return {
    async nameOf(purpose, text) {
      const key = `${purpose}\0${text}`;
      const known = names.get(key);
      if (known !== undefined) return known;
      const { naming } = await keys();
      const hash = await crypto.subtle.sign('HMAC', naming, encoder.encode(key));
      const name = `${FORMAT}:${encode(new Uint8Array(hash))}`;
      names.set(key, name);
      return name;
    },
    async close(name, value) {
      const { sealing } = await keys();
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const box = await crypto.subtle.encrypt(gcm(name, iv), sealing, encoder.encode(JSON.stringify(value)));
      return `${encode(iv)}.${encode(new Uint8Array(box))}`;
    },
    async open(name, sealed) {
      if (typeof sealed !== 'string' || sealed.length > LONGEST_VALUE) return undefined;
      const [first = '', second = '', ...rest] = sealed.split('.');
      const iv = base64url.bytes(first);
      const box = base64url.bytes(second);
      if (iv?.length !== IV_BYTES || box === null || rest.length > 0) return undefined;
      const { sealing } = await keys();
      try {
        const text = await crypto.subtle.decrypt(gcm(name, iv), sealing, box as BufferSource);
        return JSON.parse(decoder.decode(text)) as unknown;
      } catch {
        return undefined;
      }
    },
  };
}

function gcm(name: string, iv: Uint8Array): AesGcmParams {
  return { name: 'AES-GCM', iv: iv as BufferSource, additionalData: encoder.encode(name) };
}

interface Keys {
  readonly naming: CryptoKey;
  readonly sealing: CryptoKey;
}

async function deriveKeys(secret: string, scope: string): Promise<Keys> {
  const source = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey']);
  const derive = (use: string, type: HmacKeyGenParams | AesKeyGenParams, usages: KeyUsage[]) =>
    crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode(FORMAT), info: encoder.encode(`${use}\0${scope}`) },
      source,
      type,
      false,
      usages,
    );
  return {
    naming: await derive('name', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']),
    sealing: await derive('seal', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']),
  };
}
