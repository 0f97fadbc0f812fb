/** Builds a handshake: a redirect to the Frontend API, which renews the session and sends the browser back. */
import { API_VERSION_DATE } from '../../ground/api-version.js';
import type { Reason } from '../../reasons.js';
import type { RequestContext } from '../request/context.js';
import { COOKIE, PARAMETER } from '../request/cookie-names.js';
import { parseUrl } from '../../ground/url.js';
import { organizationParameter, organizationTarget } from './organization-sync.js';
import type { HeaderPairs } from '../../ground/headers.js';

export interface HandshakeRequest {
  readonly reason: Reason;
  readonly suffixedCookies: boolean;
  /** The session token to be renewed: that of the cookie, else that of the header. */
  readonly sessionToken: string | null;
  /** Identifies the browser, in development alone. */
  readonly devBrowserToken: string | null;
  /** Whether this server can exchange a nonce (it needs the secret key). */
  readonly acceptsNonce: boolean;
}

/** The address of the handshake at the Frontend API, or null when this server's own address is unknown. */
export function handshakeUrl(context: RequestContext, request: HandshakeRequest): string | null {
  const { config } = context;
  const back = returnUrl(context);
  if (back === null || config.frontendApiUrl === null) return null;
  // A relative proxy URL (`/__clerk`) is on this server's own origin.
  const base = config.frontendApiUrl.startsWith('/') ? back.origin + config.frontendApiUrl : config.frontendApiUrl;
  const url = parseUrl(`${base.replace(/\/+$/, '')}/v1/client/handshake`);
  if (url === null) return null;
  const target = organizationTarget(config, context.path ?? back.pathname);
  back.searchParams.delete(PARAMETER.devBrowser);
  back.searchParams.delete(PARAMETER.devSession);
  url.searchParams.append('redirect_url', back.toString());
  url.searchParams.append(PARAMETER.apiVersion, API_VERSION_DATE);
  url.searchParams.append('suffixed_cookies', String(request.suffixedCookies));
  url.searchParams.append(PARAMETER.handshakeReason, request.reason);
  if (request.acceptsNonce) url.searchParams.append('format', 'nonce');
  if (request.sessionToken !== null) url.searchParams.append(PARAMETER.session, request.sessionToken);
  if (config.instanceType === 'development' && request.devBrowserToken !== null) {
    url.searchParams.append(PARAMETER.devBrowser, request.devBrowserToken);
  }
  if (target !== null) url.searchParams.append('organization_id', organizationParameter(target));
  return url.toString();
}

/**
 * The page to come back to. A nonce or a token of an earlier handshake is removed from its address: it was tried already, and
 * must not stand beside the next one.
 */
export function returnUrl(context: RequestContext): URL | null {
  const url = context.publicUrl();
  if (context.query.handshakeNonce !== null) url?.searchParams.delete(PARAMETER.handshakeNonce);
  if (context.query.handshake !== null) url?.searchParams.delete(PARAMETER.handshake);
  return url;
}

/** The headers of a handshake. The counter lives two seconds: long enough for a redirect, short enough to forget. */
export function handshakeHeaders(location: string, redirectCount: number): HeaderPairs {
  return [
    ['Location', location],
    ['Cache-Control', 'no-store'],
    ['Set-Cookie', `${COOKIE.redirectCount}=${redirectCount + 1}; Path=/; SameSite=Lax; HttpOnly; Max-Age=2`],
  ];
}
