/** The resource of users: view, filters, orders and cascades. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ExternalAccountRow, Fields, UserRow } from '../../state/rows.js';
import { memberships } from '../organizations/organization-records.js';
import { deletes, removes } from '../records/cascade.js';
import { defaultImage } from '../records/images.js';
import { matchesSigned, type Filters } from '../records/listing.js';
import { defineResource } from '../records/resource.js';
import { keepViews } from '../records/view-cache.js';
import { endSessions } from '../sessions/user-sessions.js';
import { hasSecondFactor } from './second-factors.js';
import { after, before, fieldIn, PERSON_FILTERS, PERSON_SORT_KEYS, primaryText, since } from './person.js';

/** Tables whose rows belong to a user (`user_id`) and are part of its view under the same name. */
const PARTS = [
  'email_addresses',
  'phone_numbers',
  'web3_wallets',
  'passkeys',
  'external_accounts',
  'saml_accounts',
  'enterprise_accounts',
] as const;

function assemble(user: UserRow, state: InstanceState): Fields {
  const parts = Object.fromEntries(PARTS.map((name) => [name, state.table(name).by('user_id', user.id)]));
  const totp = typeof user.totp_secret === 'string';
  const image = user.image_url ?? defaultImage('user', user.id);
  return {
    ...user,
    ...parts,
    passkeys: parts['passkeys']?.filter(({ verification }) => verification?.status !== 'unverified'),
    image_url: image,
    profile_image_url: image,
    has_image: user.image_url !== undefined && user.image_url !== null,
    password_enabled: typeof user.password_digest === 'string',
    totp_enabled: totp,
    backup_code_enabled: (user.backup_codes ?? []).length > 0,
    two_factor_enabled: hasSecondFactor(state, user),
    locked: false,
    lockout_expires_in_seconds: null,
  };
}

const assembleOnce = keepViews('users', PARTS, assemble);

/** Lock-outs end by the clock, so the view of a locked user is made anew. */
function view(user: UserRow, state: InstanceState): Fields {
  const until = user.locked_until;
  if (typeof until !== 'number' || until <= state.now()) return assembleOnce(user, state);
  return {
    ...assemble(user, state),
    locked: true,
    lockout_expires_in_seconds: Math.ceil((until - state.now()) / 1000),
    verification_attempts_remaining: 0,
  };
}

const FILTERS: Filters<UserRow> = {
  ...PERSON_FILTERS,
  external_id: fieldIn('external_id'),
  user_id: fieldIn('id'),
  organization_id: (row, values: readonly string[], state) => {
    const held = state.table('organization_memberships').by('user_id', row.id);
    return matchesSigned(values, (id) => held.some((membership) => membership.organization_id === id));
  },
  banned: (row, value: boolean) => (row.banned === true) === value,
  last_active_at_since: since('last_active_at'),
  created_at_before: before('created_at'),
  created_at_after: after('created_at'),
  last_sign_in_at_before: before('last_sign_in_at'),
  last_sign_in_at_after: after('last_sign_in_at'),
  provider: (row, provider: string, state) => accounts(state, row, provider).length > 0,
  provider_user_id: (row, values: readonly string[], state) =>
    accounts(state, row).some((account) => values.includes(account.provider_user_id)),
};

/** A provider is named with or without `oauth_`. */
export const bareProvider = (name = ''): string => name.replace(/^oauth_/, '');

function accounts(state: InstanceState, user: UserRow, provider?: string): ExternalAccountRow[] {
  const all = state.table('external_accounts').by('user_id', user.id);
  if (provider === undefined) return all;
  return all.filter((account) => bareProvider(account.provider) === bareProvider(provider));
}

export const users = defineResource('users', {
  object: 'user',
  idPrefix: 'user',
  component: 'User',
  event: 'user',
  unique: ['username', 'external_id'],
  filters: FILTERS,
  view,
  sortKeys: {
    ...PERSON_SORT_KEYS,
    first_name: true,
    last_name: true,
    username: true,
    updated_at: true,
    web3wallet: (row, state) => primaryText(state, row, 'web3_wallet'),
    last_active_at: true,
    last_sign_in_at: true,
  },
  cascade: [
    (state, { id }) => {
      endSessions(state, id, 'removed');
    },
    deletes('sessions', 'user_id'),
    removes(() => memberships, 'user_id'),
    ...PARTS.map((part) => deletes(part, 'user_id')),
    deletes('organization_suggestions', 'user_id'),
    deletes('organization_membership_requests', 'user_id'),
    deletes('sign_in_tokens', 'user_id'),
    deletes('actor_tokens', 'user_id'),
    deletes('user_oauth_tokens', 'user_id'),
    deletes('api_keys', 'subject'),
    deletes('oauth_access_tokens', 'subject'),
    deletes('payers', 'user_id'),
    deletes('subscriptions', 'user_id'),
    deletes('subscription_items', 'user_id'),
  ],
});
