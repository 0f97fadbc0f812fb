/** Machines, keys and tokens, and the applications that they are given to. Types only. */
import type {
  ActorToken,
  ApiKeysCreateResponse,
  M2mTokensCreateResponse,
  MachineScope,
  MachineWithoutScopedMachines,
  OAuthAccessToken,
  OAuthApplicationWithSecret,
  OauthAccessTokensVerifyResponse,
  SignInToken,
} from 'bailiff/api/types';
import type { Fields, ResourceRow, InternalRow } from './stored.js';

export type MachineRow = ResourceRow<
  MachineWithoutScopedMachines,
  {
    default_token_ttl: number;
    secret_key: string;
    previous_secret_key: string | null;
    previous_secret_expires_at: number | null;
  }
>;

export type MachineScopeRow = ResourceRow<MachineScope>;

export type M2MTokenRow = ResourceRow<
  M2mTokensCreateResponse,
  { claims: Fields | null; scopes: readonly string[] },
  'expired'
>;

export type ApiKeyRow = ResourceRow<ApiKeysCreateResponse, { object: string; claims: Fields | null }, 'expired'>;

export type OAuthApplicationRow = ResourceRow<
  OAuthApplicationWithSecret,
  {
    /** Absent: as the instance's settings say. */
    access_token_format?: 'opaque' | 'jwt';
    /** The client is known by its metadata document, whose URL is its id. */
    metadata_document?: boolean;
    /** Nobody registered the client: its document was enough. */
    implicitly_allowed?: boolean;
    instance_id?: string;
    redirect_uris?: readonly string[];
    callback_url?: string;
    public?: boolean;
    pkce_required?: boolean;
    consent_screen_enabled?: boolean;
  }
>;

export type OAuthAccessTokenRow = ResourceRow<
  Exclude<OauthAccessTokensVerifyResponse, { active: false }>,
  { token: string; aud?: string | readonly string[]; org_id?: string; grant_id?: string },
  'expired'
>;

/** What was granted once: the id of the authorization code stands for it. */
export type GrantedRow = InternalRow<{
  client_id: string;
  user_id: string;
  scopes: readonly string[];
  resources: readonly string[];
  /** With `user:org:read`. */
  organization_id?: string | null;
  used: boolean;
  created_at: number;
}>;

export type AuthorizationCodeRow = GrantedRow & {
  redirect_uri: string;
  code_challenge: string | null;
  nonce: string | null;
  expires_at: number;
};

export type OAuthRefreshTokenRow = GrantedRow & {
  grant_id: string;
  revoked: boolean;
  revocation_reason?: string;
  updated_at?: number;
};

export type SignInTokenRow = ResourceRow<SignInToken, { expires_at: number; org_id?: string | null }>;

export type ActorTokenRow = ResourceRow<
  ActorToken,
  { expires_at: number; session_max_duration_in_seconds?: number | null; actor: Fields }
>;

export type ProviderTokenRow = ResourceRow<OAuthAccessToken[number], { user_id: string }>;
