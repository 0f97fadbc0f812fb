/** Is an OAuth access token good? Asked by resource servers. And the tokens that social providers gave for users. */
import { refusal } from '../../../model/records/refusals.js';
import { list } from '../../../model/records/resource.js';
import { findAccessToken, isKnownJwt } from '../../../model/oauth/grants.js';
import { providerTokens, providerTokensOf } from '../../../model/oauth/provider-tokens.js';
import type { OAuthAccessTokenRow } from '../../../state/rows.js';
import { bodyOf, LATER_FIELDS, param, type Handlers } from '../../engine/operation.js';
import { userOf } from '../users/user-handlers.js';

export const oauthAccessTokenHandlers: Handlers = {
  verifyOAuthAccessToken(call, state) {
    const body = bodyOf<{ readonly access_token?: string; readonly secret?: string }>(call);
    const token = body.access_token ?? body.secret ?? '';
    const row = findAccessToken(state, token);
    if (row === undefined && isKnownJwt(state, token)) return { active: false };
    // SDKs take any 200 for a good token.
    if (row === undefined) throw refusal('resource_not_found', 'No OAuth access token was found.');
    return view(row);
  },
  GetOAuthAccessToken: (call, state) => {
    const rows = providerTokensOf(state, userOf(call, state).id, param(call, 'provider'));
    return list(state, providerTokens, call.query, { rows });
  },
};

/** Clerk gives the dates of these tokens in seconds. */
function view(row: OAuthAccessTokenRow) {
  const seconds = (ms: number | null): number | null => (typeof ms === 'number' ? Math.floor(ms / 1000) : null);
  return {
    ...row,
    expired: false,
    expiration: seconds(row.expiration),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    // Named by Clerk since the document was made: for which resource the token is good (RFC 8707), and the organization.
    [LATER_FIELDS]: {
      ...(row.aud === undefined ? {} : { aud: row.aud }),
      ...(row.org_id === undefined ? {} : { org_id: row.org_id }),
    },
  };
}
