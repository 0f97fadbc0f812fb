/** Decodes a token once; later code passes the `DecodedJwt` on. */
import { base64url } from './encoding.js';
import { deepFreeze } from '../ground/deep-freeze.js';
import { isRecord } from '../ground/is-record.js';

/** In characters. A session token fits a cookie (4 kB); a text that is longer than four times that is no token. */
export const MAX_TOKEN_LENGTH = 16_384;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface DecodedJwt {
  readonly token: string;
  readonly header: JsonObject;
  /** Unverified until there is a verdict. */
  readonly payload: JsonObject;
  readonly signature: Uint8Array;
  /** The length of `header.payload` in `token`, the part that the signature covers. */
  readonly signedLength: number;
}

/**
 * Takes a compact JWS apart (RFC 7515 section 7.1).
 *
 * @returns null unless there are three non-empty parts of strict base64url, the first two being UTF-8 JSON objects, in
 *   at most {@link MAX_TOKEN_LENGTH} characters. The signature is not checked here.
 */
export function decodeJwt(token: string): DecodedJwt | null {
  if (token.length > MAX_TOKEN_LENGTH) return null;
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first <= 0 || second <= first + 1 || second === token.length - 1) return null;

  const header = parseHeader(token.slice(0, first));
  if (header === null) return null;
  const payload = parseObject(token.slice(first + 1, second));
  if (payload === null) return null;
  // A third dot is not base64url, so it is refused here.
  const signature = base64url.bytes(token.slice(second + 1));
  if (signature === null) return null;
  return { token, header, payload, signature, signedLength: second };
}

/** The last header that was decoded. Tokens of an instance have the same header until its key changes, and one text has one meaning. */
let last: { readonly part: string; readonly header: JsonObject } | null = null;
const LONGEST_KEPT = 512;

function parseHeader(part: string): JsonObject | null {
  if (part === last?.part) return last.header;
  const header = parseObject(part);
  // A copy, because engines store a substring as a pointer into the whole text: the header would keep the token in memory.
  if (header && part.length <= LONGEST_KEPT) last = { part: ` ${part}`.slice(1), header: deepFreeze(header) };
  return header;
}

function parseObject(part: string): JsonObject | null {
  const text = base64url.text(part);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isRecord(value) ? value : null;
}
