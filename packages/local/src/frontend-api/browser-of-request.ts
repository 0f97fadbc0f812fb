/** Which browser is asking: from a cookie or a development browser token to its client. */
import { setCookie } from '../http/cookies.js';
import { browserWith, newBrowser, type Browser } from '../model/sessions/browsers.js';
import { liveSession } from '../model/sessions/client-sessions.js';
import { cookieSuffix } from '../ground/cookie-suffix.js';
import type { InstanceState } from '../state/instance-state.js';
import type { FrontendCall } from './frontend-call.js';

/** Browsers that sign in on a loopback host keep their client as long as cookies may live: 400 days. */
const CLIENT_MAX_AGE = 400 * 24 * 60 * 60;

/**
 * The cookie that knows the browser on the Frontend API's own host. Clerk calls it `__client`; browsers share cookies
 * between the ports of a host, so here it carries the suffix of its instance.
 */
const clientCookieName = (publishableKey: string): string => `__client_${cookieSuffix(publishableKey)}`;

/**
 * The browser that asks, or null. The cookie on our own host comes first: a token in the URL could be someone else's,
 * handed to this browser in a link. It serves where cookies are blocked.
 */
export const knownBrowser = (call: FrontendCall): Browser | null => browsersIn(call)[0] ?? null;

export function browserOrNew(call: FrontendCall): Browser {
  return knownBrowser(call) ?? newBrowser(call.state);
}

/**
 * The browser of a handshake, by which a satellite takes over who is signed in on its primary: the token of the primary's host comes in the URL. It
 * counts where nobody is signed in by the cookie of this host.
 */
export function browserOfHandshake(call: FrontendCall): Browser {
  const browsers = browsersIn(call);
  return (
    browsers.find(({ client }) => liveSession(call.state, client) !== null) ?? browsers[0] ?? newBrowser(call.state)
  );
}

function browsersIn({ state, request, cookies }: FrontendCall): Browser[] {
  const fromCookie = cookies.get(clientCookieName(state.publishableKey));
  const fromQuery = state.instanceType === 'development' ? request.query.get('__clerk_db_jwt') : null;
  return [fromCookie, fromQuery].flatMap((token) => (token ? (browserWith(state, token) ?? []) : []));
}

/** To be sent with the answer, so that the browser is known again. */
export function browserCookie(state: InstanceState, browser: Browser): string {
  const secure = state.frontendApiUrl.startsWith('https:');
  const name = clientCookieName(state.publishableKey);
  return setCookie(name, browser.token, { maxAge: CLIENT_MAX_AGE, httpOnly: true, secure });
}

/**
 * The cookies for a browser that a page's script made known. A development browser's token stands beside our own cookie, for scripts to read: the
 * official client demands it wherever it builds a link to another origin.
 */
export function browserCookies(state: InstanceState, browser: Browser): string[] {
  const own = browserCookie(state, browser);
  if (state.instanceType !== 'development') return [own];
  const suffix = cookieSuffix(state.publishableKey);
  const names = ['__clerk_db_jwt', `__clerk_db_jwt_${suffix}`];
  return [own, ...names.map((name) => setCookie(name, browser.token, { maxAge: CLIENT_MAX_AGE }))];
}
