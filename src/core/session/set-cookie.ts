/** Selects the `Set-Cookie` directives from Clerk that may reach the browser, and finds the session token among them. */
import { PRIVATE } from '../middleware/private-answer.js';
import { COOKIE, suffixed } from '../request/cookie-names.js';
import type { HeaderPairs } from '../../ground/headers.js';

/**
 * The cookies that a handshake or a refresh may set or clear on this origin: those of Clerk's protocol, plain or with the suffix
 * of this instance. Every other directive is dropped. Another name is a cookie of the application, another suffix belongs to
 * another instance on the same domain, and the loop counter is set by this server alone.
 */
const PROTOCOL_COOKIES: ReadonlySet<string> = new Set([
  COOKIE.session,
  COOKIE.client,
  COOKIE.clientUat,
  COOKIE.refresh,
  COOKIE.devBrowser,
  COOKIE.handshake,
  COOKIE.handshakeNonce,
]);

/** The list of directives at a key of an answer; empty when there is none. */
export function directivesAt(body: Readonly<Record<string, unknown>>, key: string): readonly string[] {
  const list = body[key];
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}

/** The characters of a header value (RFC 9110, section 5.5). Any other could break the response. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The directives that may reach the browser, unchanged and in order.
 *
 * @param suffix what the names of this instance's own cookies end with; empty: no name has a suffix
 */
export function protocolDirectives(directives: readonly string[], suffix: string): readonly string[] {
  return directives.filter((directive) => HEADER_VALUE.test(directive) && isProtocolCookie(nameOf(directive), suffix));
}

function isProtocolCookie(name: string, suffix: string): boolean {
  if (PROTOCOL_COOKIES.has(name)) return true;
  const ending = suffixed('', suffix);
  return suffix !== '' && name.endsWith(ending) && PROTOCOL_COOKIES.has(name.slice(0, -ending.length));
}

/** The name as browsers read it (RFC 6265, section 5.2): up to the first `=` of the first part. Empty without an `=`. */
function nameOf(directive: string): string {
  return pairOf(directive)[0];
}

function pairOf(directive: string): readonly [name: string, value: string] {
  const pair = directive.split(';', 1)[0] ?? '';
  const equals = pair.indexOf('=');
  return [pair.slice(0, Math.max(equals, 0)).trim(), pair.slice(equals + 1).trim()];
}

/**
 * The headers that hand the directives over. An answer with a session is for one browser alone, so no cache may keep it.
 *
 * @param directives from {@link protocolDirectives}
 */
export function sessionHeaders(directives: readonly string[]): HeaderPairs {
  return [...directives.map((value) => ['Set-Cookie', value] as const), ...FOR_ONE_BROWSER];
}

const FOR_ONE_BROWSER: HeaderPairs = [
  ['Cache-Control', PRIVATE],
  ['Vary', 'Cookie'],
];

/**
 * The session token of this instance: the value of the last directive for `__session` or for `__session` with the suffix. Neither
 * `__session_something` of another instance nor `__sessionx` counts. Null: there is none, or the last one clears the cookie.
 *
 * @param directives from {@link protocolDirectives}
 */
export function sessionTokenIn(directives: readonly string[], suffix: string): string | null {
  let token: string | null = null;
  for (const directive of directives) {
    const [name, value] = pairOf(directive);
    if (name === COOKIE.session || name === suffixed(COOKIE.session, suffix)) token = value || null;
  }
  return token;
}
