/** The host of an instance's Frontend API, and its URL. */
import { isLoopbackHost } from '../../ground/loopback.js';
import type { Config, PublishableKey } from './config.js';

/** The host without a proxy: the `clerk.` host of a production satellite itself, else the one that the key encodes. */
export function frontendApiHost(key: PublishableKey, site: Pick<Config, 'isSatellite' | 'domain'>): string {
  const isOwn = key.instanceType === 'production' && site.isSatellite && site.domain !== null;
  return isOwn ? `clerk.${site.domain}` : key.frontendApiHost;
}

/**
 * The absolute URL of a Frontend API host, without a trailing slash: `https`, because Clerk serves nothing else, but
 * `http` for a loopback host, so that an offline instance works in a browser without a certificate.
 */
export function frontendApiUrlOf(host: string): string {
  return `${isLoopbackHost(host) ? 'http' : 'https'}://${host}`;
}
