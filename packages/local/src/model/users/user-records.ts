/** What a user is: its row, its view (put together from the tables of its identifiers), the filters of its list. */
import type { Row, InstanceState } from '../../state/instance-state.js';
import { defineResource } from '../records/resource.js';
import { defaultImage } from '../records/images.js';
import { includesText } from '../records/listing.js';
import type { Filters } from '../records/listing.js';
import { keepViews } from '../records/view-cache.js';

/** Tables whose rows belong to a user (`user_id`) and are part of its view under the same name. */
export const USER_PARTS = [
  'email_addresses',
  'phone_numbers',
  'web3_wallets',
  'passkeys',
  'external_accounts',
  'saml_accounts',
  'enterprise_accounts',
] as const;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function assemble(row: Row, state: InstanceState): Readonly<Record<string, unknown>> {
  const parts = Object.fromEntries(USER_PARTS.map((name) => [name, state.table(name).by('user_id', row.id)]));
  const totp = typeof row['totp_secret'] === 'string';
  const backup = list(row['backup_codes']).length > 0;
  const phone = (parts['phone_numbers'] ?? []).some((number) => number['reserved_for_second_factor'] === true);
  const image = row['image_url'] ?? defaultImage('user', row.id);
  return {
    ...row,
    ...parts,
    image_url: image,
    profile_image_url: image,
    has_image: row['image_url'] !== undefined && row['image_url'] !== null,
    password_enabled: typeof row['password_digest'] === 'string',
    totp_enabled: totp,
    backup_code_enabled: backup,
    two_factor_enabled: totp || phone,
    locked: false,
    lockout_expires_in_seconds: null,
  };
}

const assembleOnce = keepViews(['users', ...USER_PARTS], assemble);

/** Lock-outs end by the clock, so the view of a locked user is made anew. */
function view(row: Row, state: InstanceState): unknown {
  const until = row['locked_until'];
  if (typeof until !== 'number' || until <= state.now()) return assembleOnce(row, state);
  const remaining = Math.ceil((until - state.now()) / 1000);
  return {
    ...assemble(row, state),
    locked: true,
    lockout_expires_in_seconds: remaining,
    verification_attempts_remaining: 0,
  };
}

/** The user's primary address of a kind as text. */
export function primaryText(state: InstanceState, row: Row, table: string, field: string): string | undefined {
  const id = row[`primary_${field}_id`];
  const primary = typeof id === 'string' ? state.table(table).get(id) : undefined;
  return (primary ?? state.table(table).by('user_id', row.id)[0])?.[field] as string | undefined;
}

/** Texts of one kind that a user has. */
const textsOf = (state: InstanceState, row: Row, table: string, field: string): string[] =>
  state
    .table(table)
    .by('user_id', row.id)
    .map((part) => String(part[field]));

const owns =
  (table: string, field: string) =>
  (row: Row, values: readonly string[], state: InstanceState): boolean => {
    const texts = textsOf(state, row, table, field);
    return values.some((value) => texts.includes(field === 'email_address' ? value.toLowerCase() : value));
  };

const ownsLike =
  (table: string, field: string) =>
  (row: Row, text: string, state: InstanceState): boolean =>
    textsOf(state, row, table, field).some((value) => includesText(value, text));

/** `+id` takes in, `-id` leaves out, a bare id takes in; exclusions alone take in everyone else. */
function signed(values: readonly string[], has: (value: string) => boolean): boolean {
  const excluded = values.filter((value) => value.startsWith('-')).map((value) => value.slice(1));
  const wanted = values.filter((value) => !value.startsWith('-')).map((value) => value.replace(/^[+ ]/, ''));
  return !excluded.some(has) && (wanted.length === 0 || wanted.some(has));
}

const fieldIn = (field: string) => (row: Row, values: readonly string[]) =>
  signed(values, (value) => row[field] === value);
const before = (field: string) => (row: Row, time: number) => typeof row[field] === 'number' && row[field] < time;
const after = (field: string) => (row: Row, time: number) => typeof row[field] === 'number' && row[field] > time;
const since = (field: string) => (row: Row, time: number) => typeof row[field] === 'number' && row[field] >= time;

function fullName(row: Row): string {
  return [row['first_name'], row['last_name']].filter((name) => typeof name === 'string').join(' ');
}

/** Does the text occur in the id, a name or an identifier of the user? */
function matchesQuery(row: Row, text: string, state: InstanceState): boolean {
  return (
    [row.id, row['external_id'], row['username'], fullName(row)].some((value) => includesText(value, text)) ||
    ownsLike('email_addresses', 'email_address')(row, text, state) ||
    ownsLike('phone_numbers', 'phone_number')(row, text, state) ||
    ownsLike('web3_wallets', 'web3_wallet')(row, text, state)
  );
}

/** The filters that lists of users and of members share. */
export const PERSON_FILTERS: Filters = {
  email_address: owns('email_addresses', 'email_address'),
  phone_number: owns('phone_numbers', 'phone_number'),
  web3_wallet: owns('web3_wallets', 'web3_wallet'),
  username: fieldIn('username'),
  query: matchesQuery,
  email_address_query: ownsLike('email_addresses', 'email_address'),
  phone_number_query: ownsLike('phone_numbers', 'phone_number'),
  username_query: (row, text: string) => includesText(row['username'], text),
  name_query: (row, text: string) => includesText(fullName(row), text),
  last_active_at_before: before('last_active_at'),
  last_active_at_after: after('last_active_at'),
};

const FILTERS: Filters = {
  ...PERSON_FILTERS,
  external_id: fieldIn('external_id'),
  user_id: fieldIn('id'),
  organization_id: (row, values: readonly string[], state) => {
    const memberships = state.table('organization_memberships').by('user_id', row.id);
    return signed(values, (id) => memberships.some((membership) => membership['organization_id'] === id));
  },
  banned: (row, value: boolean) => (row['banned'] === true) === value,
  last_active_at_since: since('last_active_at'),
  created_at_before: before('created_at'),
  created_at_after: after('created_at'),
  last_sign_in_at_before: before('last_sign_in_at'),
  last_sign_in_at_after: after('last_sign_in_at'),
  provider: (row, provider: string, state) => accounts(state, row, provider).length > 0,
  provider_user_id: (row, values: readonly string[], state) =>
    accounts(state, row).some((account) => values.includes(String(account['provider_user_id']))),
};

/** A provider is named with or without `oauth_`. */
function accounts(state: InstanceState, row: Row, provider?: string): Row[] {
  const bare = (name: unknown) => String(name).replace(/^oauth_/, '');
  const all = state.table('external_accounts').by('user_id', row.id);
  return provider === undefined ? all : all.filter((account) => bare(account['provider']) === bare(provider));
}

export const PERSON_SORT_KEYS = {
  email_address: (row: Row, state: InstanceState) => primaryText(state, row, 'email_addresses', 'email_address'),
  phone_number: (row: Row, state: InstanceState) => primaryText(state, row, 'phone_numbers', 'phone_number'),
  first_name: true,
  last_name: true,
  username: true,
} as const;

export const users = defineResource({
  table: 'users',
  object: 'user',
  idPrefix: 'user',
  component: 'User',
  event: 'user',
  unique: ['username', 'external_id'],
  filters: FILTERS,
  view,
  sortKeys: {
    ...PERSON_SORT_KEYS,
    updated_at: true,
    web3wallet: (row, state) => primaryText(state, row, 'web3_wallets', 'web3_wallet'),
    last_active_at: true,
    last_sign_in_at: true,
  },
});
