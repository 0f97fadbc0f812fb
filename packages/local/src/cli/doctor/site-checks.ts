/** Checks of what lies around the server: proxies, satellite domains, and whether the site's cookies can work. */
import { ConfigurationError } from '../../../../../src/errors.js';
import type { Facts } from './facts.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

export const proxyCheck: Check = {
  id: 'outgoing-proxy',
  title: 'Outgoing proxy',
  look({ variable }) {
    const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];
    const set = names.filter((name) => variable(name) !== undefined);
    if (set.length === 0) return null;
    if (variable('NODE_USE_ENV_PROXY') !== undefined) return ok(`${set.join(', ')} is used (NODE_USE_ENV_PROXY).`);
    return warning(
      `${set.join(', ')} is set, but the fetch of Node does not look at it.`,
      'If Clerk can be reached through the proxy alone: NODE_USE_ENV_PROXY=1 (Node 24 and later), or pass a fetch of your own to createAuthenticator.',
    );
  },
};

export const satelliteCheck: Check = {
  id: 'satellite',
  title: 'Satellite',
  look({ variable, config }) {
    if (config instanceof ConfigurationError) return null;
    const domain = variable('CLERK_DOMAIN');
    if (config.isSatellite)
      return ok(`A satellite; browsers find the Frontend API at ${config.frontendApiUrl ?? 'no address'}.`);
    if (domain === undefined) return null;
    return warning(
      'CLERK_DOMAIN is set, but CLERK_IS_SATELLITE is not true: the domain has no effect.',
      'Set CLERK_IS_SATELLITE=true on a satellite, or remove CLERK_DOMAIN.',
    );
  },
};

export const cookiesCheck: Check = { id: 'cookies', title: 'Cookies', look: lookAtCookies };

function lookAtCookies({ config, publishableKey, site }: Facts): Finding | null {
  if (site === null || publishableKey === null || config instanceof ConfigurationError) return null;
  if (publishableKey.instanceType === 'development') {
    return ok('A development instance passes its cookies through the URL: any host works.');
  }
  if (site.protocol !== 'https:' && !LOOPBACK.test(site.hostname)) {
    return problem(
      `${site.origin} is not HTTPS: a production instance works over HTTPS alone.`,
      'Serve the site over HTTPS.',
    );
  }
  const { frontendApiUrl } = config;
  const host = hostOf(frontendApiUrl, site);
  if (host === null) return null;
  if (sharesCookies(host, site.hostname)) return ok(`${site.hostname} and the Frontend API (${host}) share cookies.`);
  return problem(
    `${site.hostname} gets no cookies from the Frontend API (${host}): visitors would be sent back and forth and stay signed out.`,
    'Serve the site on the domain of the production instance, make it a satellite (CLERK_IS_SATELLITE), or use a proxy on its own host (CLERK_PROXY_URL).',
  );
}

/** A relative proxy URL is on the site's own host. */
function hostOf(url: string | null, site: URL): string | null {
  return url !== null && URL.canParse(url, site.origin) ? new URL(url, site.origin).hostname : null;
}

/** `clerk.example.com` sets cookies for `example.com` and what is below it; loopback hosts share theirs when they are the same. */
function sharesCookies(frontendHost: string, siteHost: string): boolean {
  if (frontendHost === siteHost) return true;
  const domain = frontendHost.split('.').slice(1).join('.');
  return (
    domain.includes('.') && !LOOPBACK.test(frontendHost) && (siteHost === domain || siteHost.endsWith(`.${domain}`))
  );
}
