/** The application's own consent page, with `<OAuthConsent/>` on it, in place of the instance's: `oauth_consent_url` of the environment names it. */
import type { LocalResponse } from '../../http/messages.js';
import { redirect } from '../../http/responses.js';
import { environmentOf } from '../../model/instance/environment.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { FrontendCall } from '../frontend-call.js';
import { requestFields } from './consent.js';

/** Null: the instance asks by itself. */
export function consentPage(state: InstanceState): URL | null {
  const { oauth_consent_url: url } = environmentOf(state).display_config;
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? new URL(url) : null;
}

/**
 * There, with the request as it came. Scopes and redirect URI stand in it even if the client left them out: the component shows them.
 */
export function toConsentPage(
  page: URL,
  query: URLSearchParams,
  { scopes, redirectUri }: { readonly scopes: readonly string[]; readonly redirectUri: string },
): LocalResponse {
  const target = new URL(page);
  for (const [name, value] of requestFields(query)) target.searchParams.append(name, value);
  target.searchParams.set('scope', scopes.join(' '));
  target.searchParams.set('redirect_uri', redirectUri);
  return redirect(target.href);
}

/**
 * Whether a form was sent by that page. Browsers name the page's origin with every form that they post, so a form without one is refused as well:
 * what it carries are cookies of a user who was not asked.
 */
export function isFromConsentPage({ state, request }: FrontendCall): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  return site !== 'cross-site' && origin !== undefined && origin === consentPage(state)?.origin;
}
