/** `Set-Cookie` directives that Clerk hands over for the browser: which of them pass, and the session token among them. */
import { PRIVATE } from '../middleware/private-answer.js';
import type { HeaderPairs } from '../../shared/headers.js';
import { COOKIE, suffixed } from '../request/cookie-names.js';

/**
 * The cookies of Clerk's protocol, and with them all that a handshake or a refresh may set, or clear, on this origin. Each
 * may come plain or with the suffix of this instance. Whatever else is in a payload is not for Clerk to decide: another
 * name is a cookie of the application, another suffix is another instance on the same domain, and the loop counter is this
 * server's own.
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

/** What a header value may hold (RFC 9110, section 5.5). Anything else could break the response. */
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

/** As browsers read it (RFC 6265, section 5.2): up to the first `=` of the first part. Empty without one. */
function nameOf(directive: string): string {
  return pairOf(directive)[0];
}

function pairOf(directive: string): readonly [name: string, value: string] {
  const pair = directive.split(';', 1)[0] ?? '';
  const equals = pair.indexOf('=');
  return [pair.slice(0, Math.max(equals, 0)).trim(), pair.slice(equals + 1).trim()];
}

/**
 * The headers that hand them over. What carries a session is for one browser alone, so no cache may keep it.
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
 * The value of the last directive for this instance's session: `__session` or the own suffixed name, so that neither
 * `__session_something` of another instance nor `__sessionx` is taken. Null: none, or one that clears the cookie.
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
