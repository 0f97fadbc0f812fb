/** Pages that Clerk itself serves for an instance, and hosts from which a visitor comes back from them. */
import type { Config } from '../config/config.js';
import { frontendApiUrlOf } from '../config/frontend-api-url.js';
import { parseUrl } from '../../shared/url.js';

/** The non-proxied Frontend API host: the production satellite's own, else the one in the publishable key. */
export function frontendApiHost(config: Config): string | null {
  if (config.publishableKey === null) return null;
  const own = config.instanceType === 'production' && config.isSatellite && config.domain !== null;
  return own ? `clerk.${config.domain}` : config.publishableKey.frontendApiHost;
}

/**
 * What `iss` of this instance's tokens may be, with and without its scheme: the host in the key, a satellite's own host, or
 * the proxy's URL (Clerk's libraries differ on the last two, so both are accepted).
 */
export function issuersOf(config: Config): ReadonlySet<string> {
  const proxy = config.proxyUrl?.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const satellite = config.domain === null ? null : `clerk.${config.domain}`;
  const hosts = [config.publishableKey?.frontendApiHost, satellite, proxy].filter((host) => typeof host === 'string');
  return new Set(hosts.flatMap((host) => [host, `https://${host}`, `http://${host}`]));
}

/** The accounts portal of an instance (`https://accounts.example.com`), without a trailing slash. */
export function accountsPortal(config: Config): string | null {
  const host = frontendApiHost(config);
  return host === null ? null : frontendApiUrlOf(portalHost(host));
}

function portalHost(host: string): string {
  if (host.includes('clerk.accountsstage.')) return host.replace('clerk.accountsstage.', 'accountsstage.');
  if (host.includes('clerk.accounts.')) return host.replace('clerk.accounts.', 'accounts.');
  return host.replace('clerk.', 'accounts.');
}

/** Portals of development instances, where a sign-in may happen; never of live ones, because anyone can have one. */
const DEVELOPMENT_PORTALS: readonly RegExp[] = [
  /(?<!\.clerk)\.accounts\.dev$/,
  /(?<!\.clerk)\.accountsstage\.dev$/,
  /(?<!\.clerk)\.accounts\.lclclerk\.com$/,
  /^accounts\..*\.(?:lcl\.dev|lclstage\.dev|lclclerk\.com)$/,
];

/**
 * Whether a visitor who comes from this page was sent there by Clerk's own sign-in: the Frontend API as browsers reach it
 * (a proxy's host, where there is one), or the accounts portal beside it.
 */
export function isClerkPage(page: URL, config: Config): boolean {
  const host = config.proxyUrl === null ? frontendApiHost(config) : (parseUrl(config.proxyUrl)?.host ?? null);
  if (host !== null && (page.host === host || page.origin === frontendApiUrlOf(portalHost(host)))) return true;
  return config.instanceType !== 'production' && DEVELOPMENT_PORTALS.some((portal) => portal.test(page.hostname));
}
