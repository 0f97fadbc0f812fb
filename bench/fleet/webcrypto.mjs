/**
 * The operations of WebCrypto that sealing needs, by `node:crypto` and without threads: the same bytes, but in an order that a seed
 * repeats, and several times as fast for many small calls. Everything else of `crypto` stays as it is.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

/** @typedef {{ bytes: Buffer }} Key */
const TAG_BYTES = 16;

/** @type {Record<string, (...given: any[]) => unknown>} */
const OPERATIONS = {
  importKey: (/** @type {string} */ _format, /** @type {Uint8Array} */ bytes) => ({ bytes: Buffer.from(bytes) }),
  deriveKey: (
    /** @type {{ salt: Uint8Array, info: Uint8Array }} */ { salt, info },
    /** @type {Key} */ key,
    /** @type {{ length: number }} */ { length },
  ) => ({ bytes: Buffer.from(hkdfSync('sha256', key.bytes, salt, info, length / 8)) }),
  sign: (/** @type {string} */ _name, /** @type {Key} */ key, /** @type {Uint8Array} */ data) =>
    buffer(createHmac('sha256', key.bytes).update(data).digest()),
  encrypt: (/** @type {AesGcmParams} */ params, /** @type {Key} */ key, /** @type {Uint8Array} */ data) => {
    const cipher = createCipheriv('aes-256-gcm', key.bytes, /** @type {Uint8Array} */ (params.iv));
    cipher.setAAD(/** @type {Uint8Array} */ (params.additionalData));
    return buffer(Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]));
  },
  decrypt: (/** @type {AesGcmParams} */ params, /** @type {Key} */ key, /** @type {Uint8Array} */ box) => {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, /** @type {Uint8Array} */ (params.iv));
    decipher.setAAD(/** @type {Uint8Array} */ (params.additionalData));
    decipher.setAuthTag(box.subarray(-TAG_BYTES));
    return buffer(Buffer.concat([decipher.update(box.subarray(0, -TAG_BYTES)), decipher.final()]));
  },
};

const buffer = (/** @type {Buffer} */ bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);

/** Puts them behind `crypto.subtle`. Gives what takes them away again. */
export function installWebCrypto() {
  const { subtle } = crypto;
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const value = (/** @type {unknown[]} */ ...given) => new Promise((resolve) => resolve(operation(...given)));
    Object.defineProperty(subtle, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const name of Object.keys(OPERATIONS)) Reflect.deleteProperty(subtle, name);
  };
}
