/** The addresses of the sign-in and sign-up pages, with the way back. */
import type { Config } from '../config/config.js';
import { PARAMETER } from '../request/cookie-names.js';
import { parseUrl } from '../../ground/url.js';
import { accountsPortal } from './clerk-hosts.js';

export interface SignInLink {
  /** The session is pending: its unfinished tasks come first. */
  readonly pending?: boolean;
  /** Development, satellite: the browser's dev browser token, carried to the other domain. */
  readonly devBrowserToken?: string | null;
}

/**
 * The sign-in page with the way back, or null when neither `signInUrl` nor a publishable key is configured.
 *
 * @param returnTo absolute URL to come back to
 */
export function signInUrl(config: Config, returnTo: string, link: SignInLink = {}): string | null {
  const portal = accountsPortal(config);
  return build(config, config.signInUrl ?? (portal && `${portal}/sign-in`), returnTo, link);
}

/** The sign-up page with the way back: `signUpUrl`, else `signInUrl` + `/create`, else the accounts portal's. */
export function signUpUrl(config: Config, returnTo: string, link: SignInLink = {}): string | null {
  const portal = accountsPortal(config);
  const beside = config.signInUrl === null ? portal && `${portal}/sign-up` : withSegment(config.signInUrl, 'create');
  return build(config, config.signUpUrl ?? beside, returnTo, link);
}

/** The address of the page that a guard sends signed-out visitors to, with the way back; null if it is not known. */
export function authPageUrl(
  page: 'sign-in' | 'sign-up',
  config: Config,
  returnTo: string,
  link?: SignInLink,
): string | null {
  return (page === 'sign-up' ? signUpUrl : signInUrl)(config, returnTo, link);
}

/** Appends a segment to the path, whether the address is absolute or not. */
function withSegment(address: string, segment: string): string {
  const [path = '', ...query] = address.split(/(?=[?#])/);
  return `${path.replace(/\/+$/, '')}/${segment}${query.join('')}`;
}

function build(config: Config, target: string | null, returnTo: string, link: SignInLink): string | null {
  if (target === null) return null;
  const back = parseUrl(returnTo);
  const address = link.pending === true ? withSegment(target, 'tasks') : target;
  const url = parseUrl(address, back?.origin);
  // A relative page on an unknown origin stays relative; the browser resolves it.
  if (url === null) return `${address}${address.includes('?') ? '&' : '?'}redirect_url=${encodeURIComponent(returnTo)}`;
  const elsewhere = back !== null && url.host !== back.host;
  if (elsewhere && config.isSatellite) back.searchParams.set(PARAMETER.synced, 'false');
  url.searchParams.set('redirect_url', back === null ? returnTo : back.toString());
  if (elsewhere && config.instanceType === 'development' && link.devBrowserToken) {
    url.searchParams.set(PARAMETER.devBrowser, link.devBrowserToken);
  }
  return url.toString();
}
