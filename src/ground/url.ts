/** URLs and hosts from text that nobody has checked. */

/** A registered name, IPv4 or bracketed IPv6 address, with an optional port (RFC 9112, section 3.2). */
const HOST = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const MAX_HOST = 255;

/** Whether a text from a header can stand as the host of a URL. */
export function isHost(host: string): boolean {
  return host.length <= MAX_HOST && HOST.test(host);
}

/** `new URL`, with null for what does not parse. (`URL.parse` needs Node 22.) */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
