/** The few cookies that authentication reads, taken from the `Cookie` header in one scan. Null: absent or empty. */

export interface Cookies {
  session: string | null;
  suffixedSession: string | null;
  clientUat: string | null;
  suffixedClientUat: string | null;
  devBrowser: string | null;
  suffixedDevBrowser: string | null;
  /** Exists with a suffix only: the plain name could belong to another application of the domain. */
  suffixedRefresh: string | null;
  handshake: string | null;
  handshakeNonce: string | null;
  redirectCount: string | null;
}

const PLAIN = new Map<string, keyof Cookies>([
  ['__session', 'session'],
  ['__client_uat', 'clientUat'],
  ['__clerk_db_jwt', 'devBrowser'],
  ['__clerk_handshake', 'handshake'],
  ['__clerk_handshake_nonce', 'handshakeNonce'],
  ['__clerk_redirect_count', 'redirectCount'],
]);

const SUFFIXED = new Map<string, keyof Cookies>([
  ['__session', 'suffixedSession'],
  ['__client_uat', 'suffixedClientUat'],
  ['__clerk_db_jwt', 'suffixedDevBrowser'],
  ['__refresh', 'suffixedRefresh'],
]);

/** Remembers names that came already, empty ones included. */
const BIT: Readonly<Record<keyof Cookies, number>> = {
  session: 1,
  suffixedSession: 2,
  clientUat: 4,
  suffixedClientUat: 8,
  devBrowser: 16,
  suffixedDevBrowser: 32,
  suffixedRefresh: 64,
  handshake: 128,
  handshakeNonce: 256,
  redirectCount: 512,
};

function slotOf(name: string, suffix: string): keyof Cookies | undefined {
  const stem = name.length - suffix.length - 1;
  if (stem > 0 && name[stem] === '_' && name.endsWith(suffix)) {
    const slot = SUFFIXED.get(name.slice(0, stem));
    if (slot !== undefined) return slot;
  }
  return PLAIN.get(name);
}

/** A value with a bad escape stays as it came. */
function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Reads the wanted cookies. Values are split at `;` before they are percent-decoded, so that an encoded separator cannot
 * forge a cookie; the first of several with the same name counts; quotes belong to the value (RFC 6265, section 5.4
 * leaves all of this to the server).
 *
 * @param header the `Cookie` header, if any
 * @param suffix what the names of this instance's own cookies end with
 */
export function readCookies(header: string | null | undefined, suffix: string): Cookies {
  const cookies: Cookies = {
    session: null,
    suffixedSession: null,
    clientUat: null,
    suffixedClientUat: null,
    devBrowser: null,
    suffixedDevBrowser: null,
    suffixedRefresh: null,
    handshake: null,
    handshakeNonce: null,
    redirectCount: null,
  };
  if (!header) return cookies;
  let seen = 0;
  for (let start = 0; start < header.length;) {
    let end = header.indexOf(';', start);
    if (end === -1) end = header.length;
    while (header[start] === ' ' || header[start] === '\t') start += 1;
    // All names that matter begin with two underscores: everything else is skipped without being cut out.
    if (header[start] === '_' && header[start + 1] === '_') {
      const pair = header.slice(start, end);
      const equals = pair.indexOf('=');
      const slot = equals === -1 ? undefined : slotOf(pair.slice(0, equals).trimEnd(), suffix);
      if (slot !== undefined && (seen & BIT[slot]) === 0) {
        seen |= BIT[slot];
        cookies[slot] = decode(pair.slice(equals + 1).trim()) || null;
      }
    }
    start = end + 1;
  }
  return cookies;
}
