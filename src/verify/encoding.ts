/**
 * Strict base64url (RFC 4648 section 5, no padding, RFC 7515 section 2) and strict UTF-8. A lenient decoder maps many texts
 * to the same bytes, so one signature would cover many tokens. Here each sequence of bytes has exactly one text.
 *
 * `Buffer` is several times as fast as `atob`, and is used where it exists.
 */
export interface Encoding {
  /** Null unless `text` is canonical base64url. */
  bytes(text: string): Uint8Array | null;
  /** Null unless `text` is canonical base64url of valid UTF-8. */
  text(text: string): string | null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function strictText(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Decodes with `Buffer`, which skips unknown characters: so the result is encoded again and must give the same text. */
export function bufferEncoding(buffer: typeof Buffer): Encoding {
  return {
    bytes(text) {
      const bytes = buffer.from(text, 'base64url');
      return bytes.toString('base64url') === text ? bytes : null;
    },
    text(text) {
      const bytes = buffer.from(text, 'base64url');
      if (bytes.toString('base64url') !== text) return null;
      const decoded = bytes.toString('utf8');
      // U+FFFD stands for bytes that are not UTF-8, or for itself. Only then the slower decoder has to tell.
      return decoded.includes('\uFFFD') ? strictText(bytes) : decoded;
    },
  };
}

/** Decodes with `atob`, which every other runtime has. */
export function portableEncoding(): Encoding {
  const bytes = (text: string): Uint8Array | null => {
    if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
    let binary: string;
    try {
      binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    } catch {
      return null;
    }
    const result = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index++) result[index] = binary.charCodeAt(index);
    // A runtime may be lenient about a character too many. Only the last characters may have spare bits, which must be zero.
    const rest = result.subarray(result.length - (result.length % 3));
    const isWhole = Math.ceil((result.length * 4) / 3) === text.length;
    return isWhole && text.endsWith(encodeBase64url(rest)) ? result : null;
  };
  return {
    bytes,
    text(text) {
      const decoded = bytes(text);
      return decoded && strictText(decoded);
    },
  };
}

const nodeBuffer = (globalThis as { Buffer?: typeof Buffer }).Buffer;
export const base64url: Encoding = nodeBuffer ? bufferEncoding(nodeBuffer) : portableEncoding();

/** With the usual alphabet and padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function encodeBase64url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
