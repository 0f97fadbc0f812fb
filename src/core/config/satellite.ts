/** Satellites, proxies and the URL of the Frontend API. */
import { ConfigurationError } from '../../errors.js';
import { baseUrl, fail, type OptionName } from './checks.js';
import type { Config, PublishableKey } from './config.js';
import { frontendApiHost, frontendApiUrlOf } from './frontend-api-url.js';

export type Site = Pick<Config, 'isSatellite' | 'domain' | 'proxyUrl' | 'signInUrl'>;

const DOMAIN: OptionName = { option: 'domain', variable: 'CLERK_DOMAIN' };
const PROXY_URL: OptionName = { option: 'proxyUrl', variable: 'CLERK_PROXY_URL' };
const DEFAULT_PROXY_PATH = '/__clerk';

/** @throws ConfigurationError for a satellite that could never find its primary */
export function resolveSatellite(given: Site & Pick<Config, 'instanceType'>): Site {
  const { isSatellite, signInUrl } = given;
  const domain = given.domain === null ? null : hostOf(given.domain);
  const proxyUrl = given.proxyUrl === null ? null : proxyUrlOf(given.proxyUrl);
  if (isSatellite && domain === null && proxyUrl === null) {
    throw new ConfigurationError(
      'domain',
      'A satellite needs its own address.',
      'Set CLERK_DOMAIN or CLERK_PROXY_URL.',
    );
  }
  // In development there is no accounts portal of a satellite. A path would lead to the satellite and not to its primary.
  if (isSatellite && (signInUrl === null ? given.instanceType === 'development' : signInUrl.startsWith('/'))) {
    throw new ConfigurationError(
      'signInUrl',
      'A satellite needs the sign-in page of its primary.',
      'Set CLERK_SIGN_IN_URL to an absolute URL.',
    );
  }
  return { isSatellite, domain, proxyUrl, signInUrl };
}

/** The proxy's URL, else that of the host without a proxy; null without a publishable key. */
export function resolveFrontendApiUrl(key: PublishableKey | null, site: Site): string | null {
  return key && (site.proxyUrl ?? frontendApiUrlOf(frontendApiHost(key, site)));
}

/** A bare host (port allowed); a scheme and a trailing slash are forgiven. */
function hostOf(domain: string): string {
  const host = domain.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  if (!/^[a-z0-9.-]+(:\d{1,5})?$/i.test(host)) fail(DOMAIN, 'is not a domain', 'Give a host such as example.com.');
  return host;
}

/** An absolute URL, or a path of this site. */
function proxyUrlOf(url: string): string {
  if (!url.startsWith('/')) return baseUrl(PROXY_URL, url);
  if (!/^\/(?![/\\])[^?#\s\\]*$/.test(url)) fail(PROXY_URL, 'is not a path', 'Give a path such as /__clerk, or a URL.');
  return url.replace(/\/+$/, '') || DEFAULT_PROXY_PATH;
}
