/** Users: creation, changes, states, metadata, and what hangs on them. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { readTime } from '../../../model/records/text-formats.js';
import { change, find, getOf, insert, list, publish, remove } from '../../../model/records/resource.js';
import { uploadedImage } from '../../../model/records/images.js';
import { filterBy } from '../../../model/records/listing.js';
import { mergedKinds, replacedKinds } from '../../../model/records/metadata.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers, OperationCall } from '../../engine/operation.js';
import { taken } from '../../../model/records/refusals.js';
import {
  addIdentification,
  checkPrimary,
  KINDS,
  readFree,
  verificationFor,
} from '../../../model/users/identifications.js';
import type { IdentificationKind } from '../../../model/users/identifications.js';
import { removeMembershipsOf } from '../organizations/organization-memberships.js';
import { readCredentials } from './user-credentials.js';
import { USER_PARTS, users } from '../../../model/users/user-records.js';
import { endSessions } from '../../../model/sessions/user-sessions.js';

type Fields = Readonly<Record<string, unknown>>;

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
];

const DEFAULTS: Fields = {
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
  verification_attempts_remaining: 100,
  delete_self_enabled: true,
  create_organization_enabled: true,
  create_organizations_limit: null,
  legal_accepted_at: null,
  bypass_client_trust: false,
};

const KIND_NAMES = Object.keys(KINDS) as IdentificationKind[];

/** @throws ApiError 422 */
function readFields(body: Fields, state: InstanceState, self?: string): Fields {
  const plain = Object.fromEntries(PLAIN.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));
  if (typeof plain['username'] === 'string') plain['username'] = readUsername(plain['username']);
  if (plain['external_id'] === '') plain['external_id'] = null;
  for (const field of users.unique ?? []) {
    const value = plain[field];
    if (typeof value !== 'string') continue;
    if (
      state
        .table('users')
        .by(field, value)
        .some((row) => row.id !== self)
    )
      throw taken(field);
  }
  const times = ['created_at', 'legal_accepted_at'].filter((name) => typeof body[name] === 'string');
  return {
    ...plain,
    ...replacedKinds(body),
    ...Object.fromEntries(times.map((name) => [name, readTime(body[name], name)])),
    ...readCredentials(body, state),
  };
}

/** Lower-cased; empty removes it. @throws ApiError 422 */
function readUsername(username: string): string | null {
  if (username === '') return null;
  if (username.length > 64)
    throw new ApiError(422, 'form_username_invalid_length', 'Usernames have at most 64 characters.', {
      paramName: 'username',
    });
  if (!/^[\p{L}\p{N}._-]+$/u.test(username)) {
    throw new ApiError(
      422,
      'form_username_invalid_character',
      'Usernames have only letters, digits, "-", "_" and ".".',
      { paramName: 'username' },
    );
  }
  return username.toLowerCase();
}

/**
 * Creates a user as `POST /users` does; nothing is stored unless everything is valid.
 * @throws ApiError 422
 */
export function createUser(state: InstanceState, body: Fields): Row {
  const fields = readFields(body, state);
  const wanted = KIND_NAMES.flatMap((kind) =>
    textsOf(body[kind]).map((text) => ({ kind, text: readFree(state, kind, text) })),
  );
  const seen = new Set<string>();
  for (const { kind, text } of wanted) {
    if (seen.has(`${kind} ${text}`)) throw taken(kind);
    seen.add(`${kind} ${text}`);
  }
  const id = typeof body['id'] === 'string' ? body['id'] : state.id(users.idPrefix);
  const primaries: Record<string, string> = {};
  for (const { kind, text } of wanted) {
    const part = addIdentification(state, kind, id, text, { verification: verificationFor(true) });
    primaries[KINDS[kind].primary] ??= part.id;
  }
  const user = insert(state, users, { ...DEFAULTS, ...fields, ...primaries, id });
  publish(state, users, 'created', user);
  return user;
}

const textsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const updateUser: Handler = (call, state) => {
  const user = userOf(call, state);
  const body = bodyOf(call);
  const fields = readFields(body, state, user.id);
  const primaries = KIND_NAMES.map((kind) => ({ kind, field: KINDS[kind].primary })).filter(
    ({ field }) => body[field] !== undefined,
  );
  for (const { kind, field } of primaries)
    if (typeof body[field] === 'string') checkPrimary(state, kind, user.id, body[field]);
  const pointers = Object.fromEntries(primaries.map(({ field }) => [field, body[field]]));
  const changed = change(state, users, user.id, { ...fields, ...pointers });
  if (body['sign_out_of_other_sessions'] === true) endSessions(state, user.id, 'revoked');
  return users.view(changed, state);
};

const userOf = (call: OperationCall, state: InstanceState): Row => find(state, users, call.params['user_id'] ?? '');

const deleteUser: Handler = (call, state) => {
  const user = userOf(call, state);
  endSessions(state, user.id, 'removed');
  for (const session of state.table('sessions').by('user_id', user.id)) state.table('sessions').delete(session.id);
  removeMembershipsOf(state, user.id);
  for (const name of [...USER_PARTS, 'sign_in_tokens', 'actor_tokens', 'user_oauth_tokens']) {
    for (const part of state.table(name).by('user_id', user.id)) state.table(name).delete(part.id);
  }
  for (const name of ['api_keys', 'oauth_access_tokens']) {
    for (const token of state.table(name).by('subject', user.id)) state.table(name).delete(token.id);
  }
  return remove(state, users, user);
};

/** Narrows a list by an index, where the query names exact values: no scan of all users. */
const INDEXED = [
  ['user_id', 'users', 'id', 'id'],
  ['external_id', 'users', 'external_id', 'id'],
  ['username', 'users', 'username', 'id'],
  ['email_address', 'email_addresses', 'email_address', 'user_id'],
  ['phone_number', 'phone_numbers', 'phone_number', 'user_id'],
  ['organization_id', 'organization_memberships', 'organization_id', 'user_id'],
] as const;

function candidates(state: InstanceState, query: Fields): readonly Row[] | undefined {
  for (const [parameter, table, field, userField] of INDEXED) {
    const values = query[parameter] as readonly string[] | undefined;
    if (!values || values.some((value) => /^[+\- ]/.test(value) && parameter !== 'phone_number')) continue;
    const ids = values.flatMap((value) => {
      const wanted = parameter === 'email_address' ? value.toLowerCase() : value;
      return state
        .table(table)
        .by(field, wanted)
        .map((row) => String(row[userField]));
    });
    return [...new Set(ids)].flatMap((id) => state.table('users').get(id) ?? []);
  }
  return undefined;
}

const selection = (state: InstanceState, query: Fields) => {
  const rows = candidates(state, query);
  return rows ? { rows } : {};
};

const countUsers: Handler = (call, state) => {
  const keep = filterBy(users.filters ?? {}, call.query, state);
  const rows = candidates(state, call.query);
  const total = keep ? [...(rows ?? state.table('users').all())].filter(keep).length : state.table('users').size;
  return { object: 'total_count', total_count: total };
};

const patchUser =
  (patch: (call: OperationCall, user: Row) => Fields): Handler =>
  (call, state) => {
    const user = userOf(call, state);
    return users.view(change(state, users, user.id, patch(call, user)), state);
  };

/** Of newer versions: the kinds that the request names are replaced. */
export const replaceUserMetadata: Handler = patchUser((call) => replacedKinds(bodyOf(call)));

export const userHandlers: Handlers = {
  GetUserList: (call, state) => list(state, users, call.query, selection(state, call.query)),
  GetUsersCount: countUsers,
  CreateUser: (call, state) => users.view(createUser(state, bodyOf(call)), state),
  GetUser: getOf(users),
  UpdateUser: updateUser,
  DeleteUser: deleteUser,
  UpdateUserMetadata: patchUser((call, user) => mergedKinds(user, bodyOf(call))),
  SetUserProfileImage: patchUser((call) => ({ image_url: uploadedImage(call) })),
  DeleteUserProfileImage: patchUser(() => ({ image_url: null })),
};
