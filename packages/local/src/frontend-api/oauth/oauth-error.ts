/** OAuth's own error answers: not Clerk's envelope, but RFC 6749's. */
import type { LocalResponse } from '../../state/instance-state.js';
import { json } from '../../http/responses.js';

/** RFC 6749 sections 4.1.2.1 and 5.2, RFC 8707 section 2, RFC 7591 section 3.2.2, OpenID Connect Core section 3.1.2.6. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_token'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'access_denied'
  | 'login_required'
  | 'consent_required';

export class OAuthError extends Error {
  constructor(
    readonly code: OAuthErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export function oauthFailure(error: OAuthError): LocalResponse {
  const status = error.code === 'invalid_client' || error.code === 'invalid_token' ? 401 : 400;
  const challenge = CHALLENGES[error.code];
  return json(
    { error: error.code, error_description: error.message },
    status,
    challenge ? [['WWW-Authenticate', challenge]] : [],
  );
}

const CHALLENGES: Readonly<Partial<Record<OAuthErrorCode, string>>> = {
  invalid_client: 'Basic realm="oauth"',
  invalid_token: 'Bearer error="invalid_token"',
};
