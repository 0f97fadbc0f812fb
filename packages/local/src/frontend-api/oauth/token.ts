/** The token endpoint: codes and refresh tokens become access tokens. */
import { createHash } from 'node:crypto';
import { isSameSecret } from '../../ground/same-secret.js';
import { issueOAuthToken } from '../../model/tokens/machine-tokens.js';
import type { LocalResponse } from '../../http/messages.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { AuthorizationCodeRow, OAuthApplicationRow, OAuthRefreshTokenRow } from '../../state/rows.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { json } from '../../http/responses.js';
import { resourcesOf } from './authorization-request.js';
import { authenticateClient } from '../../model/oauth/clients.js';
import { OAuthError } from '../../model/oauth/oauth-error.js';
import { revokeGrant, tokenFormatOf } from '../../model/oauth/grants.js';
import { organizationOfGrant } from '../../model/oauth/organization.js';
import { grantableScopes, words } from '../../model/oauth/scopes.js';
import { idToken } from '../../model/oauth/profile.js';

const HOUR = 3600;
const ACCESS_LIFETIME_SECONDS = 24 * HOUR;

/** What was granted once, and is renewed by each refresh. */
interface Grant {
  readonly grantId: string;
  readonly application: OAuthApplicationRow;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly organizationId: string | null;
  readonly nonce: string | null;
}

const GRANTS: Readonly<
  Record<string, (state: InstanceState, application: OAuthApplicationRow, form: URLSearchParams) => Grant>
> = {
  authorization_code: redeemCode,
  refresh_token: redeemRefreshToken,
};

/** @throws OAuthError */
export function token(call: FrontendCall): LocalResponse {
  const form = formOf(call);
  const application = authenticateClient(call.state, call.request.headers['authorization'], form);
  const type = form.get('grant_type') ?? '';
  const redeem = Object.hasOwn(GRANTS, type) ? GRANTS[type] : undefined;
  if (redeem === undefined)
    throw new OAuthError('unsupported_grant_type', 'Supported: authorization_code and refresh_token.');
  return issue(call.state, redeem(call.state, application, form));
}

function redeemCode(state: InstanceState, application: OAuthApplicationRow, form: URLSearchParams): Grant {
  const code = state.table('authorization_codes').get(form.get('code') ?? '');
  if (code === undefined || code.client_id !== application.client_id) throw invalidGrant('The code is unknown.');
  if (code.used) {
    // Two parties hold the code: whoever got tokens for it may be the wrong one (RFC 6749 section 4.1.2).
    revokeGrant(state, code.id);
    throw invalidGrant('The code was used before; its tokens are revoked.');
  }
  if (code.expires_at <= state.now()) throw invalidGrant('The code has expired.');
  if (form.get('redirect_uri') !== code.redirect_uri) throw invalidGrant('redirect_uri is not the one of the request.');
  checkVerifier(code.code_challenge, form.get('code_verifier'));
  const grant = grantOf(application, code, form);
  state.table('authorization_codes').update(code.id, { used: true });
  return { ...grant, grantId: code.id, nonce: code.nonce };
}

/** PKCE (RFC 7636 section 4.6). A verifier without a challenge is refused too, or a stripped challenge would go unnoticed. */
function checkVerifier(challenge: string | null, verifier: string | null): void {
  if (challenge === null && verifier === null) return;
  if (challenge === null || verifier === null || !/^[\w.~-]{43,128}$/.test(verifier)) {
    throw invalidGrant('The code_verifier is missing or malformed.');
  }
  if (!isSameSecret(createHash('sha256').update(verifier).digest('base64url'), challenge)) {
    throw invalidGrant('The code_verifier does not fit.');
  }
}

function redeemRefreshToken(state: InstanceState, application: OAuthApplicationRow, form: URLSearchParams): Grant {
  const table = state.table('oauth_refresh_tokens');
  const row = table.get(form.get('refresh_token') ?? '');
  if (row === undefined || row.client_id !== application.client_id || row.revoked) {
    throw invalidGrant('The refresh token is unknown or revoked.');
  }
  if (row.used) {
    // Refresh tokens rotate: an old one in use means that a copy exists (RFC 9700 section 4.14.2).
    revokeGrant(state, row.grant_id);
    throw invalidGrant('The refresh token was used before; its tokens are revoked.');
  }
  const grant = grantOf(application, row, form);
  const asked = form.get('scope');
  const scopes = asked === null ? grant.scopes : words(asked);
  if (!scopes.every((scope) => grant.scopes.includes(scope))) {
    throw new OAuthError('invalid_scope', 'A refresh cannot widen the scope.');
  }
  // A scope that the application has lost since is granted no more; tokens that have it keep it.
  grantableScopes(state, application, scopes);
  table.update(row.id, { used: true });
  return { ...grant, scopes, grantId: row.grant_id, nonce: null };
}

function grantOf(
  application: OAuthApplicationRow,
  row: AuthorizationCodeRow | OAuthRefreshTokenRow,
  form: URLSearchParams,
): Omit<Grant, 'grantId' | 'nonce'> {
  const granted = row.resources;
  const asked = resourcesOf(form);
  if (granted.length > 0 && !asked.every((resource) => granted.includes(resource))) {
    throw new OAuthError('invalid_target', 'A resource was asked for that was not granted.');
  }
  return {
    application,
    userId: row.user_id,
    scopes: row.scopes,
    resources: asked.length > 0 ? asked : granted,
    organizationId: row.organization_id ?? null,
  };
}

function issue(state: InstanceState, grant: Grant): LocalResponse {
  const { application, grantId, userId, scopes, resources } = grant;
  const organizationId = organizationOfGrant(state, userId, grant.organizationId)?.id;
  if (state.table('users').get(userId) === undefined) throw invalidGrant('The user is gone.');
  const clientId = application.client_id;
  const access = issueOAuthToken(state, {
    userId,
    clientId,
    scopes,
    ...(resources.length === 0 ? {} : { audience: resources }),
    organizationId,
    format: tokenFormatOf(state, application),
    expiresInSeconds: ACCESS_LIFETIME_SECONDS,
  });
  state.table('oauth_access_tokens').update(access.id, { grant_id: grantId });
  const refresh = state.table('oauth_refresh_tokens').insert({
    id: state.secret(43),
    grant_id: grantId,
    client_id: clientId,
    user_id: userId,
    scopes,
    resources,
    organization_id: grant.organizationId,
    used: false,
    revoked: false,
    created_at: state.now(),
  });
  return json({
    access_token: access.token,
    token_type: 'Bearer',
    expires_in: ACCESS_LIFETIME_SECONDS,
    refresh_token: refresh.id,
    scope: scopes.join(' '),
    ...(scopes.includes('openid')
      ? { id_token: idToken(state, { userId, clientId, scopes, organizationId, nonce: grant.nonce }) }
      : {}),
  });
}

function invalidGrant(message: string): OAuthError {
  return new OAuthError('invalid_grant', message);
}
