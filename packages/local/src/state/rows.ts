/**
 * The rows of the tables: the fields of a resource in the document, without those that a view computes, and with those that only the instance keeps.
 * Types only. A seed's `tables` are taken as they are, so a row from there may lack fields that its type promises; views look twice.
 */
import type {
  AllowlistIdentifier,
  BlocklistIdentifier,
  RedirectURL,
  SAMLAccount,
  TestingToken,
} from 'bailiff/api/types';
import type { ResourceRow, InternalRow } from './rows/stored.js';
import type {
  PartOfUser,
  UserRow,
  EmailAddressRow,
  PhoneNumberRow,
  Web3WalletRow,
  ExternalAccountRow,
  EnterpriseAccountRow,
  PasskeyRow,
  AddressVerificationRow,
  TrustedDeviceRow,
} from './rows/user-rows.js';
import type { SessionRow, ClientRow, DevBrowserRow, RefreshTokenRow, HandshakeRow } from './rows/session-rows.js';
import type {
  OrganizationRow,
  MembershipRow,
  OrganizationInvitationRow,
  OrganizationDomainRow,
  SuggestionRow,
  MembershipRequestRow,
  RoleRow,
  PermissionRow,
  RoleSetRow,
  InvitationRow,
  WaitlistEntryRow,
} from './rows/organization-rows.js';
import type {
  MachineRow,
  MachineScopeRow,
  M2MTokenRow,
  ApiKeyRow,
  OAuthApplicationRow,
  OAuthAccessTokenRow,
  AuthorizationCodeRow,
  OAuthRefreshTokenRow,
  SignInTokenRow,
  ActorTokenRow,
  ProviderTokenRow,
} from './rows/token-rows.js';
import type {
  JwtTemplateRow,
  MessageTemplateRow,
  SamlConnectionRow,
  EnterpriseConnectionRow,
  DomainRow,
  SettingsRow,
  EmailRow,
  AgentTaskRow,
  DirectoryRow,
  TestRunRow,
  PortalTokenRow,
} from './rows/instance-rows.js';
import type { SignInRow, SignUpRow, SmsRow, VerificationRedirectRow } from './rows/attempt-rows.js';
import type {
  PlanRow,
  PriceRow,
  PayerRow,
  SubscriptionItemRow,
  SubscriptionRow,
  PaymentAttemptRow,
  StatementRow,
  PaymentMethodRow,
  CheckoutRow,
  CreditEntryRow,
  DiscountRow,
  DiscountRedemptionRow,
} from './rows/billing-rows.js';

export type * from './rows/stored.js';
export type * from './rows/user-rows.js';
export type * from './rows/session-rows.js';
export type * from './rows/organization-rows.js';
export type * from './rows/token-rows.js';
export type * from './rows/instance-rows.js';
export type * from './rows/attempt-rows.js';
export type * from './rows/billing-rows.js';

/** Every table that the instance knows, by name. A seed may fill others; nothing reads them. */
export interface TableRows {
  users: UserRow;
  email_addresses: EmailAddressRow;
  phone_numbers: PhoneNumberRow;
  web3_wallets: Web3WalletRow;
  passkeys: PasskeyRow;
  external_accounts: ExternalAccountRow;
  saml_accounts: PartOfUser<SAMLAccount, { saml_connection_id?: string }>;
  enterprise_accounts: EnterpriseAccountRow;
  sessions: SessionRow;
  clients: ClientRow;
  dev_browsers: DevBrowserRow;
  refresh_tokens: RefreshTokenRow;
  handshakes: HandshakeRow;
  sign_ins: SignInRow;
  sign_ups: SignUpRow;
  verification_redirects: VerificationRedirectRow;
  organizations: OrganizationRow;
  organization_memberships: MembershipRow;
  organization_invitations: OrganizationInvitationRow;
  organization_domains: OrganizationDomainRow;
  organization_suggestions: SuggestionRow;
  organization_membership_requests: MembershipRequestRow;
  organization_roles: RoleRow;
  organization_permissions: PermissionRow;
  role_sets: RoleSetRow;
  invitations: InvitationRow;
  waitlist_entries: WaitlistEntryRow;
  allowlist_identifiers: ResourceRow<AllowlistIdentifier>;
  blocklist_identifiers: ResourceRow<BlocklistIdentifier>;
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
  testing_tokens: ResourceRow<TestingToken>;
  user_oauth_tokens: ProviderTokenRow;
  agent_tasks: AgentTaskRow;
  jwt_templates: JwtTemplateRow;
  templates: MessageTemplateRow;
  plans: PlanRow;
  prices: PriceRow;
  payers: PayerRow;
  payment_methods: PaymentMethodRow;
  checkouts: CheckoutRow;
  subscriptions: SubscriptionRow;
  subscription_items: SubscriptionItemRow;
  payment_attempts: PaymentAttemptRow;
  statements: StatementRow;
  saml_connections: SamlConnectionRow;
  enterprise_connections: EnterpriseConnectionRow;
  domains: DomainRow;
  redirect_urls: ResourceRow<RedirectURL>;
  instances: InternalRow<{ allowed_origins?: readonly string[] | null }>;
  instance_settings: SettingsRow;
  emails: EmailRow;
  sms_messages: SmsRow;
  svix_apps: InternalRow<unknown>;
  address_verifications: AddressVerificationRow;
  trusted_devices: TrustedDeviceRow;
  directories: DirectoryRow;
  enterprise_test_runs: TestRunRow;
  admin_portal_link_tokens: PortalTokenRow;
  credit_entries: CreditEntryRow;
  discounts: DiscountRow;
  discount_redemptions: DiscountRedemptionRow;
}

export type TableName = keyof TableRows;
