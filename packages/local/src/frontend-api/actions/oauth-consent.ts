/** What a client asks for, as `<OAuthConsent/>` shows it. Its form is a page's, and answered by the authorization server. */
import { findApplication, hasConsentScreen } from '../../model/oauth/clients.js';
import { OAuthError } from '../../model/oauth/oauth-error.js';
import { grantableScopes, meaningOf, words } from '../../model/oauth/scopes.js';
import { invalidValue, notFound, refusal } from '../../model/records/refusals.js';
import { signedIn, type Actions } from '../engine/action.js';

export const oauthConsentActions: Actions = {
  getOAuthConsent: signedIn(({ state, params, request }) => {
    const clientId = params['client_id'] ?? '';
    const application = findApplication(state, clientId);
    if (application === undefined) throw notFound('OAuth application', clientId);
    if (!hasConsentScreen(application)) throw refusal('feature_requires_oauth2_consent_screen_enabled');
    const asked = request.query.get('scope');
    return {
      oauth_application_name: application.name,
      oauth_application_logo_url: application.client_image_url ?? null,
      oauth_application_url: application.client_uri ?? null,
      client_id: clientId,
      // Which part of a name was registered takes the list of public suffixes; without it the page shows what it makes of the name itself.
      redirect_domain: null,
      scopes: scopesOf(() => grantableScopes(state, application, asked === null ? null : words(asked))),
    };
  }),
};

function scopesOf(grantable: () => readonly string[]) {
  try {
    return grantable().map((scope) => ({ scope, description: meaningOf(scope), requires_consent: true }));
  } catch (error) {
    throw error instanceof OAuthError ? invalidValue('scope', 'has one that this application may not have') : error;
  }
}
