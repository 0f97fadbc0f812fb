/** Access tokens as the authorization server sees them: whether they are good, and how they end. */
import { isExpired } from '../tokens/machine-tokens.js';
import type { Row, InstanceState } from '../../state/instance-state.js';

/** The row of an access token that is neither revoked nor expired. */
export function findAccessToken(state: InstanceState, token: string): Row | undefined {
  const row = state.table('oauth_access_tokens').by('token', token)[0];
  return row === undefined || row['revoked'] === true || isExpired(state, row) ? undefined : row;
}

/** Ends every token that came from one authorization. */
export function revokeGrant(state: InstanceState, grantId: string): void {
  for (const name of ['oauth_access_tokens', 'oauth_refresh_tokens']) {
    const table = state.table(name);
    for (const row of table.by('grant_id', grantId)) {
      table.update(row.id, {
        revoked: true,
        revocation_reason: 'Revoked by the authorization server',
        updated_at: state.now(),
      });
    }
  }
}
