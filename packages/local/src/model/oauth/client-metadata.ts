/** What a client says of itself, at registration (RFC 7591 section 2) or in its metadata document. */
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { OAuthApplicationRow } from '../../state/rows.js';
import { isSafeRedirect } from './clients.js';
import { OAuthError } from './oauth-error.js';
import { defaultScopes } from './scopes.js';

const GRANTS = new Set(['authorization_code', 'refresh_token']);
const METHODS = new Set(['none', 'client_secret_basic', 'client_secret_post']);
const LONGEST = 1024;

/** As nothing has checked it yet. */
export interface ClientMetadata {
  readonly redirect_uris?: unknown;
  readonly token_endpoint_auth_method?: unknown;
  readonly grant_types?: unknown;
  readonly client_name?: unknown;
  readonly client_uri?: unknown;
  readonly logo_uri?: unknown;
  readonly scope?: unknown;
}

export interface CheckedMetadata {
  readonly method: string;
  readonly grants: readonly string[];
  /** It has no secret. */
  readonly isPublic: boolean;
  readonly application: Draft<OAuthApplicationRow> & { readonly redirect_uris: readonly string[] };
}

/** @throws OAuthError `invalid_redirect_uri`, `invalid_client_metadata` */
export function readClientMetadata(state: InstanceState, asked: ClientMetadata): CheckedMetadata {
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
  const name = text(asked.client_name);
  return {
    method,
    grants,
    isPublic,
    application: {
      ...(name === null ? {} : { name }),
      client_uri: text(asked.client_uri),
      client_image_url: text(asked.logo_uri),
      redirect_uris: redirectUris,
      scopes: text(asked.scope) ?? defaultScopes(state).join(' '),
      public: isPublic,
      pkce_required: isPublic,
    },
  };
}

function strings(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const texts = value.filter((item): item is string => typeof item === 'string');
  return texts.length === value.length ? texts : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : null;
}
