/** The few cookies that authentication reads, taken from the `Cookie` header in one scan. Null: absent or empty. */
import { COOKIE } from './cookie-names.js';
import { parseClientUat, parseRedirectCount } from './navigation.js';

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
  /** The values of names that came several times, where only verification can tell the right one. Nearly always null. */
  duplicates: Duplicates | null;
}

type CookieField = Exclude<keyof Cookies, 'duplicates'>;
/** The cookies that are tokens: verification chooses between several values. */
type TokenField = 'session' | 'suffixedSession' | 'suffixedRefresh' | 'handshake';

/** Two to {@link MAX_VALUES} different values for each name, sorted: their order in the header means nothing. */
export type Duplicates = Readonly<Partial<Record<TokenField, readonly string[]>>>;

/**
 * The number of scopes in which a browser can reasonably hold one name (this host, the domain above it, each of them
 * partitioned or not). Each value may cost a signature check, so a name with more different values counts as absent.
 */
export const MAX_VALUES = 4;

const PLAIN = new Map<string, CookieField>([
  [COOKIE.session, 'session'],
  [COOKIE.clientUat, 'clientUat'],
  [COOKIE.devBrowser, 'devBrowser'],
  [COOKIE.handshake, 'handshake'],
  [COOKIE.handshakeNonce, 'handshakeNonce'],
  [COOKIE.redirectCount, 'redirectCount'],
]);

const SUFFIXED = new Map<string, CookieField>([
  [COOKIE.session, 'suffixedSession'],
  [COOKIE.clientUat, 'suffixedClientUat'],
  [COOKIE.devBrowser, 'suffixedDevBrowser'],
  [COOKIE.refresh, 'suffixedRefresh'],
]);

/** Whether the value of one cookie wins over that of another. */
type Wins = (one: string, other: string) => boolean;

const laterInAlphabet: Wins = (one, other) => one > other;
const greater =
  (numberOf: (text: string) => number): Wins =>
  (one, other) => {
    const [first, second] = [numberOf(one), numberOf(other)];
    return first === second ? one < other : first > second;
  };

/**
 * Chooses between two values of one name where nothing can be verified: the newest time, the highest count. Of two ids either
 * will do, as long as the choice does not depend on their order in the header.
 */
const WINS: Readonly<Record<Exclude<CookieField, TokenField>, Wins>> = {
  clientUat: greater(parseClientUat),
  suffixedClientUat: greater(parseClientUat),
  redirectCount: greater(parseRedirectCount),
  devBrowser: laterInAlphabet,
  suffixedDevBrowser: laterInAlphabet,
  handshakeNonce: laterInAlphabet,
};

const isToken = (field: CookieField): field is TokenField => !(field in WINS);

function fieldOf(name: string, suffix: string): CookieField | undefined {
  const stem = name.length - suffix.length - 1;
  if (stem > 0 && name[stem] === '_' && name.endsWith(suffix)) {
    const field = SUFFIXED.get(name.slice(0, stem));
    if (field !== undefined) return field;
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
 * forge a cookie; quotes belong to the value (RFC 6265, section 5.4 leaves all of this to the server).
 *
 * A browser sends several cookies of one name when they were set for different hosts or paths, and their order tells
 * nothing that a server can rely on (the same section). So it has no say here. Empty values count for nothing.
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
    duplicates: null,
  };
  if (!header) return cookies;
  let values: ValueLists | null = null;
  for (let start = 0; start < header.length;) {
    let end = header.indexOf(';', start);
    if (end === -1) end = header.length;
    while (header[start] === ' ' || header[start] === '\t') start += 1;
    // All names that matter begin with two underscores: everything else is skipped without being cut out.
    if (header[start] === '_' && header[start + 1] === '_') {
      const pair = header.slice(start, end);
      const equals = pair.indexOf('=');
      const field = equals === -1 ? undefined : fieldOf(pair.slice(0, equals).trimEnd(), suffix);
      if (field !== undefined) {
        const value = decode(pair.slice(equals + 1).trim());
        const before = cookies[field];
        if (before === null) cookies[field] = value || null;
        else if (value !== '' && value !== before) {
          if (isToken(field)) addValue((values ??= {}), field, before, value);
          else if (WINS[field](value, before)) cookies[field] = value;
        }
      }
    }
    start = end + 1;
  }
  if (values !== null) setDuplicates(cookies, values);
  return cookies;
}

type ValueLists = Partial<Record<TokenField, string[]>>;

/** One more than the maximum is kept, to tell that there were too many. */
function addValue(lists: ValueLists, field: TokenField, first: string, value: string): void {
  const values = (lists[field] ??= [first]);
  if (values.length <= MAX_VALUES && !values.includes(value)) values.push(value);
}

function setDuplicates(cookies: Cookies, lists: ValueLists): void {
  const duplicates: ValueLists = {};
  for (const [name, values] of Object.entries(lists)) {
    const field = name as TokenField;
    const sorted = values.length > MAX_VALUES ? [] : values.sort().reverse();
    cookies[field] = sorted[0] ?? null;
    if (sorted.length > 0) duplicates[field] = sorted;
  }
  if (Object.keys(duplicates).length > 0) cookies.duplicates = duplicates;
}
