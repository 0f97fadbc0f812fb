/** The origin under which browsers know this server, and the URL that they see. */
import type { RequestView } from '../../types.js';
import type { Config } from '../config/config.js';
import { isLoopbackHost } from '../../ground/loopback.js';
import { publicPath } from '../config/public-url.js';
import { isHost, parseUrl } from '../../ground/url.js';

/** Only for taking a relative target apart; never part of an answer. */
const PLACEHOLDER = 'http://placeholder.invalid';

/** The request target as a parsed URL. The path is never resolved against anything, so `//evil` cannot become a host. */
function parseTarget(view: RequestView): URL | null {
  return parseUrl(view.url.startsWith('/') ? PLACEHOLDER + view.url : view.url);
}

function firstItem(header: string | null | undefined): string | null {
  return header?.split(',', 1)[0]?.trim() || null;
}

/**
 * Accepts an origin and nothing else. A forwarded scheme that holds a host (`https://evil.example`) would otherwise push the
 * true host into the path.
 */
function httpOrigin(text: string): string | null {
  const url = parseUrl(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  return url.href === `${url.origin}/` ? url.origin : null;
}

/** The host: forwarded (where proxies are trusted), else `Host`, else that of an absolute request URL. */
function hostOf(view: RequestView, trusted: boolean): string | null {
  if (trusted) {
    const forwarded = firstItem(view.header('x-forwarded-host'));
    if (forwarded !== null && isHost(forwarded)) return forwarded;
  }
  const host = view.header('host');
  if (host) return isHost(host) ? host : null;
  return view.url.startsWith('/') ? null : (parseUrl(view.url)?.host ?? null);
}

/** The scheme: forwarded (where proxies are trusted), else `https` in production, else that of the request. */
function schemeOf(view: RequestView, config: Config, trusted: boolean, host: string): string {
  if (trusted) {
    const forwarded = firstItem(view.header('x-forwarded-proto'))?.toLowerCase();
    if (forwarded === 'http' || forwarded === 'https') return forwarded;
  }
  // Clerk serves production over HTTPS alone: a request over HTTP came through a proxy that ended TLS.
  if (config.instanceType === 'production' && !isLoopbackHost(host)) return 'https';
  return view.encrypted === true || /^https:/i.test(view.url) ? 'https' : 'http';
}

/**
 * The public origin as the request spells it: scheme and host checked, but neither lower-cased nor freed of a default
 * port. Null when no usable host is known.
 *
 * The option `publicUrl` wins; then `view.publicOrigin`, because a framework that sets it has applied its own rules for
 * proxies. Forwarded headers are believed with `trustProxy` alone, or where the framework says so for this request: anyone
 * can send them.
 */
export function spelledOrigin(view: RequestView, config: Config): string | null {
  if (config.publicUrl !== null) return config.publicUrl.origin;
  if (view.publicOrigin) return view.publicOrigin;
  const trusted = view.trustsProxy ?? config.trustProxy;
  const host = hostOf(view, trusted);
  return host === null ? null : `${schemeOf(view, config, trusted, host)}://${host}`;
}

/** The public origin of a request as browsers write it (`https://app.example.com`); null when it names no usable host. */
export function publicOrigin(view: RequestView, config: Config): string | null {
  const spelled = spelledOrigin(view, config);
  return spelled === null ? null : httpOrigin(spelled);
}

/** The URL that the browser shows: the public origin and base path with the path and query of the target, as they came. */
export function publicUrl(view: RequestView, config: Config, origin = publicOrigin(view, config)): URL | null {
  const target = parseTarget(view);
  if (target === null || origin === null) return null;
  // A path of an http URL always begins with a slash, so that it cannot reach into the host.
  return parseUrl(origin + publicPath(config.publicUrl, target.pathname) + target.search);
}

/** The path of the target as it reached this server, without the base path that browsers see in front of it. */
export function targetPath(view: RequestView): string | null {
  return parseTarget(view)?.pathname ?? null;
}

/** The absolute form of an address from an option or a callback; a path belongs to this server. Null when the origin is unknown. */
export function absoluteUrl(address: string, view: RequestView, config: Config): string | null {
  if (!address.startsWith('/')) return address;
  const origin = publicOrigin(view, config);
  return origin === null ? null : origin + publicPath(config.publicUrl, address);
}
