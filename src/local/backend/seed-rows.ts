/**
 * Rows for which the API has no creation (clients, plans, subscriptions, statements, passkeys, accounts at social providers), and users and
 * organizations with chosen ids. Each function inserts one valid row with sensible defaults and takes whatever field you give it.
 */
import type { Row, World } from '../world.js';
import { find, insert } from './crud.js';
import type { Resource } from './crud.js';
import {
  paymentAttempts,
  plans,
  prices,
  statements,
  subscriptionItems,
  subscriptions,
} from './resources/billing-resource.js';
import { providerTokens } from './resources/miscellaneous.js';
import { createOAuthApplication } from './resources/oauth-applications.js';
import { createOrganization } from './resources/organizations.js';
import { addMember } from './resources/organization-memberships.js';
import { organizations } from './resources/organization-resource.js';
import { createUser } from './resources/users.js';

type Fields = Readonly<Record<string, unknown>>;

/** Fields as `POST /users` takes them, and `id`. @throws ApiError 422 */
export const insertUser = (world: World, fields: Fields = {}): Row => createUser(world, fields);

/** Fields as `POST /organizations` takes them, and `id`. @throws ApiError 403, 422 */
export const insertOrganization = (world: World, fields: Fields = {}): Row =>
  createOrganization(world, { name: 'Organization', ...fields });

/** @throws ApiError 400, 403, 404 */
export const insertMembership = (
  world: World,
  organizationId: string,
  userId: string,
  role = 'org:member',
  fields: Fields = {},
): Row => addMember(world, find(world, organizations, organizationId), userId, role, fields);

/** Fields as `POST /oauth_applications` takes them, and `id`. @throws ApiError 422 */
export const insertOAuthApplication = (world: World, fields: Fields = {}): Row =>
  createOAuthApplication(world, { name: 'Application', ...fields });

function plain(world: World, table: string, object: string, idPrefix: string, fields: Fields): Row {
  const resource: Resource = { table, object, idPrefix, component: '', sortKeys: {}, view: (row) => row };
  return insert(world, resource, fields);
}

export const insertClient = (world: World, fields: Fields = {}): Row =>
  plain(world, 'clients', 'client', 'client', {
    sign_in_id: null,
    sign_up_id: null,
    last_active_session_id: null,
    last_authentication_strategy: null,
    ...fields,
  });

const SESSION_MS = 7 * 86_400_000;
const ABANDON_MS = 30 * 86_400_000;

/** A session of the user, in a client of its own unless `client_id` is given. */
export function insertSession(world: World, userId: string, fields: Fields = {}): Row {
  const now = world.now();
  const client = typeof fields['client_id'] === 'string' ? fields['client_id'] : insertClient(world).id;
  return plain(world, 'sessions', 'session', 'sess', {
    user_id: userId,
    client_id: client,
    actor: null,
    status: 'active',
    last_active_organization_id: null,
    last_active_at: now,
    expire_at: now + SESSION_MS,
    abandon_at: now + ABANDON_MS,
    ...fields,
  });
}

export const insertSignUp = (world: World, fields: Fields = {}): Row =>
  plain(world, 'sign_ups', 'sign_up_attempt', 'sua', {
    status: 'missing_requirements',
    required_fields: ['email_address'],
    missing_fields: ['email_address'],
    abandon_at: world.now() + 86_400_000,
    ...fields,
  });

export function insertExternalAccount(world: World, userId: string, fields: Fields = {}): Row {
  return plain(world, 'external_accounts', 'external_account', 'eac', {
    user_id: userId,
    provider: 'oauth_google',
    identification_id: world.id('idn'),
    provider_user_id: world.id('goog'),
    approved_scopes: 'email openid profile',
    public_metadata: {},
    verification: {
      object: 'verification_oauth',
      status: 'verified',
      strategy: 'oauth_google',
      expire_at: world.now(),
    },
    ...fields,
  });
}

/** What `GET /users/{id}/oauth_access_tokens/{provider}` answers. */
export function insertProviderToken(world: World, userId: string, fields: Fields = {}): Row {
  const account = world.table('external_accounts').by('user_id', userId)[0];
  return insert(world, providerTokens, {
    user_id: userId,
    external_account_id: account?.id ?? world.id('eac'),
    provider_user_id: account?.['provider_user_id'] ?? world.id('goog'),
    token: `ya29.${world.secret(40)}`,
    expires_at: world.now() + 3_600_000,
    provider: account?.['provider'] ?? 'oauth_google',
    public_metadata: {},
    label: null,
    scopes: ['email', 'openid', 'profile'],
    ...fields,
  });
}

export const insertPasskey = (world: World, userId: string, fields: Fields = {}): Row =>
  plain(world, 'passkeys', 'passkey', 'idn', {
    user_id: userId,
    name: 'Passkey',
    last_used_at: world.now(),
    verification: { object: 'verification_passkey', status: 'verified', strategy: 'passkey' },
    ...fields,
  });

export const insertWeb3Wallet = (world: World, userId: string, fields: Fields = {}): Row =>
  plain(world, 'web3_wallets', 'web3_wallet', 'idn', {
    user_id: userId,
    web3_wallet: `0x${[...world.id('w')]
      .map((c) => c.charCodeAt(0).toString(16))
      .join('')
      .slice(0, 40)
      .padEnd(40, '0')}`,
    verification: null,
    ...fields,
  });

/** An enterprise account through SAML. */
export const insertSamlAccount = (world: World, userId: string, fields: Fields = {}): Row =>
  plain(world, 'saml_accounts', 'saml_account', 'samlacc', {
    user_id: userId,
    provider: 'saml_custom',
    active: true,
    email_address: '',
    public_metadata: {},
    verification: {
      object: 'verification_saml',
      status: 'verified',
      strategy: 'saml',
      attempts: null,
      expire_at: null,
    },
    ...fields,
  });

/** Amounts in cents. */
export function insertPlan(world: World, fields: Fields = {}): Row {
  return insert(world, plans, {
    name: 'Pro',
    slug: 'pro',
    description: null,
    product_id: world.id('cprod'),
    amount: 1000,
    annual_monthly_amount: 800,
    currency: 'USD',
    is_default: false,
    is_recurring: true,
    publicly_visible: true,
    has_base_fee: true,
    for_payer_type: 'user',
    avatar_url: null,
    features: [],
    free_trial_enabled: false,
    free_trial_days: null,
    ...fields,
  });
}

/** The plan's own price unless amounts are given. */
export function insertPrice(world: World, planId: string, fields: Fields = {}): Row {
  const plan = find(world, plans, planId);
  const { amount, annual_monthly_amount, currency } = plan;
  return insert(world, prices, {
    plan_id: planId,
    amount,
    annual_monthly_amount,
    currency,
    description: '',
    ...fields,
  });
}

const MONTH_MS = 30 * 86_400_000;

/** A subscription with one active item. `payer` names whose it is. */
export function insertSubscription(
  world: World,
  payer: { readonly user_id: string } | { readonly organization_id: string },
  planId: string,
  itemFields: Fields = {},
): { subscription: Row; item: Row; payer: Row } {
  const now = world.now();
  const payerRow = plain(world, 'payers', 'commerce_payer', 'cpayer', payer);
  const price = world.table(prices.table).by('plan_id', planId)[0] ?? insertPrice(world, planId);
  const subscription = insert(world, subscriptions, {
    ...payer,
    payer_id: payerRow.id,
    status: 'active',
    active_at: now,
    past_due_at: null,
    eligible_for_free_trial: false,
  });
  const item = insert(world, subscriptionItems, {
    ...payer,
    subscription_id: subscription.id,
    payer_id: payerRow.id,
    plan_id: planId,
    price_id: price.id,
    plan_period: 'month',
    status: 'active',
    is_free_trial: false,
    period_start: now,
    period_end: now + MONTH_MS,
    canceled_at: null,
    past_due_at: null,
    ended_at: null,
    payment_source_id: '',
    proration_date: new Date(now).toISOString().slice(0, 10),
    ...itemFields,
  });
  return { subscription, item, payer: payerRow };
}

/** A closed statement with one paid attempt, for the payer of a subscription item. */
export function insertStatement(world: World, itemId: string, fields: Fields = {}): Row {
  const item = find(world, subscriptionItems, itemId);
  const now = world.now();
  const payerId = String(item['payer_id']);
  const price = world.table(prices.table).get(String(item['price_id']));
  const statement = insert(world, statements, {
    payer_id: payerId,
    timestamp: now,
    status: 'closed',
    currency: 'USD',
    ...fields,
  });
  const methodId = world.id('cpm');
  insert(world, paymentAttempts, {
    statement_id: statement.id,
    charge_type: 'recurring',
    payee_id: world.id('cpayee'),
    payee: {},
    payer_id: payerId,
    subscription_item_id: itemId,
    amount: price?.['amount'] ?? 0,
    currency: price?.['currency'] ?? 'USD',
    payment_method_id: methodId,
    payment_method: {
      object: 'commerce_payment_method',
      id: methodId,
      payer_id: payerId,
      payment_type: 'card',
      gateway: 'stripe',
      gateway_external_id: 'pm_local',
      gateway_external_account_id: null,
      last4: '4242',
      status: 'active',
      card_type: 'visa',
    },
    gateway_external_id: null,
    gateway_external_url: null,
    status: 'paid',
    paid_at: now,
    failed_at: null,
  });
  return statement;
}
