/** Tokens of the authorization server: their format, validity and revocation. */
import { settingsOf } from '../instance/settings.js';
import { isGood, type TokenFormat } from '../tokens/machine-tokens.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { OAuthAccessTokenRow, OAuthApplicationRow } from '../../state/rows.js';

/** JWTs, unless the application or the instance says otherwise. */
export const tokenFormatOf = (state: InstanceState, application: OAuthApplicationRow): TokenFormat =>
  application.access_token_format ?? (settingsOf(state, 'oauth').oauth_jwt_access_tokens ? 'jwt' : 'opaque');

/** A resource server checks a JWT by itself, so that nothing can end it before its time. */
export const isJwt = (row: OAuthAccessTokenRow): boolean => !row.token.startsWith('oat_');

/** The row of an access token that is neither revoked nor expired. */
export function findAccessToken(state: InstanceState, token: string): OAuthAccessTokenRow | undefined {
  const row = state.table('oauth_access_tokens').by('token', token)[0];
  return row !== undefined && isGood(state, row) ? row : undefined;
}

/** Whether the token is a JWT of this instance, expired or not. Clerk tells expired from unknown for JWTs alone. */
export const isKnownJwt = (state: InstanceState, token: string): boolean =>
  state.table('oauth_access_tokens').by('token', token).some(isJwt);

export type Revocation = 'revoked' | 'unknown' | 'jwt';

/** Ends an access or refresh token of the client, and every other token that came from the same authorization. */
export function revokeToken(
  state: InstanceState,
  { client_id: clientId }: OAuthApplicationRow,
  token: string,
): Revocation {
  const access = state.table('oauth_access_tokens').by('token', token)[0];
  const { client_id: owner, grant_id: grantId } = access ?? state.table('oauth_refresh_tokens').get(token) ?? {};
  if (owner !== clientId) return 'unknown';
  if (access !== undefined && isJwt(access)) return 'jwt';
  if (grantId !== undefined) revokeGrant(state, grantId);
  else if (access !== undefined) markRevoked(state, 'oauth_access_tokens', access.id);
  return 'revoked';
}

/** Ends every token that came from one authorization, but for JWTs. */
export function revokeGrant(state: InstanceState, grantId: string): void {
  for (const row of state.table('oauth_access_tokens').by('grant_id', grantId))
    if (!isJwt(row)) markRevoked(state, 'oauth_access_tokens', row.id);
  for (const { id } of state.table('oauth_refresh_tokens').by('grant_id', grantId))
    markRevoked(state, 'oauth_refresh_tokens', id);
}

function markRevoked(state: InstanceState, table: 'oauth_access_tokens' | 'oauth_refresh_tokens', id: string): void {
  const reason = 'Revoked by the authorization server';
  state.table(table).update(id, { revoked: true, revocation_reason: reason, updated_at: state.now() });
}
