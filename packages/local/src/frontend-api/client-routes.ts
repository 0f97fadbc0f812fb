/** The JSON side of the Frontend API: what a page's own script can ask about its browser. */
import type { LocalResponse } from '../http/messages.js';
import { json } from '../http/responses.js';
import { refusal } from '../model/records/refusals.js';
import { apiKeyActions } from './actions/api-keys.js';
import { billingActions } from './actions/billing.js';
import { clientActions } from './actions/client.js';
import { oauthConsentActions } from './actions/oauth-consent.js';
import { organizationDomainActions } from './actions/organization-domains.js';
import { organizationMemberActions } from './actions/organization-members.js';
import { organizationActions } from './actions/organizations.js';
import { ownOrganizationActions } from './actions/own-organizations.js';
import { meActions } from './actions/me.js';
import { passkeyActions } from './actions/passkeys.js';
import { reverificationActions } from './actions/reverification.js';
import { sessionActions } from './actions/sessions.js';
import { signInActions } from './actions/sign-ins.js';
import { signUpActions } from './actions/sign-ups.js';
import { waitlistActions } from './actions/waitlist.js';
import { preflights, type FrontendRoutes } from './answer-route.js';
import { browserCookie, browserOrNew } from './browser-of-request.js';
import { operationRoutes } from './engine/answer-operation.js';
import { forPages, preflight } from './engine/cors.js';
import { withReverification } from './engine/sensitive.js';
import type { Actions } from './engine/action.js';
import type { FrontendCall } from './frontend-call.js';

/** All actions; each file of `actions/` has those of one resource. */
const ACTIONS: Actions = {
  ...apiKeyActions,
  ...billingActions,
  ...clientActions,
  ...meActions,
  ...organizationActions,
  ...organizationDomainActions,
  ...organizationMemberActions,
  ...ownOrganizationActions,
  ...passkeyActions,
  ...reverificationActions,
  ...sessionActions,
  ...signInActions,
  ...signUpActions,
  ...oauthConsentActions,
  ...waitlistActions,
};

/** Answers with the development browser, a new one where none is known. */
function devBrowser(call: FrontendCall): LocalResponse {
  if (call.state.instanceType !== 'development')
    throw refusal('resource_not_found', 'Only development instances have these');
  const browser = browserOrNew(call);
  return json({ id: browser.token, token: browser.token, object: 'dev_browser' }, 200, [
    ['Set-Cookie', browserCookie(call.state, browser)],
  ]);
}

const DEV_BROWSER: FrontendRoutes = { 'GET /v1/dev_browser': devBrowser, 'POST /v1/dev_browser': devBrowser };

const forEach = (routes: FrontendRoutes): FrontendRoutes =>
  Object.fromEntries(Object.entries(routes).map(([route, handler]) => [route, forPages(handler)]));

/** @param others routes that are answered elsewhere, whatever the document says of them */
export function clientRoutes(others: FrontendRoutes): FrontendRoutes {
  const own = forEach({ ...DEV_BROWSER, ...preflights(DEV_BROWSER, preflight) });
  return {
    ...operationRoutes(withReverification(ACTIONS), new Set([...Object.keys(own), ...Object.keys(others)])),
    ...own,
  };
}
