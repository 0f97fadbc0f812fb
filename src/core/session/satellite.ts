/** Satellites: applications on other domains that share the sessions of a primary one. */
import type { Config } from '../config/config.js';
import { PARAMETER } from '../request/cookie-names.js';
import { isLoopbackHost } from '../../ground/loopback.js';
import { parseUrl } from '../../ground/url.js';

/**
 * The page that a primary may send a development browser back to, or null. The address is absolute `http(s)` without
 * credentials, and its origin is listed in `allowedRedirectOrigins` or `authorizedParties`, or is this machine. The check is
 * needed because an attacker can write the link, and the dev browser token travels in its query.
 */
export function satelliteReturnUrl(config: Config, redirectUrl: string | null): URL | null {
  const url = redirectUrl === null ? null : parseUrl(redirectUrl);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  if (url.username !== '' || url.password !== '') return null;
  const { allowedRedirectOrigins, authorizedParties } = config;
  const listed = allowedRedirectOrigins.includes(url.origin) || authorizedParties.includes(url.origin);
  return listed || isLoopbackHost(url.host) ? url : null;
}

/** The address that a primary sends the browser back to, with the dev browser token and a mark that stops the satellite from asking again. */
export function answerToSatellite(returnUrl: URL, devBrowserToken: string | null): string {
  const url = new URL(returnUrl);
  if (devBrowserToken !== null) url.searchParams.append(PARAMETER.devBrowser, devBrowserToken);
  url.searchParams.set(PARAMETER.synced, 'true');
  return url.toString();
}

/** The address that a development satellite sends an unknown browser to: the primary's sign-in page, with the way back. */
export function questionToPrimary(signInUrl: string, current: URL): string | null {
  const url = parseUrl(signInUrl);
  if (url === null) return null;
  url.searchParams.append(PARAMETER.redirectUrl, current.toString());
  return url.toString();
}
