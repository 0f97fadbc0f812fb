/** Maps a public path to a URL of the Frontend API, which never leaves its base path. */
import { parseUrl } from '../../ground/url.js';

/** The address of the Frontend API. */
export interface UpstreamBase {
  readonly origin: string;
  /** Empty, or with a slash in front and none behind. */
  readonly path: string;
}

/** Layers of percent-encoding that are decoded before the path is judged. An honest client needs one. */
const DECODINGS = 4;

/**
 * The URL in the Frontend API; null when it would leave the origin or its base path.
 *
 * The parser resolves `..` and its spellings (`%2e%2e`, backslashes), so the result is compared. A server behind may resolve
 * more spellings (`..%2f`, `%252e%252e`, `..;`), so a path that climbs in any spelling is not sent.
 *
 * @param rest the part of the path behind the public path, with the query
 */
export function upstreamUrl(base: UpstreamBase, rest: string): URL | null {
  const path = /^[^?#]*/.exec(rest)?.[0] ?? '';
  if (climbs(path)) return null;
  const url = parseUrl(base.origin + base.path + (rest.startsWith('/') ? rest : `/${rest}`));
  if (url === null || url.username !== '' || url.password !== '') return null;
  // Checked again: the parser drops tabs and line breaks and joins the text on both sides.
  return isWithin(url, base) && !climbs(url.pathname) ? url : null;
}

/**
 * The `Location` for the browser. A redirect within the base path leads to this server; any other redirect stays as it is.
 *
 * @param asked the URL that the location is relative to
 */
export function returnedLocation(location: string, asked: URL, base: UpstreamBase, proxyUrl: string): string {
  const url = parseUrl(location, asked.href);
  if (url === null || url.origin !== base.origin) return location;
  if (!isWithin(url, base)) return url.href;
  return proxyUrl + url.pathname.slice(base.path.length) + url.search + url.hash;
}

function isWithin({ origin, pathname }: URL, base: UpstreamBase): boolean {
  return origin === base.origin && (pathname === base.path || pathname.startsWith(`${base.path}/`));
}

/** Whether a segment of the path is `..` in any spelling. A path with too many layers of encoding counts as one. */
function climbs(path: string): boolean {
  let text = path;
  for (let pass = 0; text.includes('%'); pass++) {
    const decoded = text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
    if (decoded === text) break;
    if (pass === DECODINGS) return true;
    text = decoded;
  }
  // Behind the dots a server may see the end of the path (`?`, `#`, NUL), white space to be trimmed, or a parameter (`;`).
  return /(?:^|[/\\])\.\.(?:[;?#\0\s][^/\\]*)?(?:[/\\]|$)/.test(text);
}
