import { createHash, pbkdf2Sync } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import { totpCode } from '../../../packages/local/src/model/users/totp.js';
import { createSession } from '../../../packages/local/src/model/sessions/sessions.js';
import { callsTo, newState, send } from './support.js';
import type { Answer } from './support.js';

let state: ManagedState;
let events: { type: string; data: Readonly<Record<string, unknown>> }[];

beforeEach(() => {
  events = [];
  state = newState({ onEvent: (type, data) => events.push({ type, data }) });
});

const { get, patch, post } = callsTo(() => state);
const create = async (body: Record<string, unknown> = {}): Promise<Answer['body']> => {
  const answer = await post('/users', body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
/** With the parameter that it names. */
const refusalOf = (answer: Answer): unknown => [
  answer.status,
  answer.body.errors[0].code,
  answer.body.errors[0].meta?.param_name,
];

describe('row 5: identifiers', () => {
  it('make the first of each kind primary and verified, and addresses lower case', async () => {
    const user = await create({
      email_address: ['Ada@Example.com', 'b@example.com'],
      phone_number: ['+1 (555) 010-0001'],
    });
    expect(user.email_addresses.map((e: { email_address: string }) => e.email_address)).toEqual([
      'ada@example.com',
      'b@example.com',
    ]);
    expect(user.primary_email_address_id).toBe(user.email_addresses[0].id);
    expect(user.email_addresses[0].verification).toMatchObject({ status: 'verified', strategy: 'admin' });
    expect(user.phone_numbers[0].phone_number).toBe('+15550100001');
    expect((await get(`/users/${user.id}`)).body).toEqual(user);
  });

  it.each([
    ['email_address', ['taken@example.com']],
    ['phone_number', ['+15550100001']],
    ['username', 'taken'],
    ['external_id', 'ext'],
  ])('of %s belong to one user', async (field, value) => {
    await create({ [field]: value });
    const before = JSON.stringify(state.dump().tables);
    expect(refusalOf(await post('/users', { [field]: value, first_name: 'Second' }))).toEqual([
      422,
      'form_identifier_exists',
      field,
    ]);
    expect(JSON.stringify(state.dump().tables)).toBe(before);
  });

  it('create nothing if an address is duplicate or malformed', async () => {
    expect(refusalOf(await post('/users', { email_address: ['a@example.com', 'A@example.com'] }))).toEqual([
      422,
      'form_identifier_exists',
      'email_address',
    ]);
    expect(refusalOf(await post('/users', { email_address: ['fine@example.com', 'not an address'] }))).toEqual([
      422,
      'form_param_format_invalid',
      'email_address',
    ]);
    expect(refusalOf(await post('/users', { phone_number: ['12'] }))).toEqual([
      422,
      'form_param_format_invalid',
      'phone_number',
    ]);
    expect((await get('/users/count')).body.total_count).toBe(0);
    expect(state.table('email_addresses').size).toBe(0);
  });

  it('must be verified addresses of the same user to be primary', async () => {
    const user = await create({ email_address: ['a@example.com'] });
    const other = await create({ email_address: ['o@example.com'] });
    const added = (await post('/email_addresses', { user_id: user.id, email_address: 'b@example.com' })).body;
    expect(added.verification).toBeNull();
    for (const [id, code] of [
      [added.id, 'form_verification_needed'],
      [other.primary_email_address_id, 'form_resource_not_found'],
      ['idn_nobody', 'form_resource_not_found'],
    ]) {
      expect(refusalOf(await patch(`/users/${user.id}`, { primary_email_address_id: id }))).toEqual([
        422,
        code,
        'primary_email_address_id',
      ]);
    }
    await patch(`/email_addresses/${added.id}`, { verified: true, primary: true });
    expect((await get(`/users/${user.id}`)).body.primary_email_address_id).toBe(added.id);
    await send(state, 'DELETE', `/email_addresses/${added.id}`);
    const after = (await get(`/users/${user.id}`)).body;
    expect(after.primary_email_address_id).toBe(user.primary_email_address_id);
    expect(after.email_addresses).toHaveLength(1);
    expect((await post('/users', { email_address: ['b@example.com'] })).status).toBe(200);
  });
});

describe('metadata', () => {
  it('is merged deeply, and removed by null', async () => {
    const user = await create({
      public_metadata: { a: { b: 1, c: 2 }, list: [1, 2], gone: true },
      private_metadata: { secret: 1 },
    });
    const merged = await patch(`/users/${user.id}/metadata`, {
      public_metadata: { a: { b: null, d: { e: 3 } }, list: [3], gone: null },
    });
    expect(merged.body.public_metadata).toEqual({ a: { c: 2, d: { e: 3 } }, list: [3] });
    expect(merged.body.private_metadata).toEqual({ secret: 1 });
  });

  it('is replaced by an update, and by PUT of newer versions', async () => {
    const user = await create({ public_metadata: { a: 1 }, unsafe_metadata: { u: 1 } });
    expect((await patch(`/users/${user.id}`, { public_metadata: { b: 2 } })).body.public_metadata).toEqual({ b: 2 });
    const put = await send(state, 'PUT', `/users/${user.id}/metadata`, { body: { public_metadata: { c: 3 } } });
    expect(put.body).toMatchObject({ public_metadata: { c: 3 }, unsafe_metadata: { u: 1 } });
  });

  it('keeps a key __proto__ as data', async () => {
    const user = await create();
    const answer = await patch(`/users/${user.id}/metadata`, '{"public_metadata":{"__proto__":{"admin":true}}}');
    expect(answer.text).toContain('"__proto__":{"admin":true}');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('passwords', () => {
  const verify = (id: string, password: string) => post(`/users/${id}/verify_password`, { password });

  it('are hashed, never answered, and checked', async () => {
    const user = await create({ password: 'correct horse' });
    expect(user.password_enabled).toBe(true);
    expect(JSON.stringify(state.dump().tables)).not.toContain('correct horse');
    const stored = state.table('users').get(user.id)?.['password_digest'] as string;
    expect((await get('/users')).text).not.toContain(stored);
    expect(JSON.stringify(events)).not.toContain(stored);
    expect((await verify(user.id, 'correct horse')).body).toEqual({ verified: true });
    expect(refusalOf(await verify(user.id, 'wrong horse'))).toEqual([422, 'incorrect_password', 'password']);
    const without = await create();
    expect(refusalOf(await verify(without.id, 'correct horse'))).toEqual([400, 'no_password_set', undefined]);
  });

  it('have rules, which a migration may skip', async () => {
    expect(refusalOf(await post('/users', { password: 'short' }))).toEqual([
      422,
      'form_password_length_too_short',
      'password',
    ]);
    const user = await create({ password: 'short', skip_password_checks: true });
    expect((await verify(user.id, 'short')).body).toEqual({ verified: true });
  });

  it.each([
    ['md5', createHash('md5').update('secret').digest('hex')],
    ['sha256', createHash('sha256').update('secret').digest('hex')],
    ['sha256_salted', `na$${createHash('sha256').update('nasecret').digest('hex')}`],
    [
      'pbkdf2_sha256_django',
      `pbkdf2_sha256$1000$salt$${pbkdf2Sync('secret', 'salt', 1000, 32, 'sha256').toString('base64')}`,
    ],
    ['pbkdf2_sha512', `pbkdf2_sha512$1000$salt$${pbkdf2Sync('secret', 'salt', 1000, 64, 'sha512').toString('hex')}`],
    // From the test vectors of jBCrypt, and the same by PHP's prefix.
    ['bcrypt', '$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe', 'a'],
    ['bcrypt', '$2y$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe', 'a'],
    [
      'bcrypt_sha256_django',
      `bcrypt_sha256$${bcrypt.hashSync(createHash('sha256').update('secret').digest('hex'), 4)}`,
    ],
    // The example of Firebase's own scrypt tool, whose password is user1password.
    [
      'scrypt_firebase',
      'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$42xEC+ixf3L2lw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$Bw==$8$14',
      'user1password',
    ],
  ])('imported digests of %s are checked', async (hasher, digest, password = 'secret') => {
    const user = await create({ password_digest: digest, password_hasher: hasher });
    expect((await verify(user.id, password)).body).toEqual({ verified: true });
    expect((await verify(user.id, `${password}x`)).status).toBe(422);
  });

  it('refuse a bcrypt digest that would take hours', async () => {
    const digest = '$2b$31$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe';
    const user = await create({ password_digest: digest, password_hasher: 'bcrypt' });
    expect((await verify(user.id, 'a')).status).toBe(422);
  });

  it.each([
    ...['', ' ', 'x', '$2b$04$short'].map((digest) => ['bcrypt', digest]),
    ['bcrypt_sha256_django', '$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe'],
    ['argon2i', '$argon2id$v=19$m=65536$c2FsdA$aGFzaA'],
    ['argon2id', 'correct horse battery'],
    ['phpass', '$P$short'],
    ['md5', 'g'.repeat(32)],
    ['sha256', 'a'.repeat(32)],
    ['sha256_salted', 'a'.repeat(64)],
    ['pbkdf2_sha256', 'pbkdf2_sha256$many$salt$hash'],
    ['ldap_ssha', '{SSHA}'],
    ['scrypt_firebase', 'hash$salt'],
    ['scrypt_werkzeug', 'scrypt:32768:8:1$salt$nothex'],
    ['awscognito', ''],
  ])('refuse malformed digests of %s: %j', async (hasher, digest) => {
    expect(refusalOf(await post('/users', { password_digest: digest, password_hasher: hasher }))).toEqual([
      422,
      'form_password_digest_invalid_code',
      'password_digest',
    ]);
  });

  it('keep digests of unsupported hashers, and report them', async () => {
    const user = await create({ password_digest: '$argon2id$v=19$m=65536$c2FsdA$aGFzaA', password_hasher: 'argon2id' });
    expect(user.password_enabled).toBe(true);
    expect(refusalOf(await verify(user.id, 'x'))).toEqual([400, 'password_hasher_unsupported', undefined]);
    expect(refusalOf(await post('/users', { password_digest: 'x', password_hasher: 'rot13' }))).toEqual([
      422,
      'form_param_value_invalid',
      'password_hasher',
    ]);
    expect(refusalOf(await post('/users', { password_digest: 'x' }))).toEqual([
      422,
      'form_param_missing',
      'password_hasher',
    ]);
  });
});

describe('second factors', () => {
  it('check TOTP by the clock, and accept a backup code once', async () => {
    // The secret and times of RFC 6238, appendix B: the last six digits of its eight.
    expect(totpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 59_000)).toBe('287082');
    expect(totpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 1_111_111_109_000)).toBe('081804');
    const user = await create({ totp_secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', backup_codes: ['one', 'two'] });
    expect(user).toMatchObject({ totp_enabled: true, backup_code_enabled: true, two_factor_enabled: true });
    const verify = (code: string) => post(`/users/${user.id}/verify_totp`, { code });
    const code = totpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', state.now());
    expect((await verify(code)).body).toEqual({ verified: true, code_type: 'totp' });
    state.clock.advance('5m');
    expect(refusalOf(await verify(code))).toEqual([422, 'totp_incorrect_code', 'code']);
    expect((await verify('one')).body).toEqual({ verified: true, code_type: 'backup_code' });
    expect((await verify('one')).status).toBe(422);
    await send(state, 'DELETE', `/users/${user.id}/mfa`);
    expect((await get(`/users/${user.id}`)).body).toMatchObject({ totp_enabled: false, backup_code_enabled: false });
    expect((await verify('two')).status).toBe(400);
    expect((await send(state, 'DELETE', `/users/${user.id}/totp`)).status).toBe(404);
  });
});

describe('bans and locks', () => {
  it.each(['ban', 'lock'])('%s ends the sessions, and its opposite does not restore them', async (measure) => {
    const user = await create();
    const session = createSession(state, { userId: user.id });
    const body = (await post(`/users/${user.id}/${measure}`)).body;
    expect([body.banned, body.locked]).toEqual([measure === 'ban', measure === 'lock']);
    expect((await get(`/sessions/${session.id}`)).body.status).toBe('revoked');
    if (measure === 'ban')
      expect(refusalOf(await post('/sessions', { user_id: user.id }))).toEqual([403, 'user_banned', undefined]);
    expect(events.map(({ type }) => type)).toContain('session.revoked');
    const after = (await post(`/users/${user.id}/un${measure}`)).body;
    expect([after.banned, after.locked]).toEqual([false, false]);
    expect((await get(`/sessions/${session.id}`)).body.status).toBe('revoked');
  });

  it('end by the clock for a lock', async () => {
    const user = await create();
    await post(`/users/${user.id}/lock`);
    state.clock.advance('59m');
    expect((await get(`/users/${user.id}`)).body).toMatchObject({ locked: true, lockout_expires_in_seconds: 60 });
    state.clock.advance('1m');
    expect((await get(`/users/${user.id}`)).body).toMatchObject({ locked: false, lockout_expires_in_seconds: null });
  });

  it('apply to many users all or none', async () => {
    const [one, two] = [await create(), await create()];
    expect((await post('/users/ban', { user_ids: [one.id, 'user_nobody'] })).status).toBe(404);
    expect((await get(`/users/${one.id}`)).body.banned).toBe(false);
    const banned = await post('/users/ban', { user_ids: [one.id, two.id] });
    expect(banned.body.map((user: { banned: boolean }) => user.banned)).toEqual([true, true]);
    expect((await get('/users', { banned: 'true' })).body).toHaveLength(2);
    expect((await post('/users/ban', { user_ids: [] })).status).toBe(422);
  });

  it('delete everything of a deleted user', async () => {
    const user = await create({ email_address: ['a@example.com'], external_id: 'ext' });
    const organization = (await post('/organizations', { name: 'Acme', created_by: user.id })).body;
    const session = createSession(state, { userId: user.id });
    const deleted = await send(state, 'DELETE', `/users/${user.id}`);
    expect(deleted.body).toEqual({ object: 'user', id: user.id, external_id: 'ext', deleted: true });
    expect((await get(`/users/${user.id}`)).status).toBe(404);
    expect((await get(`/sessions/${session.id}`)).status).toBe(404);
    expect((await get(`/organizations/${organization.id}/memberships`)).body.total_count).toBe(0);
    expect((await post('/users', { email_address: ['a@example.com'] })).status).toBe(200);
    const types = events.map(({ type }) => type);
    for (const type of ['user.deleted', 'session.removed', 'organizationMembership.deleted'])
      expect(types).toContain(type);
  });
});

describe('lists', () => {
  beforeEach(async () => {
    const people = [
      {
        first_name: 'Ada',
        last_name: 'Lovelace',
        username: 'ada',
        email_address: ['ada@example.com'],
        external_id: 'x1',
      },
      { first_name: 'Bob', username: 'bob', email_address: ['bob@test.dev'], phone_number: ['+15550100002'] },
      { first_name: 'Cyd', username: 'cyd', email_address: ['cyd@example.com'] },
    ];
    for (const person of people) {
      await create(person);
      state.clock.advance('1s');
    }
  });

  const names = async (query: Record<string, string | string[]>): Promise<string> => {
    const answer = await get('/users', query);
    expect(answer.status, answer.text).toBe(200);
    const { limit: _, offset: __, order_by: ___, ...filters } = query;
    const count = await get('/users/count', filters);
    if (Object.keys(query).length === Object.keys(filters).length)
      expect(count.body.total_count).toBe(answer.body.length);
    return answer.body.map((user: { username: string }) => user.username).join(' ');
  };

  it.each<[Record<string, string | string[]>, string]>([
    [{}, 'cyd bob ada'],
    [{ order_by: '+created_at' }, 'ada bob cyd'],
    [{ order_by: 'username' }, 'ada bob cyd'],
    [{ order_by: '-first_name' }, 'cyd bob ada'],
    [{ order_by: '-email_address' }, 'cyd bob ada'],
    [{ limit: '1' }, 'cyd'],
    [{ limit: '2', offset: '1' }, 'bob ada'],
    [{ offset: '3' }, ''],
    [{ query: 'LOVE' }, 'ada'],
    [{ query: 'example.com' }, 'cyd ada'],
    [{ email_address: ['ADA@example.com', 'bob@test.dev'] }, 'bob ada'],
    [{ email_address: ['ada@example.com'], username: ['bob'] }, ''],
    [{ email_address_query: 'test.dev' }, 'bob'],
    [{ phone_number: ['+15550100002'] }, 'bob'],
    [{ phone_number_query: '0002' }, 'bob'],
    [{ username: ['ada', 'cyd'] }, 'cyd ada'],
    [{ username_query: 'B' }, 'bob'],
    [{ name_query: 'ada love' }, 'ada'],
    [{ external_id: ['x1'] }, 'ada'],
    [{ banned: 'true' }, ''],
    [{ banned: 'false' }, 'cyd bob ada'],
    [{ provider: 'oauth_google' }, ''],
  ])('%j', async (query, expected) => {
    expect(await names(query)).toBe(expected);
  });

  it('filter by id, also by exclusion, by time and by organization', async () => {
    const [cyd, bob, ada] = (await get('/users')).body;
    expect(await names({ user_id: [bob.id] })).toBe('bob');
    expect(await names({ user_id: [`-${bob.id}`] })).toBe('cyd ada');
    expect(await names({ created_at_after: String(ada.created_at) })).toBe('cyd bob');
    expect(await names({ created_at_before: String(cyd.created_at) })).toBe('bob ada');
    const organization = (await post('/organizations', { name: 'Acme', created_by: ada.id })).body;
    expect(await names({ organization_id: [organization.id] })).toBe('ada');
    expect(await names({ organization_id: [`-${organization.id}`] })).toBe('cyd bob');
  });

  it('continue page after page from the id of the last one', async () => {
    const [cyd, bob, ada] = (await get('/users')).body;
    const after = async (id: string, more: Record<string, string> = {}) =>
      (await get('/users', { starting_after: id, ...more })).body.map((user: { username: string }) => user.username);
    expect(await after(cyd.id, { limit: '1' })).toEqual(['bob']);
    expect(await after(bob.id, { order_by: '-created_at', offset: '0' })).toEqual(['ada']);
    expect(await after(bob.id, { order_by: '+created_at' })).toEqual(['cyd']);
    expect(await after(ada.id)).toEqual([]);
    expect(await after(cyd.id, { query: 'example.com' })).toEqual(['ada']);
    for (const [id, more, param] of [
      [cyd.id, { order_by: 'username' }, 'order_by'],
      [cyd.id, { offset: '1' }, 'offset'],
      ['user_none', {}, 'starting_after'],
    ]) {
      const refused = await get('/users', { starting_after: id, ...more });
      expect(refusalOf(refused)).toEqual([422, 'form_param_value_invalid', param]);
    }
  });

  it('show a change at once, although pages are cached', async () => {
    const [cyd] = (await get('/users')).body;
    await patch(`/users/${cyd.id}`, { first_name: 'Charisse' });
    expect((await get('/users')).body[0].first_name).toBe('Charisse');
    await post('/email_addresses', { user_id: cyd.id, email_address: 'second@example.com' });
    expect((await get('/users')).body[0].email_addresses).toHaveLength(2);
  });

  it.each([{ limit: '0' }, { limit: '501' }, { offset: '-1' }, { limit: 'ten' }, { order_by: 'password' }])(
    'refuse %j',
    async (query) => {
      expect(refusalOf(await get('/users', query as never))).toEqual([422, expect.any(String), Object.keys(query)[0]]);
    },
  );
});

it('webhooks carry users as the API shows them', async () => {
  const user = await create({ email_address: ['a@example.com'] });
  expect(events).toEqual([{ type: 'user.created', data: user }]);
});
