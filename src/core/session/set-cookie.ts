/** `Set-Cookie` directives that Clerk hands over for the browser, and the session token among them. */
import type { HeaderList } from './outcome.js';

/** What a header value may hold (RFC 9110, section 5.5). Anything else could break the response. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function setCookieHeaders(directives: readonly string[]): HeaderList {
  return directives.filter((value) => HEADER_VALUE.test(value)).map((value) => ['Set-Cookie', value] as const);
}

/**
 * The value of the last directive for this instance's session: `__session` or the own suffixed name, so that neither
 * `__session_something` of another instance nor `__sessionx` is taken. Null: none, or one that clears the cookie.
 */
export function sessionTokenIn(directives: readonly string[], suffix: string): string | null {
  let token: string | null = null;
  for (const directive of directives) {
    const pair = directive.split(';', 1)[0] ?? '';
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(equals, 0)).trim();
    if (name === '__session' || name === `__session_${suffix}`) token = pair.slice(equals + 1).trim() || null;
  }
  return token;
}
