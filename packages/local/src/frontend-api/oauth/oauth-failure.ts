/** OAuth's own error answers: not Clerk's envelope, but RFC 6749's. */
import type { LocalResponse } from '../../http/messages.js';
import { json } from '../../http/responses.js';
import type { OAuthError, OAuthErrorCode } from '../../model/oauth/oauth-error.js';

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
