/** The token of the `Authorization` header. */
import { MAX_TOKEN_LENGTH } from '../../verify/decode.js';

/** Stands for a header value that cannot be a token. Verification refuses it like any malformed token. */
export const UNREADABLE_TOKEN = '.';

/**
 * The token in an `Authorization` header (RFC 6750, section 2.1): after the scheme `Bearer` in any case, or standing
 * alone. Another scheme, or nothing after the scheme, is no token at all, so that cookies are read. A header token that
 * could not be one (several words, over 16 kB, or one of several such headers, joined by commas) is
 * {@link UNREADABLE_TOKEN}: the sender meant the header to decide, so cookies must not.
 */
export function headerTokenOf(authorization: string | null | undefined): string | null {
  if (!authorization) return null;
  const text = authorization.trim();
  const scheme = schemeLength(text);
  const token = scheme === 0 ? text : text.slice(scheme);
  if (token === '') return null;
  if (token.includes(' ') || token.includes('\t')) {
    return scheme === 0 && isOtherScheme(text) ? null : UNREADABLE_TOKEN;
  }
  return token.length > MAX_TOKEN_LENGTH ? UNREADABLE_TOKEN : token;
}

/** The length of `Bearer` with the blanks behind it; 0 without it. The usual spelling needs no regular expression. */
function schemeLength(text: string): number {
  if (text.startsWith('Bearer ') && text.charCodeAt(7) > 0x20) return 7;
  return /^bearer(?:[ \t]+|$)/i.exec(text)?.[0].length ?? 0;
}

/**
 * Whether the text holds credentials of a scheme that Bailiff does not read (`Basic …`, `Digest a="b", c="d"`). False for two
 * joined headers (`, Bearer x`, `x, y`, `Basic x, Bearer y`).
 */
function isOtherScheme(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+[ \t]/.test(text) && !/,[ \t]*bearer(?:[ \t,]|$)/i.test(text);
}
