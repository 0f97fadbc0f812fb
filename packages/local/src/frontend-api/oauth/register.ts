/** Dynamic client registration (RFC 7591), as MCP clients use it. */
import type { LocalResponse } from '../../http/messages.js';
import { jsonOf, type FrontendCall } from '../frontend-call.js';
import { json } from '../../http/responses.js';
import { refusal } from '../../model/records/refusals.js';
import { settingsOf } from '../../model/instance/settings.js';
import { registerOAuthApplication } from '../../model/oauth/applications.js';
import { readClientMetadata } from '../../model/oauth/client-metadata.js';

/** @throws OAuthError for metadata that no client may have */
export function register(call: FrontendCall): LocalResponse {
  const { state } = call;
  if (!settingsOf(state, 'oauth').dynamic_oauth_client_registration) {
    const message = 'Dynamic client registration is switched off for this instance.';
    throw refusal('feature_requires_dynamic_oauth_client_registration', message);
  }
  const { application: fields, method, grants, isPublic } = readClientMetadata(state, jsonOf(call));
  const secret = isPublic ? '' : state.secret(40);
  const application = registerOAuthApplication(state, { ...fields, client_secret: secret });
  const answer = {
    client_id: application.client_id,
    ...(isPublic ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    client_id_issued_at: Math.floor(state.now() / 1000),
    client_name: application.name,
    redirect_uris: fields.redirect_uris,
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: method,
    scope: application.scopes,
  };
  return json(answer, 201);
}
