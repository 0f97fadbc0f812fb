/** Discovery: RFC 8414 and OpenID Connect Discovery describe the same server. */
import type { LocalResponse } from '../../http/messages.js';
import type { FrontendCall } from '../frontend-call.js';
import { json } from '../../http/responses.js';
import { settingsOf } from '../../model/instance/settings.js';
import { supportedScopes } from '../../model/oauth/scopes.js';

export function metadata({ state }: FrontendCall): LocalResponse {
  const issuer = state.frontendApiUrl;
  const settings = settingsOf(state, 'oauth');
  const methods = ['client_secret_basic', 'client_secret_post', 'none'];
  return json({
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    introspection_endpoint: `${issuer}/oauth/token_info`,
    revocation_endpoint: `${issuer}/oauth/token/revoke`,
    ...(settings.dynamic_oauth_client_registration ? { registration_endpoint: `${issuer}/oauth/register` } : {}),
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: supportedScopes(state),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: settings.client_id_metadata_documents_advertised,
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'name',
      'given_name',
      'family_name',
      'picture',
      'email',
      'email_verified',
    ],
  });
}
