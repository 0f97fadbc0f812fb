/**
 * The handshake: an application that cannot tell from its own cookies who is signed in sends the browser here, and gets
 * it back with the cookies it should set, as a signed token or as a nonce for which its server fetches them.
 */
import { cookieSuffix } from '../ground/cookie-suffix.js';
import { issueRefreshToken } from '../model/sessions/sessions.js';
import { CATEGORY } from '../model/tokens/categories.js';
import { mintSessionToken, timesOf } from '../model/tokens/session-token.js';
import type { LocalResponse } from '../http/messages.js';
import type { InstanceState } from '../state/instance-state.js';
import type { ClientRow, SessionRow } from '../state/rows.js';
import type { FrontendCall } from './frontend-call.js';
import type { Browser } from '../model/sessions/browsers.js';
import { missing, refusal } from '../model/records/refusals.js';
import { PAYLOAD_LIFETIME_SECONDS, storeHandshake } from '../model/sessions/handshakes.js';
import { browserCookie, browserOfHandshake } from './browser-of-request.js';
import { setCookie } from '../http/cookies.js';
import { allowedRedirect } from './origins.js';
import { redirect } from '../http/responses.js';
import { activateOrganization, liveSession } from '../model/sessions/client-sessions.js';

/** The names under which Clerk's servers look for the payload, in the query or in a cookie. */
const CARRIER = { nonce: '__clerk_handshake_nonce', token: '__clerk_handshake' } as const;
const YEAR = 365 * 24 * 60 * 60;
/** Seconds for which a production application finds the payload in its cookie. */
const CARRIER_MAX_AGE = 10;

export function handshake(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  const target = redirectTarget(call);
  const browser = browserOfHandshake(call);
  const session = chosenSession(state, browser, request.query.get('organization_id'));
  const directives = directivesFor(state, browser, session, target.origin);
  const format = request.query.get('format') === 'nonce' ? 'nonce' : 'token';
  return sendBack(call, target, browser, format, directives);
}

/** A browser that has just signed in goes straight to the application, which learns of it on the way. */
export function sendSignedIn(call: FrontendCall, target: URL, browser: Browser, session: SessionRow): LocalResponse {
  return sendBack(call, target, browser, 'token', directivesFor(call.state, browser, session, target.origin));
}

/** Where the browser is to be sent back to. @throws ApiError */
export function redirectTarget({ state, request }: FrontendCall): URL {
  const given = request.query.get('redirect_url');
  if (!given) throw missing('redirect_url');
  const target = allowedRedirect(state, given);
  if (target === null) {
    const code = URL.canParse(given) ? 'redirect_url_not_associated_with_instance' : 'invalid_redirect_url';
    const why = 'redirect_url must be http(s) on loopback or on an origin of this instance.';
    throw refusal(code, why, { paramName: 'redirect_url' });
  }
  return target;
}

function chosenSession(state: InstanceState, browser: Browser, organizationId: string | null): SessionRow | null {
  const session = liveSession(state, browser.client);
  if (session === null || organizationId === null) return session;
  return activateOrganization(state, session, organizationId);
}

/** The `Set-Cookie` values by which an application's origin learns who is signed in; each name plain and with the instance's suffix. */
function directivesFor(state: InstanceState, browser: Browser, session: SessionRow | null, origin: string): string[] {
  const suffix = cookieSuffix(state.publishableKey);
  const secure = origin.startsWith('https:');
  const development = state.instanceType === 'development';
  const both = (name: string, value: string, maxAge: number) =>
    [name, `${name}_${suffix}`].map((each) => setCookie(each, value, { maxAge, secure }));

  const devBrowser = development ? both('__clerk_db_jwt', browser.token, YEAR) : [];
  const carriers = Object.values(CARRIER).map((name) => setCookie(name, '', { maxAge: 0, secure, httpOnly: true }));
  const cleared = development ? [] : carriers;
  const refreshName = `__refresh_${suffix}`;
  if (session === null) {
    return [
      ...cleared,
      ...devBrowser,
      ...both('__session', '', 0),
      setCookie(refreshName, '', { maxAge: 0, httpOnly: true, secure }),
      ...both('__client_uat', '0', YEAR),
    ];
  }
  const refresh = refreshToken(state, session);
  return [
    ...cleared,
    ...devBrowser,
    setCookie(refreshName, refresh, { maxAge: YEAR, httpOnly: true, secure }),
    ...both('__client_uat', String(updatedAt(state, browser.client)), YEAR),
    ...both('__session', mintSessionToken(state, session, { azp: origin }), YEAR),
  ];
}

/** Seconds of the last change of the client: tokens that were issued before it are stale. */
function updatedAt(state: InstanceState, client: ClientRow | null): number {
  const row = state.table('clients').get(client?.id);
  return Math.floor((row?.updated_at ?? state.now()) / 1000);
}

function refreshToken(state: InstanceState, session: SessionRow): string {
  const held = state.table('refresh_tokens').by('session_id', session.id)[0];
  return held?.id ?? issueRefreshToken(state, session.id);
}

function sendBack(
  call: FrontendCall,
  target: URL,
  browser: Browser,
  format: keyof typeof CARRIER,
  directives: readonly string[],
): LocalResponse {
  const { state } = call;
  const payload = format === 'nonce' ? storeHandshake(state, directives) : tokenFor(state, directives);
  const name = CARRIER[format];
  const url = new URL(target);
  // Development carries the payload in the query: there, application and Frontend API are different sites to a browser.
  // A production cookie reaches only the host that sets it, so another host gets the query too (servers read both).
  const byCookie = state.instanceType === 'production' && url.hostname === hostOf(call);
  if (!byCookie) url.searchParams.set(name, payload);
  const secure = url.protocol === 'https:';
  const carrier = byCookie ? [setCookie(name, payload, { maxAge: CARRIER_MAX_AGE, httpOnly: true, secure })] : [];
  return redirect(url.href, 307, [browserCookie(state, browser), ...carrier]);
}

/** The host by which the browser reached us; cookies know no ports. */
function hostOf({ request }: FrontendCall): string {
  const host = request.headers['host'];
  return host !== undefined && URL.canParse(`http://${host}`)
    ? new URL(`http://${host}`).hostname
    : new URL(request.origin).hostname;
}

function tokenFor(state: InstanceState, directives: readonly string[]): string {
  const claims = {
    handshake: directives,
    iss: state.frontendApiUrl,
    ...timesOf(state.now(), PAYLOAD_LIFETIME_SECONDS),
  };
  return state.keys.sign({ cat: CATEGORY.session }, claims);
}

/** Where a page of ours sends the browser so that the application at `target` learns of a change. */
export function throughHandshake(call: FrontendCall, target: URL): string {
  if (target.origin === call.request.origin || target.origin === call.state.frontendApiUrl) return target.href;
  const query = new URLSearchParams({ redirect_url: target.href, format: 'nonce', suffixed_cookies: 'true' });
  return `${call.base}/v1/client/handshake?${query.toString()}`;
}
