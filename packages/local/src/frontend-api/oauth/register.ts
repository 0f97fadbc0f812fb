/** Dynamic client registration (RFC 7591), as MCP clients use it. */
import type { LocalResponse } from '../../http/messages.js';
import { jsonOf, type FrontendCall } from '../frontend-call.js';
import { json } from '../../http/responses.js';
import { isSafeRedirect } from '../../model/oauth/clients.js';
import { registerOAuthApplication } from '../../model/oauth/applications.js';
import { OAuthError } from '../../model/oauth/oauth-error.js';
import { STANDARD_SCOPES } from './metadata.js';

const GRANTS = new Set(['authorization_code', 'refresh_token']);
const METHODS = new Set(['none', 'client_secret_basic', 'client_secret_post']);
const LONGEST = 1024;

/** Metadata of RFC 7591 section 2, as nothing has checked it yet. */
interface ClientMetadata {
  readonly redirect_uris?: unknown;
  readonly token_endpoint_auth_method?: unknown;
  readonly grant_types?: unknown;
  readonly client_name?: unknown;
  readonly client_uri?: unknown;
  readonly logo_uri?: unknown;
  readonly scope?: unknown;
}

export function register(call: FrontendCall): LocalResponse {
  const { state } = call;
  const asked: ClientMetadata = jsonOf(call);
  const redirectUris = strings(asked.redirect_uris);
  if (redirectUris.length === 0 || !redirectUris.every(isSafeRedirect)) {
    throw new OAuthError(
      'invalid_redirect_uri',
      'redirect_uris must hold https URLs, http URLs on loopback, or an app scheme.',
    );
  }
  const method = text(asked.token_endpoint_auth_method) ?? 'client_secret_basic';
  const grants = asked.grant_types === undefined ? ['authorization_code'] : strings(asked.grant_types);
  if (!METHODS.has(method) || !grants.every((grant) => GRANTS.has(grant))) {
    throw new OAuthError(
      'invalid_client_metadata',
      'Supported: the code and refresh grants; no secret, basic or post authentication.',
    );
  }
  const isPublic = method === 'none';
  const application = registerOAuthApplication(state, {
    name: text(asked.client_name) ?? 'Unnamed client',
    client_uri: text(asked.client_uri),
    client_image_url: text(asked.logo_uri),
    redirect_uris: redirectUris,
    scopes: text(asked.scope) ?? STANDARD_SCOPES.filter((scope) => scope !== 'private_metadata').join(' '),
    public: isPublic,
    pkce_required: true,
    client_secret: isPublic ? '' : state.secret(40),
  });
  const secret = isPublic ? {} : { client_secret: application.client_secret, client_secret_expires_at: 0 };
  const answer = {
    client_id: application.client_id,
    ...secret,
    client_id_issued_at: Math.floor(state.now() / 1000),
    client_name: application.name,
    redirect_uris: redirectUris,
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: method,
    scope: application.scopes,
  };
  return json(answer, 201);
}

function strings(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const texts = value.filter((item): item is string => typeof item === 'string');
  return texts.length === value.length ? texts : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : null;
}
