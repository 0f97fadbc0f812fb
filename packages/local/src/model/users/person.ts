/** A user as others see one: name and identifiers as text, public user data, and the filters and orders that lists of users and of members share. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, UserRow } from '../../state/rows.js';
import { defaultImage } from '../records/images.js';
import { includesText, matchesSigned, type Filters } from '../records/listing.js';

export type IdentificationKind = 'email_address' | 'phone_number' | 'web3_wallet';

/** One row for each kind: the text that the user points at first, and all texts. */
const IDENTIFICATIONS: Readonly<
  Record<
    IdentificationKind,
    {
      readonly primary: (state: InstanceState, user: UserRow) => string | undefined;
      readonly all: (state: InstanceState, userId: string) => string[];
    }
  >
> = {
  email_address: {
    primary: (state, user) => state.table('email_addresses').get(user.primary_email_address_id)?.email_address,
    all: (state, userId) =>
      state
        .table('email_addresses')
        .by('user_id', userId)
        .map((row) => row.email_address),
  },
  phone_number: {
    primary: (state, user) => state.table('phone_numbers').get(user.primary_phone_number_id)?.phone_number,
    all: (state, userId) =>
      state
        .table('phone_numbers')
        .by('user_id', userId)
        .map((row) => row.phone_number),
  },
  web3_wallet: {
    primary: (state, user) => state.table('web3_wallets').get(user.primary_web3_wallet_id)?.web3_wallet,
    all: (state, userId) =>
      state
        .table('web3_wallets')
        .by('user_id', userId)
        .map((row) => row.web3_wallet),
  },
};

/** Texts of one kind that a user has. */
export const textsOf = (state: InstanceState, user: { readonly id: string }, kind: IdentificationKind): string[] =>
  IDENTIFICATIONS[kind].all(state, user.id);

/** The user's primary identification of a kind as text, else any. */
export function primaryText(state: InstanceState, user: UserRow, kind: IdentificationKind): string | undefined {
  const { primary, all } = IDENTIFICATIONS[kind];
  return primary(state, user) ?? all(state, user.id)[0];
}

const owns =
  (kind: IdentificationKind) =>
  (user: UserRow, values: readonly string[], state: InstanceState): boolean => {
    const texts = textsOf(state, user, kind);
    return values.some((value) => texts.includes(kind === 'email_address' ? value.toLowerCase() : value));
  };

const ownsLike =
  (kind: IdentificationKind) =>
  (user: UserRow, text: string, state: InstanceState): boolean =>
    textsOf(state, user, kind).some((value) => includesText(value, text));

type TimeField = 'created_at' | 'last_active_at' | 'last_sign_in_at';

export const fieldIn = (field: 'id' | 'username' | 'external_id') => (row: UserRow, values: readonly string[]) =>
  matchesSigned(values, (value) => row[field] === value);
export const before = (field: TimeField) => (row: UserRow, time: number) => isTime(row[field]) && row[field] < time;
export const after = (field: TimeField) => (row: UserRow, time: number) => isTime(row[field]) && row[field] > time;
export const since = (field: TimeField) => (row: UserRow, time: number) => isTime(row[field]) && row[field] >= time;
const isTime = (value: unknown): value is number => typeof value === 'number';

export function fullName(user: UserRow): string {
  return [user.first_name, user.last_name].filter((name) => typeof name === 'string' && name !== '').join(' ');
}

/** Whether the text occurs in the id, a name or an identifier of the user. */
function matchesQuery(user: UserRow, text: string, state: InstanceState): boolean {
  return (
    [user.id, user.external_id, user.username, fullName(user)].some((value) => includesText(value, text)) ||
    ownsLike('email_address')(user, text, state) ||
    ownsLike('phone_number')(user, text, state) ||
    ownsLike('web3_wallet')(user, text, state)
  );
}

/** The filters that lists of users and of members share. */
export const PERSON_FILTERS: Filters<UserRow> = {
  email_address: owns('email_address'),
  phone_number: owns('phone_number'),
  web3_wallet: owns('web3_wallet'),
  username: fieldIn('username'),
  query: matchesQuery,
  email_address_query: ownsLike('email_address'),
  phone_number_query: ownsLike('phone_number'),
  username_query: (row, text: string) => includesText(row.username, text),
  name_query: (row, text: string) => includesText(fullName(row), text),
  last_active_at_before: before('last_active_at'),
  last_active_at_after: after('last_active_at'),
};

/** What lists of users and of members are ordered by. */
export const PERSON_SORT_KEYS = {
  email_address: (row: UserRow, state: InstanceState) => primaryText(state, row, 'email_address'),
  phone_number: (row: UserRow, state: InstanceState) => primaryText(state, row, 'phone_number'),
  first_name: (row: UserRow) => row.first_name,
  last_name: (row: UserRow) => row.last_name,
  username: (row: UserRow) => row.username,
} as const;

/** What other members see of a user. */
export function publicUserData(state: InstanceState, userId: string): Fields & { readonly image_url: string } {
  const user = state.table('users').get(userId);
  if (!user)
    return { user_id: userId, first_name: null, last_name: null, image_url: '', has_image: false, identifier: '' };
  const image = user.image_url ?? defaultImage('user', user.id);
  const identifier =
    primaryText(state, user, 'email_address') ??
    primaryText(state, user, 'phone_number') ??
    user.username ??
    primaryText(state, user, 'web3_wallet') ??
    user.id;
  return {
    user_id: user.id,
    first_name: user.first_name ?? null,
    last_name: user.last_name ?? null,
    image_url: image,
    profile_image_url: image,
    has_image: typeof user.image_url === 'string',
    identifier,
    username: user.username ?? null,
  };
}
