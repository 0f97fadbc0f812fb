/** Where this instance may send a browser, and which pages may send forms to it. */
import type { LocalRequest } from '../http/messages.js';
import { settingsOf } from '../model/instance/settings.js';
import type { InstanceState } from '../state/instance-state.js';
import type { FrontendCall } from './frontend-call.js';

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The URL, if a browser may be sent there with the credentials of a session: http(s) on loopback, or on an origin that the
 * instance knows (its redirect URLs, domains and allowed origins). Everything else would be an open redirect.
 */
export function allowedRedirect(state: InstanceState, text: string | null | undefined): URL | null {
  if (!text || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  return LOOPBACK.test(url.hostname) || knownOrigins(state).has(url.origin) ? url : null;
}

/**
 * Whether a page of this origin may call the Frontend API with credentials. Origins of other schemes (`chrome-extension://id`, `capacitor://localhost`)
 * have to be among the instance's allowed origins; `null`, which sandboxed frames of all sites share, never counts.
 */
export function allowedOrigin(state: InstanceState, origin: string): boolean {
  if (allowedRedirect(state, origin)?.origin === origin) return true;
  return URL.canParse(origin) && allowedOrigins(state).includes(origin);
}

/** Those that `PATCH /instance` sets. */
function allowedOrigins(state: InstanceState): readonly string[] {
  const { allowed_origins: origins } = settingsOf(state, 'instance');
  return Array.isArray(origins) ? origins.filter((origin): origin is string => typeof origin === 'string') : [];
}

/** The origin of the page whose script asks: browsers leave it out of requests to the page's own host, which a proxy names. */
export function pageOrigin({
  state,
  request,
}: {
  readonly state: InstanceState;
  readonly request: LocalRequest;
}): string | undefined {
  const { origin, 'clerk-proxy-url': proxy } = request.headers;
  if (origin !== undefined || proxy === undefined || !URL.canParse(proxy)) return origin;
  return allowedOrigin(state, new URL(proxy).origin) ? new URL(proxy).origin : undefined;
}

/** The URL by which the page reaches this API: that of the application's proxy, or our own. Links for the page begin with it. */
export function publicUrl(call: {
  readonly state: InstanceState;
  readonly request: LocalRequest;
  readonly base: string;
}): string {
  const origin = call.base === '' ? undefined : pageOrigin(call);
  return origin === undefined || !allowedOrigin(call.state, origin) ? call.request.origin : `${origin}${call.base}`;
}

/** The page that asks: the URL by which it reaches this API, and its origin. */
export const pageContextOf = (call: FrontendCall) => ({ baseUrl: publicUrl(call), origin: pageOrigin(call) });

function knownOrigins(state: InstanceState): ReadonlySet<string> {
  const texts = [state.frontendApiUrl];
  for (const row of state.table('redirect_urls').rows()) texts.push(row.url);
  for (const row of state.table('domains').rows()) texts.push(`https://${row.name}`);
  const all = [...texts, ...allowedOrigins(state)];
  return new Set(all.filter((text) => URL.canParse(text)).map((text) => new URL(text).origin));
}

/**
 * Whether a form was sent by a page of our own. Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`; a client
 * that sends neither is no browser and holds no cookies that it was not given (OWASP, "Fetch Metadata").
 */
export function isSameOriginPost(request: LocalRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = request.headers['origin'];
  if (origin === undefined) return true;
  const host = request.headers['host'] ?? new URL(request.origin).host;
  return URL.canParse(origin) && new URL(origin).host === host;
}
