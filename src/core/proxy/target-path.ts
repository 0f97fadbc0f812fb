/** Where in the Frontend API a path leads: never beside its base path. */
import { parseUrl } from '../../ground/url.js';

/** The address of the Frontend API. */
export interface Base {
  readonly origin: string;
  /** Empty, or with a slash in front and none behind. */
  readonly path: string;
}

/** Percent-encoding upon percent-encoding that is undone before a path is looked at; nobody honest needs more than one. */
const DECODINGS = 4;

/**
 * The URL in the Frontend API; null for what would leave it, or its base path.
 *
 * The parser resolves `..` and its spellings (`%2e%2e`, backslashes), so its result is compared. What it leaves alone, a
 * server behind may still resolve (`..%2f`, `%252e%252e`, `..;`), so nothing that climbs in any spelling is sent.
 *
 * @param rest what stands behind the public path, query included
 */
export function upstreamUrl(base: Base, rest: string): URL | null {
  const path = /^[^?#]*/.exec(rest)?.[0] ?? '';
  if (climbs(path)) return null;
  const url = parseUrl(base.origin + base.path + (rest.startsWith('/') ? rest : `/${rest}`));
  if (url === null || url.username !== '' || url.password !== '') return null;
  // Looked at again: the parser drops tabs and line breaks, and what stood on both sides of one joins.
  return isWithin(url, base) && !climbs(url.pathname) ? url : null;
}

/**
 * Where a redirect of the Frontend API leads a browser: within the base path to this server; anywhere else on that origin,
 * and to other origins, where it says.
 *
 * @param asked what the location is relative to
 */
export function returnedLocation(location: string, asked: URL, base: Base, proxyUrl: string): string {
  const url = parseUrl(location, asked.href);
  if (url === null || url.origin !== base.origin) return location;
  if (!isWithin(url, base)) return url.href;
  return proxyUrl + url.pathname.slice(base.path.length) + url.search + url.hash;
}

function isWithin({ origin, pathname }: URL, base: Base): boolean {
  return origin === base.origin && (pathname === base.path || pathname.startsWith(`${base.path}/`));
}

/** Whether a segment of the path is `..`, however it is written; and whatever is written too often over to tell. */
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
