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
  /** The values of names that came several times and whose right value only a check can tell. Nearly always null. */
  several: Several | null;
}

type Slot = Exclude<keyof Cookies, 'several'>;
type CheckedSlot = 'session' | 'suffixedSession' | 'suffixedRefresh' | 'handshake';

/** Two to {@link MAX_VALUES} different values for each name, sorted: their order in the header means nothing. */
export type Several = Readonly<Partial<Record<CheckedSlot, readonly string[]>>>;

/**
 * The number of scopes in which a browser can reasonably hold one name (this host, the domain above it, each of them
 * partitioned or not). Each value may cost a signature check, so a name with more different values counts as absent.
 */
export const MAX_VALUES = 4;

const PLAIN = new Map<string, Slot>([
  [COOKIE.session, 'session'],
  [COOKIE.clientUat, 'clientUat'],
  [COOKIE.devBrowser, 'devBrowser'],
  [COOKIE.handshake, 'handshake'],
  [COOKIE.handshakeNonce, 'handshakeNonce'],
  [COOKIE.redirectCount, 'redirectCount'],
]);

const SUFFIXED = new Map<string, Slot>([
  [COOKIE.session, 'suffixedSession'],
  [COOKIE.clientUat, 'suffixedClientUat'],
  [COOKIE.devBrowser, 'suffixedDevBrowser'],
  [COOKIE.refresh, 'suffixedRefresh'],
]);

type Precedes = (one: string, other: string) => boolean;

const later: Precedes = (one, other) => one > other;
const greater =
  (numberOf: (text: string) => number): Precedes =>
  (one, other) => {
    const [first, second] = [numberOf(one), numberOf(other)];
    return first === second ? one < other : first > second;
  };

/**
 * Chooses between two values of one name where nothing can be checked: the newest time, the highest count. Of two ids either
 * will do, as long as the choice does not depend on their order in the header.
 */
const COUNTS: Readonly<Record<Exclude<Slot, CheckedSlot>, Precedes>> = {
  clientUat: greater(parseClientUat),
  suffixedClientUat: greater(parseClientUat),
  redirectCount: greater(parseRedirectCount),
  devBrowser: later,
  suffixedDevBrowser: later,
  handshakeNonce: later,
};

const isChecked = (slot: Slot): slot is CheckedSlot => !(slot in COUNTS);

function slotOf(name: string, suffix: string): Slot | undefined {
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
    several: null,
  };
  if (!header) return cookies;
  let lists: Lists | null = null;
  for (let start = 0; start < header.length;) {
    let end = header.indexOf(';', start);
    if (end === -1) end = header.length;
    while (header[start] === ' ' || header[start] === '\t') start += 1;
    // All names that matter begin with two underscores: everything else is skipped without being cut out.
    if (header[start] === '_' && header[start + 1] === '_') {
      const pair = header.slice(start, end);
      const equals = pair.indexOf('=');
      const slot = equals === -1 ? undefined : slotOf(pair.slice(0, equals).trimEnd(), suffix);
      if (slot !== undefined) {
        const value = decode(pair.slice(equals + 1).trim());
        const before = cookies[slot];
        if (before === null) cookies[slot] = value || null;
        else if (value !== '' && value !== before) {
          if (isChecked(slot)) add((lists ??= {}), slot, before, value);
          else if (COUNTS[slot](value, before)) cookies[slot] = value;
        }
      }
    }
    start = end + 1;
  }
  if (lists !== null) settle(cookies, lists);
  return cookies;
}

type Lists = Partial<Record<CheckedSlot, string[]>>;

/** One more than the maximum is kept, to tell that there were too many. */
function add(lists: Lists, slot: CheckedSlot, first: string, value: string): void {
  const values = (lists[slot] ??= [first]);
  if (values.length <= MAX_VALUES && !values.includes(value)) values.push(value);
}

function settle(cookies: Cookies, lists: Lists): void {
  const several: Lists = {};
  for (const [name, values] of Object.entries(lists)) {
    const slot = name as CheckedSlot;
    const sorted = values.length > MAX_VALUES ? [] : values.sort().reverse();
    cookies[slot] = sorted[0] ?? null;
    if (sorted.length > 0) several[slot] = sorted;
  }
  if (Object.keys(several).length > 0) cookies.several = several;
}
