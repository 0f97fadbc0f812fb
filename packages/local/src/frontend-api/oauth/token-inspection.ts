/** Asking about tokens, and ending them: userinfo, introspection (RFC 7662), revocation (RFC 7009). */
import type { LocalResponse, Row } from '../../state/instance-state.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { json } from '../../http/responses.js';
import { authenticateClient } from '../../model/oauth/clients.js';
import { OAuthError } from './oauth-error.js';
import { findAccessToken, revokeGrant } from '../../model/oauth/grants.js';
import { profileOf } from '../../model/oauth/profile.js';

/** @throws OAuthError `invalid_token` */
export function userinfo({ state, request }: FrontendCall): LocalResponse {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers['authorization'] ?? '') ?? [];
  const row = token === undefined ? undefined : findAccessToken(state, token);
  const user = row === undefined ? undefined : state.table('users').get(String(row['subject']));
  if (row === undefined || user === undefined)
    throw new OAuthError('invalid_token', 'The access token is missing, expired or revoked.');
  return json(profileOf(state, user, row['scopes'] as readonly string[]));
}

/** A client learns of its own tokens only; all others are not active to it. */
export function introspect(call: FrontendCall): LocalResponse {
  const { state } = call;
  const form = formOf(call);
  const application = authenticateClient(state, call.request.headers['authorization'], form);
  const token = form.get('token') ?? '';
  const access = findAccessToken(state, token);
  if (access !== undefined && access['client_id'] === application['client_id'])
    return json(describeAccess(access, state.frontendApiUrl));
  const refresh = state.table('oauth_refresh_tokens').get(token);
  const live = refresh !== undefined && refresh['used'] !== true && refresh['revoked'] !== true;
  if (!live || refresh['client_id'] !== application['client_id']) return json({ active: false });
  return json({
    active: true,
    client_id: refresh['client_id'],
    sub: refresh['user_id'],
    scope: (refresh['scopes'] as string[]).join(' '),
  });
}

function describeAccess(row: Row, issuer: string): Readonly<Record<string, unknown>> {
  const seconds = (ms: unknown) => Math.floor(Number(ms) / 1000);
  return {
    active: true,
    client_id: row['client_id'],
    sub: row['subject'],
    scope: (row['scopes'] as readonly string[]).join(' '),
    ...(row['aud'] === undefined ? {} : { aud: row['aud'] }),
    iss: issuer,
    token_type: 'Bearer',
    iat: seconds(row['created_at']),
    ...(row['expiration'] === null ? {} : { exp: seconds(row['expiration']) }),
  };
}

/** Answers 200 whether or not the token was known (RFC 7009 section 2.2). Ending one token ends all of its grant. */
export function revoke(call: FrontendCall): LocalResponse {
  const { state } = call;
  const form = formOf(call);
  const application = authenticateClient(state, call.request.headers['authorization'], form);
  const token = form.get('token') ?? '';
  const row =
    state.table('oauth_access_tokens').by('token', token)[0] ?? state.table('oauth_refresh_tokens').get(token);
  if (row?.['client_id'] !== application['client_id'] || row === undefined) return json({});
  if (typeof row['grant_id'] === 'string') revokeGrant(state, row['grant_id']);
  else state.table('oauth_access_tokens').update(row.id, { revoked: true, updated_at: state.now() });
  return json({});
}
