/**
 * How a satellite in production takes over who is signed in on its primary, by the page's own script: sync leads from the satellite's address of this
 * API to the primary's, where the browser is known, and link back, with a token that is good once. (In development a page goes by the sign-in page.)
 */
import { browserWith, type Browser } from '../model/sessions/browsers.js';
import { redeemHandshake, storeHandshake } from '../model/sessions/handshakes.js';
import type { InstanceState } from '../state/instance-state.js';
import type { LocalResponse } from '../http/messages.js';
import { redirect } from '../http/responses.js';
import { refusal } from '../model/records/refusals.js';
import { liveSession } from '../model/sessions/client-sessions.js';
import { browserCookie, browserOrNew, knownBrowser } from './browser-of-request.js';
import type { FrontendCall } from './frontend-call.js';
import { redirectTarget } from './handshake.js';
import { allowedRedirect, publicUrl } from './origins.js';

export function syncClient(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  const target = redirectTarget(call);
  const asked = request.query.get('link_domain');
  if (asked === null) {
    const query = new URLSearchParams({ link_domain: publicUrl(call), redirect_url: target.href });
    return redirect(`${state.frontendApiUrl}/v1/client/sync?${query.toString()}`, 307);
  }
  const satellite = allowedRedirect(state, URL.canParse(asked) ? asked : `https://${asked}`);
  if (satellite === null)
    throw refusal('redirect_url_not_associated_with_instance', undefined, { paramName: 'link_domain' });
  const browser = browserOrNew(call);
  const token = setAside(state, browser.token, target.href);
  const link = `${satellite.href.replace(/\/$/, '')}/v1/client/link?__clerk_token=${token}`;
  return redirect(link, 307, [browserCookie(state, browser)]);
}

export function linkClient(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  const { browser, target } = takeUp(state, request.query.get('__clerk_token') ?? '');
  const url = new URL(target);
  url.searchParams.set('__clerk_synced', 'true');
  const own = knownBrowser(call);
  // A user who is signed in here stays signed in: a link must not give this browser to somebody else.
  const stays = own !== null && liveSession(state, own.client) !== null;
  return redirect(url.href, 307, [browserCookie(state, stays ? own : browser)]);
}

/** Tells it from what a handshake sets aside in the same place. */
const KIND = 'link';

/** @returns the token for the link, good once */
const setAside = (state: InstanceState, browserToken: string, target: string): string =>
  storeHandshake(state, [KIND, browserToken, target]);

/** @throws ApiError 400, 404 */
function takeUp(state: InstanceState, token: string): { readonly browser: Browser; readonly target: string } {
  const [kind, browserToken = '', target = ''] = redeemHandshake(state, token);
  const browser = kind === KIND ? browserWith(state, browserToken) : null;
  if (browser === null) throw refusal('resource_not_found', 'This token links no browsers.');
  return { browser, target };
}
