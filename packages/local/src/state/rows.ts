/**
 * The rows of the tables: what the document says of a resource, without what a view works out, and with what only the instance keeps.
 * Types only. A seed's `tables` are taken as they are, so a row from there may lack fields that its type promises; views look twice.
 */
import type {
  ActorToken,
  AllowlistIdentifier,
  ApiKeysCreateResponse,
  BillingPaymentAttempt,
  BillingPriceResponse,
  BillingStatement,
  BlocklistIdentifier,
  Client,
  CommercePayerResponse,
  CommercePlan,
  CommerceSubscription,
  CommerceSubscriptionItem,
  Domain,
  EmailAddress,
  EnterpriseAccount,
  EnterpriseConnection,
  ExternalAccountWithVerification,
  Invitation,
  JWTTemplate,
  M2mTokensCreateResponse,
  MachineScope,
  MachineWithoutScopedMachines,
  OAuthAccessToken,
  OAuthApplicationWithSecret,
  OauthAccessTokensVerifyResponse,
  Organization,
  OrganizationDomain,
  OrganizationInvitation,
  OrganizationMembership,
  Passkey,
  Permission,
  PhoneNumber,
  RedirectURL,
  Role,
  RoleSet,
  SAMLAccount,
  SAMLConnection,
  Session,
  SignInToken,
  SignUp,
  Template,
  TestingToken,
  User,
  WaitlistEntry,
  Web3Wallet,
} from '../../../../src/api/generated/types.js';

/** Plain JSON as somebody chose it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Rows are frozen through and through: their lists too. */
type Frozen<Value> = Value extends readonly (infer Item)[] ? readonly Item[] : Value;

/** Also of a union, each member on its own. */
type Without<Shown, Names extends PropertyKey> = Shown extends unknown ? Omit<Shown, Names> : never;

/** What the document shows, but for what is worked out; `Own` are fields that the instance keeps beside it, or keeps in another form. */
type Stored<Shown, Own = unknown, WorkedOut extends PropertyKey = never> = {
  [Name in keyof Without<Shown, WorkedOut | keyof Own | 'id'>]: Frozen<
    Without<Shown, WorkedOut | keyof Own | 'id'>[Name]
  >;
} & Own & { id: string };

type Times = { created_at: number; updated_at: number };

/** A row without a resource in the document. */
type Kept<Own> = Own & { id: string };

/** A part of a user. */
type PartOfUser<Shown, Own = unknown> = Stored<Shown, Own & { user_id: string }>;

type PartsOfUser =
  | 'email_addresses'
  | 'phone_numbers'
  | 'web3_wallets'
  | 'passkeys'
  | 'external_accounts'
  | 'saml_accounts'
  | 'enterprise_accounts'
  | 'organization_memberships';

export type UserRow = Stored<
  User,
  {
    first_name?: string | null;
    last_name?: string | null;
    username?: string | null;
    banned?: boolean;
    image_url?: string | null;
    password_digest?: string | null;
    password_hasher?: string | null;
    password_compromised?: boolean;
    totp_secret?: string | null;
    backup_codes?: readonly string[] | null;
    /** Time in ms at which a lock ends. */
    locked_until?: number | null;
  },
  | PartsOfUser
  | 'profile_image_url'
  | 'has_image'
  | 'password_enabled'
  | 'two_factor_enabled'
  | 'totp_enabled'
  | 'backup_code_enabled'
  | 'locked'
  | 'lockout_expires_in_seconds'
>;

export type EmailAddressRow = PartOfUser<EmailAddress>;
export type PhoneNumberRow = PartOfUser<PhoneNumber>;
export type Web3WalletRow = PartOfUser<Web3Wallet, { reserved?: boolean; linked_to?: readonly unknown[] }>;
export type ExternalAccountRow = PartOfUser<ExternalAccountWithVerification, { provider?: string }>;

/** What tokens of one session say beside what users and memberships say. Not part of the API's session object. */
export interface SessionExtras {
  /** Custom claims, as session token customisation adds them. */
  readonly claims?: Fields | undefined;
  /** Instead of the permissions of the role. */
  readonly permissions?: readonly string[] | undefined;
  /** `o:invoices`, `u:beta`, `ou:reports`. */
  readonly features?: readonly string[] | undefined;
  /** `o:team`, `u:pro`. */
  readonly plans?: readonly string[] | undefined;
  /** Origin that the tokens were minted for. */
  readonly azp?: string | undefined;
  /** When the first and second factor were verified (ms); null: never. */
  readonly verifiedAt?: readonly [number | null, number | null] | undefined;
}

export type SessionRow = Stored<Session, { extras?: SessionExtras; actor?: Fields | null; latest_activity?: unknown }>;

export type ClientRow = Stored<Client, unknown, 'session_ids' | 'sessions'>;

/** A browser; its id is its token. */
export type DevBrowserRow = Kept<Times & { client_id: string | null }>;

/** A refresh token; its id is the token. */
export type RefreshTokenRow = Kept<{ session_id: string; created_at: number }>;

/** What a handshake set aside; the id is the nonce. */
export type HandshakeRow = Kept<{ directives: readonly string[]; created_at: number; expires_at?: number }>;

export type OrganizationRow = Stored<
  Organization,
  { image_url?: string | null },
  'has_image' | 'members_count' | 'missing_member_with_elevated_permissions' | 'pending_invitations_count'
>;

export type MembershipRow = Stored<
  OrganizationMembership,
  { organization_id: string; user_id: string },
  'role_name' | 'permissions' | 'organization' | 'public_user_data'
>;

export type OrganizationInvitationRow = Stored<
  OrganizationInvitation,
  { organization_id: string; status: string; expires_at: number; redirect_url?: string },
  'role_name' | 'public_inviter_data'
>;

export type OrganizationDomainRow = Stored<
  OrganizationDomain,
  { verification: Fields | null },
  'public_organization_data'
>;

/** A role holds the keys of its permissions. */
export type RoleRow = Stored<Role, { permissions: readonly string[] }>;
export type PermissionRow = Stored<Permission>;

/** A role set holds the keys of its roles. */
export type RoleSetRow = Stored<
  RoleSet,
  { roles: readonly string[]; default_role_key?: string; creator_role_key?: string },
  'default_role' | 'creator_role' | 'role_set_migration'
>;

export type InvitationRow = Stored<Invitation, { expires_at: number; redirect_url?: string }, 'revoked'>;
export type WaitlistEntryRow = Stored<WaitlistEntry, { invitation_id?: string; invited_at?: number }, 'invitation'>;

export type MachineRow = Stored<
  MachineWithoutScopedMachines,
  {
    default_token_ttl: number;
    secret_key: string;
    previous_secret_key: string | null;
    previous_secret_expires_at: number | null;
  }
>;
export type MachineScopeRow = Stored<MachineScope>;
export type M2MTokenRow = Stored<
  M2mTokensCreateResponse,
  { claims: Fields | null; scopes: readonly string[] },
  'expired'
>;
export type ApiKeyRow = Stored<ApiKeysCreateResponse, { object: string; claims: Fields | null }, 'expired'>;

export type OAuthApplicationRow = Stored<
  OAuthApplicationWithSecret,
  {
    access_token_format?: string;
    instance_id?: string;
    redirect_uris?: readonly string[];
    callback_url?: string;
    public?: boolean;
    pkce_required?: boolean;
    consent_screen_enabled?: boolean;
  }
>;
export type OAuthAccessTokenRow = Stored<
  Exclude<OauthAccessTokensVerifyResponse, { active: false }>,
  { token: string; aud?: string | readonly string[]; grant_id?: string },
  'expired'
>;

/** What was granted once: the id of the authorization code stands for it. */
type GrantedRow = Kept<{
  client_id: string;
  user_id: string;
  scopes: readonly string[];
  resources: readonly string[];
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

export type SignInTokenRow = Stored<SignInToken, { expires_at: number }>;
export type ActorTokenRow = Stored<
  ActorToken,
  { expires_at: number; session_max_duration_in_seconds?: number | null; actor: Fields }
>;
export type ProviderTokenRow = Stored<OAuthAccessToken[number], { user_id: string }>;

export type JwtTemplateRow = Stored<
  JWTTemplate,
  {
    claims: Fields;
    lifetime?: number;
    allowed_clock_skew?: number;
    custom_signing_key?: boolean;
    signing_key?: string;
  }
>;
export type MessageTemplateRow = Stored<Template, { key: string }>;

export type PlanRow = Stored<
  CommercePlan,
  { amount: number; annual_monthly_amount?: number | null; currency?: string },
  'fee' | 'annual_monthly_fee' | 'annual_fee'
>;
export type PriceRow = Stored<
  BillingPriceResponse,
  unknown,
  'instance_id' | 'currency_symbol' | 'fee' | 'annual_monthly_fee'
>;
export type PayerRow = Stored<CommercePayerResponse, { user_id?: string; organization_id?: string }>;
export type SubscriptionItemRow = Stored<
  CommerceSubscriptionItem,
  { subscription_id: string; organization_id?: string; user_id?: string; lifetime_paid?: number },
  'instance_id' | 'plan' | 'payer' | 'next_payment'
>;
export type SubscriptionRow = Stored<
  CommerceSubscription,
  { organization_id?: string; user_id?: string },
  'instance_id' | 'subscription_items' | 'next_payment'
>;
export type PaymentAttemptRow = Stored<
  BillingPaymentAttempt,
  { payment_id?: string; amount: number; currency: string },
  'instance_id' | 'payer'
>;
export type StatementRow = Stored<
  BillingStatement,
  { payer_id: string; currency: string },
  'instance_id' | 'payer' | 'totals' | 'groups'
>;

export type SamlConnectionRow = Stored<
  SAMLConnection,
  { domain?: string; domains: readonly string[]; attribute_mapping?: Fields },
  'acs_url' | 'sp_entity_id' | 'sp_metadata_url' | 'user_count'
>;
export type EnterpriseConnectionRow = Stored<
  EnterpriseConnection,
  {
    domain?: string;
    domains?: readonly string[];
    organization_id?: string | null;
    saml_connection?: Fields | null;
    oauth_config?: Fields | null;
    client_secret?: string;
  }
> &
  Fields;

export type DomainRow = Stored<
  Domain,
  unknown,
  'frontend_api_url' | 'accounts_portal_url' | 'development_origin' | 'cname_targets'
>;

/** One row for each group of settings; its id is the name of the group. model/instance/settings.ts has their types. */
export type SettingsRow = Kept<unknown> & Fields;

export type EmailRow = Kept<Times & { user_id: string | null; subject: string; body: string; status: string }> & Fields;
export type AgentTaskRow = Kept<Times & { user_id: string; status: string; url: string }> & Fields;

/** Every table that the instance knows, by name. A seed may fill others; nothing reads them. */
export interface TableRows {
  users: UserRow;
  email_addresses: EmailAddressRow;
  phone_numbers: PhoneNumberRow;
  web3_wallets: Web3WalletRow;
  passkeys: PartOfUser<Passkey>;
  external_accounts: ExternalAccountRow;
  saml_accounts: PartOfUser<SAMLAccount, { saml_connection_id?: string }>;
  enterprise_accounts: PartOfUser<EnterpriseAccount>;
  sessions: SessionRow;
  clients: ClientRow;
  dev_browsers: DevBrowserRow;
  refresh_tokens: RefreshTokenRow;
  handshakes: HandshakeRow;
  sign_ups: Stored<SignUp>;
  organizations: OrganizationRow;
  organization_memberships: MembershipRow;
  organization_invitations: OrganizationInvitationRow;
  organization_domains: OrganizationDomainRow;
  organization_roles: RoleRow;
  organization_permissions: PermissionRow;
  role_sets: RoleSetRow;
  invitations: InvitationRow;
  waitlist_entries: WaitlistEntryRow;
  allowlist_identifiers: Stored<AllowlistIdentifier>;
  blocklist_identifiers: Stored<BlocklistIdentifier>;
  machines: MachineRow;
  machine_scopes: MachineScopeRow;
  m2m_tokens: M2MTokenRow;
  api_keys: ApiKeyRow;
  oauth_applications: OAuthApplicationRow;
  oauth_access_tokens: OAuthAccessTokenRow;
  authorization_codes: AuthorizationCodeRow;
  oauth_refresh_tokens: OAuthRefreshTokenRow;
  sign_in_tokens: SignInTokenRow;
  actor_tokens: ActorTokenRow;
  testing_tokens: Stored<TestingToken>;
  user_oauth_tokens: ProviderTokenRow;
  agent_tasks: AgentTaskRow;
  jwt_templates: JwtTemplateRow;
  templates: MessageTemplateRow;
  plans: PlanRow;
  prices: PriceRow;
  payers: PayerRow;
  subscriptions: SubscriptionRow;
  subscription_items: SubscriptionItemRow;
  payment_attempts: PaymentAttemptRow;
  statements: StatementRow;
  saml_connections: SamlConnectionRow;
  enterprise_connections: EnterpriseConnectionRow;
  domains: DomainRow;
  redirect_urls: Stored<RedirectURL>;
  instances: Kept<{ allowed_origins?: readonly string[] | null }>;
  instance_settings: SettingsRow;
  emails: EmailRow;
  svix_apps: Kept<unknown>;
}

export type TableName = keyof TableRows;
