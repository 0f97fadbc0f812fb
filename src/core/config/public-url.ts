/** The address under which browsers know this server, where the configuration names it (the option `publicUrl`). */
import { baseUrl, fail, type OptionName } from './checks.js';

export interface PublicUrl {
  readonly origin: string;
  /** The base path: empty, or with a slash in front and none behind. */
  readonly path: string;
}

/** @throws ConfigurationError for anything but an absolute http(s) URL without credentials, query and fragment */
export function checkPublicUrl(name: OptionName, value: unknown): PublicUrl {
  if (typeof value !== 'string') return fail(name, 'is not a string', REMEDY);
  const { origin, pathname } = new URL(baseUrl(name, value.trim(), REMEDY));
  const path = pathname.replace(/\/+$/, '');
  // Browsers would take what follows for a host.
  if (path.startsWith('//')) return fail(name, 'has a path that begins with two slashes', REMEDY);
  return Object.freeze({ origin, path });
}

const REMEDY = 'Give a URL such as https://example.com/prod.';

/**
 * A path of this server (a query may follow) as browsers see it: below the base path. One that begins with the base path
 * has it already, because some proxies take it off and others leave it on.
 */
export function publicPath(publicUrl: PublicUrl | null, path: string): string {
  const base = publicUrl?.path ?? '';
  return isBelow(path, base) ? path : base + path;
}

/** The other way: what is left of a path without the base path. */
export function withoutBase(publicUrl: PublicUrl | null, path: string): string {
  const base = publicUrl?.path ?? '';
  return isBelow(path, base) ? path.slice(base.length) : path;
}

const isBelow = (path: string, base: string): boolean =>
  path.startsWith(base) && /^(?:$|[/?#])/.test(path.slice(base.length));

/** An address from an option in full: a path of this site stands below the public URL, where that is known. */
export function onPublicSite<T extends string | null>(publicUrl: PublicUrl | null, address: T): T | string {
  if (publicUrl === null || address?.startsWith('/') !== true) return address;
  return publicUrl.origin + publicPath(publicUrl, address);
}
