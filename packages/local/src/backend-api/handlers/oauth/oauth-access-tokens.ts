/** Is an OAuth access token good? Asked by resource servers. */
import { isExpired } from '../../../model/tokens/machine-tokens.js';
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { ApiError, bodyOf, LATER_FIELDS } from '../../engine/operation.js';
import type { Handlers } from '../../engine/operation.js';

export const oauthAccessTokensHandlers: Handlers = {
  verifyOAuthAccessToken(call, state) {
    const { access_token: token, secret } = bodyOf(call);
    const row = state.table('oauth_access_tokens').by('token', token ?? secret)[0];
    // SDKs take any 200 for a good token.
    if (row === undefined || row['revoked'] === true || isExpired(state, row)) {
      throw new ApiError(404, 'resource_not_found', 'not found', { longMessage: 'No OAuth access token was found.' });
    }
    return view(state, row);
  },
};

/** Clerk gives the dates of these tokens in seconds. */
function view(state: InstanceState, row: Row): Record<string | symbol, unknown> {
  const seconds = (field: string): number | null =>
    typeof row[field] === 'number' ? Math.floor(row[field] / 1000) : null;
  return {
    ...row,
    expired: isExpired(state, row),
    expiration: seconds('expiration'),
    created_at: seconds('created_at'),
    updated_at: seconds('updated_at'),
    // Named by Clerk since the document was made: for which resource the token is good (RFC 8707).
    ...(row['aud'] === undefined ? {} : { [LATER_FIELDS]: { aud: row['aud'] } }),
  };
}
