/** The hosts of the pages that Clerk serves for an instance. */
import type { Config } from '../config/config.js';
import { frontendApiHost, frontendApiUrlOf } from '../config/frontend-api-url.js';
import { parseUrl } from '../../ground/url.js';

/** The host of the Frontend API without a proxy; null without a publishable key. */
const directHost = (config: Config): string | null =>
  config.publishableKey && frontendApiHost(config.publishableKey, config);

/**
 * The values that `iss` of this instance's tokens may have, with and without a scheme: the host in the key, the host of a
 * satellite, or the URL of the proxy (Clerk's libraries differ on the last two, so both are accepted).
 */
export function issuersOf(config: Config): ReadonlySet<string> {
  const proxy = config.proxyUrl?.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const satellite = config.domain === null ? null : `clerk.${config.domain}`;
  const hosts = [config.publishableKey?.frontendApiHost, satellite, proxy].filter((host) => typeof host === 'string');
  return new Set(hosts.flatMap((host) => [host, `https://${host}`, `http://${host}`]));
}

/** The accounts portal of an instance (`https://accounts.example.com`), without a trailing slash. */
export function accountsPortal(config: Config): string | null {
  const host = directHost(config);
  return host === null ? null : frontendApiUrlOf(portalHost(host));
}

function portalHost(host: string): string {
  if (host.includes('clerk.accountsstage.')) return host.replace('clerk.accountsstage.', 'accountsstage.');
  if (host.includes('clerk.accounts.')) return host.replace('clerk.accounts.', 'accounts.');
  return host.replace('clerk.', 'accounts.');
}

/** Portals of development instances, where a sign-in may happen. They never count in production, because anyone can have one. */
const DEVELOPMENT_PORTALS: readonly RegExp[] = [
  /(?<!\.clerk)\.accounts\.dev$/,
  /(?<!\.clerk)\.accountsstage\.dev$/,
  /(?<!\.clerk)\.accounts\.lclclerk\.com$/,
  /^accounts\..*\.(?:lcl\.dev|lclstage\.dev|lclclerk\.com)$/,
];

/**
 * Whether a page belongs to Clerk's own sign-in: it is on the Frontend API as browsers reach it (through the proxy, if there is
 * one), or on the accounts portal beside it.
 */
export function isClerkPage(page: URL, config: Config): boolean {
  const host = config.proxyUrl === null ? directHost(config) : (parseUrl(config.proxyUrl)?.host ?? null);
  if (host !== null && (page.host === host || page.origin === frontendApiUrlOf(portalHost(host)))) return true;
  return config.instanceType !== 'production' && DEVELOPMENT_PORTALS.some((portal) => portal.test(page.hostname));
}
