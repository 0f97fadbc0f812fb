/** Asking about tokens, and ending them: userinfo, introspection (RFC 7662), revocation (RFC 7009). */
import type { LocalResponse } from '../../http/messages.js';
import type { Fields, OAuthAccessTokenRow } from '../../state/rows.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { json } from '../../http/responses.js';
import { refusal } from '../../model/records/refusals.js';
import { refused } from '../refused.js';
import { authenticateClient } from '../../model/oauth/clients.js';
import { OAuthError } from '../../model/oauth/oauth-error.js';
import { findAccessToken, revokeToken } from '../../model/oauth/grants.js';
import { userInfo } from '../../model/oauth/profile.js';

/** Its refusals are in Clerk's own form, with the challenge of RFC 6750 section 3.1. */
export function userinfo({ state, request }: FrontendCall): LocalResponse {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers['authorization'] ?? '') ?? [];
  const row = token === undefined ? undefined : findAccessToken(state, token);
  const user = row === undefined ? undefined : state.table('users').get(row.subject);
  if (row === undefined || user === undefined) return refusedToken();
  return json(userInfo(state, user, row));
}

function refusedToken(): LocalResponse {
  const answer = refused(refusal('oauth_fetch_user_error'));
  return { ...answer, headers: [...answer.headers, ['WWW-Authenticate', 'Bearer error="invalid_token"']] };
}

/** A client learns of its own tokens only; all others are not active to it. */
export function introspect(call: FrontendCall): LocalResponse {
  const { state } = call;
  const form = formOf(call);
  const application = authenticateClient(state, call.request.headers['authorization'], form);
  const token = form.get('token') ?? '';
  const access = findAccessToken(state, token);
  if (access !== undefined && access.client_id === application.client_id)
    return json(describeAccess(access, state.frontendApiUrl));
  const refresh = state.table('oauth_refresh_tokens').get(token);
  const live = refresh !== undefined && refresh.used !== true && refresh.revoked !== true;
  if (!live || refresh.client_id !== application.client_id) return json({ active: false });
  return json({
    active: true,
    client_id: refresh.client_id,
    sub: refresh.user_id,
    scope: refresh.scopes.join(' '),
    ...(refresh.organization_id ? { org_id: refresh.organization_id } : {}),
  });
}

function describeAccess(row: OAuthAccessTokenRow, issuer: string): Fields {
  const seconds = (ms: number) => Math.floor(ms / 1000);
  return {
    active: true,
    client_id: row.client_id,
    sub: row.subject,
    scope: row.scopes.join(' '),
    ...(row.aud === undefined ? {} : { aud: row.aud }),
    ...(row.org_id === undefined ? {} : { org_id: row.org_id }),
    iss: issuer,
    token_type: 'Bearer',
    iat: seconds(row.created_at),
    ...(row.expiration === null ? {} : { exp: seconds(row.expiration) }),
  };
}

/**
 * Answers 200 whether or not the token was known (RFC 7009 section 2.2). Ending one token ends all of its grant.
 *
 * @throws OAuthError `unsupported_token_type` for a JWT
 */
export function revoke(call: FrontendCall): LocalResponse {
  const { state } = call;
  const form = formOf(call);
  const application = authenticateClient(state, call.request.headers['authorization'], form);
  if (revokeToken(state, application, form.get('token') ?? '') === 'jwt')
    throw new OAuthError('unsupported_token_type', 'A JWT cannot be revoked: it ends when it expires.');
  return json({});
}
