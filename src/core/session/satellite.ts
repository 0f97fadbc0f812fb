/** Satellites: applications on other domains that share the sessions of a primary one. */
import type { Config } from '../config/config.js';
import { PARAMETER } from '../request/cookie-names.js';
import { isLoopbackHost } from '../../shared/loopback.js';
import { parseUrl } from '../../shared/url.js';

/**
 * The page that a primary may send a development browser back to, or null. Absolute `http(s)` without credentials, and
 * an origin that `allowedRedirectOrigins` or `authorizedParties` lists or that is this machine: the dev browser token
 * travels in the query, and the address comes from whoever wrote the link.
 */
export function satelliteReturnUrl(config: Config, redirectUrl: string | null): URL | null {
  const url = redirectUrl === null ? null : parseUrl(redirectUrl);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  if (url.username !== '' || url.password !== '') return null;
  const { allowedRedirectOrigins, authorizedParties } = config;
  const listed = allowedRedirectOrigins.includes(url.origin) || authorizedParties.includes(url.origin);
  return listed || isLoopbackHost(url.host) ? url : null;
}

/** Where a primary sends the browser back: with its dev browser token, and a mark that stops the satellite from asking again. */
export function answerToSatellite(returnUrl: URL, devBrowserToken: string | null): string {
  const url = new URL(returnUrl);
  if (devBrowserToken !== null) url.searchParams.append(PARAMETER.devBrowser, devBrowserToken);
  url.searchParams.set(PARAMETER.synced, 'true');
  return url.toString();
}

/** Where a development satellite sends the browser to learn who it is: the primary's sign-in page, with the way back. */
export function questionToPrimary(signInUrl: string, current: URL): string | null {
  const url = parseUrl(signInUrl);
  if (url === null) return null;
  url.searchParams.append(PARAMETER.redirectUrl, current.toString());
  return url.toString();
}
