/** Access tokens as the authorization server sees them: whether they are good, and how they end. */
import { isGood } from '../tokens/machine-tokens.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { OAuthAccessTokenRow } from '../../state/rows.js';

/** The row of an access token that is neither revoked nor expired. */
export function findAccessToken(state: InstanceState, token: string): OAuthAccessTokenRow | undefined {
  const row = state.table('oauth_access_tokens').by('token', token)[0];
  return row !== undefined && isGood(state, row) ? row : undefined;
}

/** Ends every token that came from one authorization. */
export function revokeGrant(state: InstanceState, grantId: string): void {
  for (const name of ['oauth_access_tokens', 'oauth_refresh_tokens'] as const) {
    for (const { id } of state.table(name).by('grant_id', grantId)) {
      state.table(name).update(id, {
        revoked: true,
        revocation_reason: 'Revoked by the authorization server',
        updated_at: state.now(),
      });
    }
  }
}
