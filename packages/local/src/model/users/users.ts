/** Users: creation, changes, and look-up by index. */
import type { UsersCreateParams, UsersListParams, UsersUpdateParams } from '../../../../../src/api/generated/types.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { UserRow, Verification } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { filterBy } from '../records/listing.js';
import { replacedKinds } from '../records/metadata.js';
import { change, insert, publish, refuseDuplicates } from '../records/resource.js';
import { invalidValue, refusal, taken } from '../records/refusals.js';
import { readTime } from '../records/text-formats.js';
import { endSessions } from '../sessions/user-sessions.js';
import { LOCKOUT_MS } from './bans-and-locks.js';
import {
  addIdentification,
  checkPrimary,
  KIND_NAMES,
  primaryField,
  readUnused,
  verificationFor,
} from './identifications.js';
import type { IdentificationKind } from './person.js';
import { readCredentials } from './user-credentials.js';
import { users } from './user-records.js';

/** The body of `POST /users`, and the id if it is chosen. */
export type NewUser = Partial<UsersCreateParams> & { readonly id?: string };

/** Fields of a user who signed up, which no request of the Backend API can set. */
export interface SignedUp {
  /** How an address or number was verified, by its text; null: not at all. */
  readonly verifications: ReadonlyMap<string, Verification | null>;
  readonly fields: Draft<UserRow>;
}

/** Fields that are stored as they come. */
const PLAIN = [
  'external_id',
  'first_name',
  'last_name',
  'locale',
  'username',
  'delete_self_enabled',
  'create_organization_enabled',
  'create_organizations_limit',
  'bypass_client_trust',
] as const;

const DEFAULTS: Draft<UserRow> = {
  external_id: null,
  username: null,
  first_name: null,
  last_name: null,
  locale: null,
  primary_email_address_id: null,
  primary_phone_number_id: null,
  primary_web3_wallet_id: null,
  public_metadata: {},
  private_metadata: {},
  unsafe_metadata: {},
  mfa_enabled_at: null,
  mfa_disabled_at: null,
  password_last_updated_at: null,
  last_sign_in_at: null,
  last_active_at: null,
  banned: false,
  delete_self_enabled: true,
  create_organization_enabled: true,
  create_organizations_limit: null,
  legal_accepted_at: null,
  bypass_client_trust: false,
};

/** @throws ApiError 422 */
function readFields(body: NewUser | UsersUpdateParams, state: InstanceState, self?: string): Draft<UserRow> {
  const given = Object.fromEntries(PLAIN.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])));
  const plain: Draft<UserRow> = {
    ...given,
    ...(typeof body.username === 'string' ? { username: readUsername(body.username) } : {}),
    ...(body.external_id === '' ? { external_id: null } : {}),
  };
  refuseDuplicates(state, users, plain, self);
  return {
    ...plain,
    ...replacedKinds(body),
    ...(typeof body.created_at === 'string' ? { created_at: readTime(body.created_at, 'created_at') } : {}),
    ...(typeof body.legal_accepted_at === 'string'
      ? { legal_accepted_at: readTime(body.legal_accepted_at, 'legal_accepted_at') }
      : {}),
    ...readCredentials(body, state),
  };
}

/** Lower-cased; empty removes it. @throws ApiError 422 */
export function readUsername(username: string): string | null {
  if (username === '') return null;
  if (username.length > 64)
    throw refusal('form_username_invalid_length', 'Usernames have at most 64 characters.', { paramName: 'username' });
  if (!/^[\p{L}\p{N}._-]+$/u.test(username)) {
    throw refusal('form_username_invalid_character', 'Usernames have only letters, digits, "-", "_" and ".".', {
      paramName: 'username',
    });
  }
  return username.toLowerCase();
}

/**
 * Creates a user as `POST /users` does; nothing is stored unless everything is valid.
 * @throws ApiError 422
 */
export function createUser(state: InstanceState, body: NewUser, signedUp?: SignedUp): UserRow {
  const fields = readFields(body, state);
  const wanted = KIND_NAMES.flatMap((kind) =>
    listIn(body[kind]).map((text, index) => ({
      kind,
      text: readUnused(state, kind, text),
      reserved: statusesIn(body, kind)[index] === 'reserved',
    })),
  );
  refuseRepeated(wanted);
  const id = typeof body.id === 'string' ? body.id : state.id(users.idPrefix);
  const primaries: { [Field in ReturnType<typeof primaryField>]?: string } = {};
  for (const { kind, text, reserved } of wanted) {
    const own = signedUp?.verifications.get(text);
    const verification = own === undefined ? verificationFor(!reserved) : own;
    const part = addIdentification(state, kind, id, text, { verification, reserved });
    primaries[primaryField(kind)] ??= part.id;
  }
  const restrictions = {
    verification_attempts_remaining: environmentOf(state).user_settings.attack_protection.user_lockout.max_attempts,
    ...(body.banned === true ? { banned: true } : {}),
    ...(body.locked === true ? { locked_until: state.now() + LOCKOUT_MS } : {}),
  };
  const user = insert(state, users, { ...DEFAULTS, ...fields, ...signedUp?.fields, ...primaries, ...restrictions, id });
  publish(state, users, 'created', user);
  return user;
}

/** One status for each address, or none at all. @throws ApiError 422 */
function statusesIn(body: NewUser, kind: IdentificationKind): readonly string[] {
  if (kind === 'web3_wallet') return [];
  const field = `${kind}_identification_status` as const;
  const statuses = listIn(body[field]);
  if (statuses.length > 0 && statuses.length !== listIn(body[kind]).length)
    throw invalidValue(field, `must have one status for each ${kind}`);
  return statuses;
}

/** What stands in a list; `signIn()` takes bodies that nothing has checked. */
const listIn = (value: readonly string[] | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : [];

function refuseRepeated(wanted: readonly { readonly kind: IdentificationKind; readonly text: string }[]): void {
  const seen = new Set<string>();
  for (const { kind, text } of wanted) {
    if (seen.has(`${kind} ${text}`)) throw taken(kind);
    seen.add(`${kind} ${text}`);
  }
}

/** As `PATCH /users/{user_id}`. @throws ApiError 422 */
export function updateUser(state: InstanceState, user: UserRow, body: UsersUpdateParams): UserRow {
  const fields = readFields(body, state, user.id);
  const pointers: Record<string, string | null> = {};
  for (const kind of KIND_NAMES) {
    const field = primaryField(kind);
    const id = body[field];
    if (typeof id === 'string') checkPrimary(state, kind, user.id, id);
    if (id !== undefined) pointers[field] = id;
  }
  const changed = change(state, users, user.id, { ...fields, ...pointers });
  if (body.sign_out_of_other_sessions === true) endSessions(state, user.id, 'revoked');
  return changed;
}

/** Parameters of the list whose exact values an index finds: no scan of all users. */
const INDEXED: readonly (readonly [
  parameter: 'user_id' | 'external_id' | 'username' | 'email_address' | 'phone_number' | 'organization_id',
  userIds: (state: InstanceState, value: string) => readonly string[],
])[] = [
  [
    'user_id',
    (state, value) =>
      state
        .table('users')
        .by('id', value)
        .map(({ id }) => id),
  ],
  [
    'external_id',
    (state, value) =>
      state
        .table('users')
        .by('external_id', value)
        .map(({ id }) => id),
  ],
  [
    'username',
    (state, value) =>
      state
        .table('users')
        .by('username', value)
        .map(({ id }) => id),
  ],
  [
    'email_address',
    (state, value) =>
      state
        .table('email_addresses')
        .by('email_address', value.toLowerCase())
        .map((row) => row.user_id),
  ],
  [
    'phone_number',
    (state, value) =>
      state
        .table('phone_numbers')
        .by('phone_number', value)
        .map((row) => row.user_id),
  ],
  [
    'organization_id',
    (state, value) =>
      state
        .table('organization_memberships')
        .by('organization_id', value)
        .map((row) => row.user_id),
  ],
];

/** The users among whom the list looks; undefined if the query does not narrow them down. */
export function candidates(state: InstanceState, query: UsersListParams): readonly UserRow[] | undefined {
  for (const [parameter, userIds] of INDEXED) {
    const values = query[parameter];
    if (!values || values.some((value) => /^[+\- ]/.test(value) && parameter !== 'phone_number')) continue;
    const ids = values.flatMap((value) => userIds(state, value));
    return [...new Set(ids)].flatMap((id) => state.table('users').get(id) ?? []);
  }
  return undefined;
}

export function countUsers(state: InstanceState, query: UsersListParams): number {
  const keep = filterBy(users.filters ?? {}, query, state);
  if (!keep) return state.table('users').size;
  return (candidates(state, query) ?? state.table('users').rows()).filter(keep).length;
}
