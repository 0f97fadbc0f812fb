/** Users and who is invited to become one. */
import type { Fixture } from '../../backend-api/support.js';
import { NEW, made, organization, post, twice, user, type Provocation, type Scene } from './scene.js';

const waitlisted = (scene: Scene) => made(scene, '/waitlist_entries', NEW);

export const USERS: readonly Provocation[] = [
  [
    'an address that another user has',
    422,
    'form_identifier_exists',
    post('/users', { email_address: ['ada@example.com'] }),
  ],
  ['a web3 wallet that is none', 422, 'form_param_format_invalid', post('/users', { web3_wallet: ['0x123'] })],
  ['a username with a space', 422, 'form_username_invalid_character', post('/users', { username: 'a b' })],
  ['a username that is too long', 422, 'form_username_invalid_length', post('/users', { username: 'x'.repeat(65) })],
  ['a short password', 422, 'form_password_length_too_short', post('/users', { password: 'short' })],
  ['a long password', 422, 'form_password_size_in_bytes_exceeded', post('/users', { password: 'x'.repeat(73) })],
  [
    'a digest that is none',
    422,
    'form_password_digest_invalid_code',
    post('/users', { password_digest: 'x', password_hasher: 'bcrypt' }),
  ],
  ['a TOTP secret that is none', 422, 'invalid_totp_secret_code', post('/users', { totp_secret: '0189' })],
  ['a wrong password', 422, 'incorrect_password', post((ids) => `${user(ids)}/verify_password`, { password: 'wrong' })],
  [
    'a password of a user without one',
    400,
    'no_password_set',
    post((ids) => `/users/${ids['other_user_id']}/verify_password`, { password: 'x' }),
  ],
  [
    'a digest that nobody can check here',
    400,
    'password_hasher_unsupported',
    async (scene) => {
      const body = { password_digest: '$argon2id$v=19$m=65536$c2FsdA$aGFzaA', password_hasher: 'argon2id' };
      return scene.call('POST', `${await made(scene, '/users', body)}/verify_password`, { password: 'x' });
    },
  ],
  [
    'a code of a user without second factors',
    400,
    'totp_disabled',
    post((ids) => `/users/${ids['other_user_id']}/verify_totp`, { code: '000000' }),
  ],
  ['a wrong code', 422, 'totp_incorrect_code', post((ids) => `${user(ids)}/verify_totp`, { code: 'wrong!' })],
  [
    'a code of the wrong length',
    422,
    'totp_invalid_length',
    async (scene) =>
      scene.call('POST', `${await made(scene, '/users', { totp_secret: 'JBSWY3DPEHPK3PXP' })}/verify_totp`, {
        code: '1',
      }),
  ],
  [
    'a primary address of another user',
    422,
    'form_resource_not_found',
    ({ call, ids }) =>
      call('PATCH', `/users/${ids['other_user_id']}`, { primary_email_address_id: ids['email_address_id'] }),
  ],
  [
    'a primary address that is not verified',
    422,
    'form_verification_needed',
    post('/email_addresses', (ids: Fixture) => ({ user_id: ids['user_id'], ...NEW, primary: true })),
  ],
  [
    'a second factor that is not verified',
    400,
    'identification_create_second_factor_unverified',
    post('/phone_numbers', (ids: Fixture) => ({
      user_id: ids['user_id'],
      phone_number: '+15550109999',
      reserved_for_second_factor: true,
    })),
  ],
  [
    'a second factor of an unverified number',
    400,
    'identification_update_second_factor_unverified',
    async (scene) => {
      const path = await made(scene, '/phone_numbers', { user_id: scene.ids['user_id'], phone_number: '+15550109999' });
      return scene.call('PATCH', path, { reserved_for_second_factor: true });
    },
  ],
  [
    'no image',
    400,
    'form_param_missing',
    ({ call, ids }) => call('POST', `${user(ids)}/profile_image`, new FormData()),
  ],
  [
    'an image of more than ten MB',
    413,
    'image_too_large',
    ({ call, ids }) => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(10 * 1024 * 1024 + 1)]), 'a.png');
      return call('POST', `${user(ids)}/profile_image`, form);
    },
  ],
  [
    'a passkey that is not there',
    404,
    'passkey_not_registered',
    ({ call, ids }) => call('DELETE', `${user(ids)}/passkeys/idn_x`),
  ],
  [
    'an external account that is not there',
    404,
    'external_account_not_found',
    ({ call, ids }) => call('DELETE', `${user(ids)}/external_accounts/eac_x`),
  ],
  [
    'metadata of a user, version 2026-05-12',
    422,
    'form_param_unknown',
    ({ call, ids }) => call('PATCH', user(ids), { public_metadata: {} }, { 'clerk-api-version': '2026-05-12' }),
  ],
  [
    'metadata of an organization, version 2026-05-12',
    422,
    'form_param_unknown',
    ({ call, ids }) => call('PATCH', organization(ids), { public_metadata: {} }, { 'clerk-api-version': '2026-05-12' }),
  ],
];

export const INVITATIONS: readonly Provocation[] = [
  ['an address invited twice', 400, 'duplicate_record', twice('POST', () => '/invitations', NEW)],
  [
    'an invitation revoked twice',
    400,
    'invitation_already_revoked',
    twice('POST', async (scene) => `${await made(scene, '/invitations', NEW)}/revoke`),
  ],
  [
    'an invitation that was accepted',
    400,
    'invitation_already_accepted',
    async (scene) => {
      const path = await made(scene, '/invitations', NEW);
      scene.clerk.state.table('invitations').update(path.slice('/invitations/'.length), { status: 'accepted' });
      return scene.call('POST', `${path}/revoke`);
    },
  ],
  [
    'an address listed twice',
    400,
    'duplicate_record',
    twice('POST', () => '/allowlist_identifiers', { identifier: 'a@example.com' }),
  ],
  ['an address twice in one request', 422, 'form_param_duplicate', post('/waitlist_entries/bulk', [NEW, NEW])],
  [
    'a waitlist entry invited twice',
    409,
    'waitlist_entry_already_invited',
    twice('POST', async (scene) => `${await waitlisted(scene)}/invite`),
  ],
  [
    'a waitlist entry rejected twice',
    409,
    'waitlist_entry_already_rejected',
    twice('POST', async (scene) => `${await waitlisted(scene)}/reject`),
  ],
  [
    'an invited waitlist entry deleted',
    409,
    'waitlist_entry_already_invited',
    async (scene) => {
      const path = await waitlisted(scene);
      await scene.call('POST', `${path}/invite`);
      return scene.call('DELETE', path);
    },
  ],
  ...(['completed', 'locked'] as const).map((state): Provocation => [
    `a waitlist entry that is ${state}`,
    409,
    state === 'locked' ? 'waitlist_entry_locked' : 'waitlist_entry_already_completed',
    async (scene) => {
      const path = await waitlisted(scene);
      const patch = state === 'locked' ? { is_locked: true } : { status: state };
      scene.clerk.state.table('waitlist_entries').update(path.slice('/waitlist_entries/'.length), patch);
      return scene.call('POST', `${path}/invite`);
    },
  ]),
];
