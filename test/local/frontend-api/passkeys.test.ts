/** Passkeys over HTTP: made, used, and every way in which one is not good. Chromium's own authenticator is in test/front-end/factors.test.ts. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { call, instances } from '../support.js';
import { Authenticator, type Lies } from './authenticator.js';
import { FrontEnd, signedInBy, PAGE, type Reply } from './front-end.js';

const start = instances();
const NOW = 1_800_000_000_000;

let clerk: LocalInstance;
let page: FrontEnd;

beforeEach(async () => {
  clerk = await start({
    now: NOW,
    seed: {
      seed: 'passkeys',
      users: [
        { id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse', first_name: 'Ada' },
        { id: 'user_bob', email_address: 'bob@example.com', password: 'correct horse' },
      ],
      instance: { user_settings: { attributes: { passkey: { enabled: true } } } },
    },
  });
  page = await signedInBy(clerk, 'ada@example.com');
});

const nonceOf = (verification: unknown): string => (verification as { nonce: string }).nonce;

async function register(front: FrontEnd, key: Authenticator, lies: Lies = {}): Promise<Reply> {
  const { response } = await front.post('/v1/me/passkeys');
  return front.post(`/v1/me/passkeys/${String(response['id'])}/attempt_verification`, {
    strategy: 'passkey',
    public_key_credential: key.create(nonceOf(response['verification']), lies),
  });
}

async function begin(
  fields: Record<string, string> = { strategy: 'passkey' },
): Promise<{ front: FrontEnd; id: string; nonce: string }> {
  const front = new FrontEnd(clerk);
  const { response } = await front.post('/v1/client/sign_ins', fields);
  return { front, id: String(response['id']), nonce: nonceOf(response['first_factor_verification'] ?? {}) };
}

const attempt = (front: FrontEnd, id: string, credential: string): Promise<Reply> =>
  front.post(`/v1/client/sign_ins/${id}/attempt_first_factor`, {
    strategy: 'passkey',
    public_key_credential: credential,
  });

const passkeysShown = async (front: FrontEnd): Promise<unknown[]> => {
  const sessions = (await front.get('/v1/client')).response['sessions'] as { user: { passkeys: unknown[] } }[];
  return sessions[0]?.user.passkeys ?? [];
};

describe('a new passkey', () => {
  it.each(['ES256', 'RS256'] as const)(
    'is made with %s, for the host of the page, and belongs to the user',
    async (kind) => {
      const made = await page.post('/v1/me/passkeys');
      expect(made.response).toMatchObject({
        object: 'passkey',
        name: 'Passkey',
        verification: { status: 'unverified', strategy: 'passkey' },
      });
      expect(JSON.parse(nonceOf(made.response['verification']))).toMatchObject({
        rp: { id: new URL(PAGE).hostname },
        user: { id: Buffer.from('user_ada').toString('base64url'), name: 'ada@example.com', displayName: 'Ada' },
        attestation: 'none',
        authenticatorSelection: { userVerification: 'required' },
      });
      // It is nobody's while the authenticator has not answered.
      expect(await passkeysShown(page)).toEqual([]);
      const key = new Authenticator(PAGE, kind);
      const done = await register(page, key);
      expect(done).toMatchObject({ status: 200, response: { verification: { status: 'verified' } } });
      expect(done.text).not.toContain('nonce":"{');
      expect(await passkeysShown(page)).toMatchObject([{ id: done.response['id'] }]);
      const user = await call(clerk, 'GET', '/v1/users/user_ada');
      expect(user.json).toMatchObject({ passkeys: [{ id: done.response['id'], name: 'Passkey' }] });
      expect(JSON.stringify(user.json)).not.toMatch(/public_key|credential_id|kty/);
      expect((await page.post('/v1/me/passkeys')).text).toContain(key.id.toString('base64url'));
    },
  );

  it.each<[string, Lies]>([
    ['on another page', { origin: 'http://localhost:3999' }],
    ['in a frame of another site', { crossOrigin: true }],
    ['for another challenge', { challenge: 'AAAA' }],
    ['for another site', { rpId: 'example.com' }],
    ['as a sign-in', { type: 'webauthn.get' }],
    ['without asking the user', { flags: 0x41 }],
    ['without a key', { flags: 0x05 }],
    ['with an attestation', { format: 'packed' }],
  ])('is refused %s', async (_name, lies) => {
    const refused = await register(page, new Authenticator(PAGE), lies);
    expect(refused).toMatchObject({ status: 400, code: 'passkey_invalid_verification' });
    expect(await passkeysShown(page)).toEqual([]);
  });

  it('is refused if repeated, after ten minutes, or for another user’s challenge', async () => {
    const key = new Authenticator(PAGE);
    const { response } = await page.post('/v1/me/passkeys');
    const path = `/v1/me/passkeys/${String(response['id'])}/attempt_verification`;
    const fields = { strategy: 'passkey', public_key_credential: key.create(nonceOf(response['verification'])) };
    const bob = await signedInBy(clerk, 'bob@example.com');
    expect(await bob.post(path, fields)).toMatchObject({ status: 404, code: 'passkey_not_registered' });
    clerk.advanceClock(10 * 60_000);
    expect(await page.post(path, fields)).toMatchObject({ status: 400, code: 'verification_expired' });
    const [adaAgain, bobAgain] = [
      await signedInBy(clerk, 'ada@example.com'),
      await signedInBy(clerk, 'bob@example.com'),
    ];
    expect(await register(adaAgain, key)).toMatchObject({ status: 200 });
    expect(await register(bobAgain, key)).toMatchObject({ status: 400, code: 'passkey_invalid_verification' });
    expect(await adaAgain.post(path, fields)).toMatchObject({ status: 404 });
  });

  it('is refused if it is no credential', async () => {
    for (const public_key_credential of ['', 'x', '{}', '{"id":"x"}', '{"id":"x","response":{"clientDataJSON":"!"}}']) {
      const { response } = await page.post('/v1/me/passkeys');
      const path = `/v1/me/passkeys/${String(response['id'])}/attempt_verification`;
      expect(await page.post(path, { public_key_credential })).toMatchObject({
        status: 400,
        code: 'passkey_invalid_verification',
      });
    }
  });

  it('is refused beyond ten, and if passkeys are switched off', async () => {
    for (let n = 0; n < 10; n += 1) expect((await register(page, new Authenticator(PAGE))).status).toBe(200);
    expect(await page.post('/v1/me/passkeys')).toMatchObject({ status: 403, code: 'passkey_quota_exceeded' });
    clerk.configure({ user_settings: { attributes: { passkey: { enabled: false } } } });
    expect(await page.post('/v1/me/passkeys')).toMatchObject({ status: 403, code: 'feature_not_enabled' });
    const { front } = await begin({});
    expect(await front.post('/v1/client/sign_ins', { strategy: 'passkey' })).toMatchObject({
      status: 400,
      code: 'strategy_for_user_invalid',
    });
  });
});

it('may be renamed and deleted by its user only', async () => {
  const { response } = await register(page, new Authenticator(PAGE));
  const path = `/v1/me/passkeys/${String(response['id'])}`;
  expect(await page.call('PATCH', path, { name: 'Laptop' })).toMatchObject({
    status: 200,
    response: { name: 'Laptop' },
  });
  expect((await page.get(path)).response).toMatchObject({ name: 'Laptop' });
  const bob = await signedInBy(clerk, 'bob@example.com');
  for (const method of ['GET', 'PATCH', 'DELETE'])
    expect(await bob.call(method, path, { name: 'Mine' })).toMatchObject({
      status: 404,
      code: 'passkey_not_registered',
    });
  expect((await page.call('DELETE', path)).response).toMatchObject({ deleted: true });
  expect(await page.get(path)).toMatchObject({ status: 404 });
});

describe('signing in with a passkey', () => {
  let key: Authenticator;
  beforeEach(async () => {
    key = new Authenticator(PAGE);
    await register(page, key);
  });

  it('identifies the user, and counts as both factors', async () => {
    await call(clerk, 'PATCH', '/v1/users/user_ada', { totp_secret: 'JBSWY3DPEHPK3PXP' });
    const { front, id, nonce } = await begin();
    expect(JSON.parse(nonce)).toMatchObject({ rpId: '127.0.0.1', allowCredentials: [], userVerification: 'required' });
    const done = await attempt(front, id, key.get(nonce));
    expect(done.response).toMatchObject({
      status: 'complete',
      created_session_id: expect.stringMatching(/^sess_/) as string,
    });
    expect(done.client?.['sessions']).toMatchObject([{ user_id: 'user_ada', factor_verification_age: [0, 0] }]);
  });

  it('asks for the second factor if the instance counts a passkey as one factor', async () => {
    clerk.configure({ user_settings: { passkey_settings: { satisfies_second_factor: false } } });
    await call(clerk, 'PATCH', '/v1/users/user_ada', { totp_secret: 'JBSWY3DPEHPK3PXP' });
    const { front, id, nonce } = await begin();
    expect((await attempt(front, id, key.get(nonce))).response).toMatchObject({ status: 'needs_second_factor' });
  });

  it('works as the factor of a named user', async () => {
    const { front, id } = await begin({ identifier: 'ada@example.com' });
    const prepared = await front.post(`/v1/client/sign_ins/${id}/prepare_first_factor`, { strategy: 'passkey' });
    const nonce = nonceOf(prepared.response['first_factor_verification']);
    expect(JSON.parse(nonce)).toMatchObject({
      allowCredentials: [{ type: 'public-key', id: key.id.toString('base64url') }],
    });
    const done = await attempt(front, id, key.get(nonce));
    expect(done.client?.['sessions']).toMatchObject([{ user_id: 'user_ada', factor_verification_age: [0, -1] }]);
  });

  it.each<[string, Lies]>([
    ['on another page', { origin: 'http://localhost:3999' }],
    ['in a frame of another site', { crossOrigin: true }],
    ['for another challenge', { challenge: 'AAAA' }],
    ['for another site', { rpId: 'example.com' }],
    ['as a registration', { type: 'webauthn.create' }],
    ['without asking the user', { flags: 1 }],
  ])('is refused %s, and the challenge is consumed', async (_name, lies) => {
    const { front, id, nonce } = await begin();
    const refused = await attempt(front, id, key.get(nonce, lies));
    expect(refused).toMatchObject({ status: 400, code: 'passkey_authentication_failure' });
    expect(refused.text).not.toContain('user_ada');
    expect(await attempt(front, id, key.get(nonce))).toMatchObject({
      status: 400,
      code: 'passkey_invalid_verification',
    });
    expect((await front.get('/v1/client')).response['sessions']).toEqual([]);
  });

  it('is refused with a signature of another key, or a counter that does not grow', async () => {
    const other = new Authenticator(PAGE);
    const first = await begin();
    const forged = JSON.parse(other.get(first.nonce)) as { id: string };
    forged.id = key.id.toString('base64url');
    expect(await attempt(first.front, first.id, JSON.stringify(forged))).toMatchObject({
      status: 400,
      code: 'passkey_authentication_failure',
    });
    const second = await begin();
    expect(await attempt(second.front, second.id, key.get(second.nonce, { counter: 7 }))).toMatchObject({
      status: 200,
    });
    for (const counter of [7, 6, 0]) {
      const next = await begin();
      expect(await attempt(next.front, next.id, key.get(next.nonce, { counter }))).toMatchObject({
        status: 400,
        code: 'passkey_authentication_failure',
      });
    }
  });

  it('is refused with an old signature, in another attempt or the same', async () => {
    const { front, id, nonce } = await begin();
    const signed = key.get(nonce);
    const other = await begin();
    expect(await attempt(other.front, other.id, signed)).toMatchObject({
      status: 400,
      code: 'passkey_authentication_failure',
    });
    expect((await attempt(front, id, signed)).response).toMatchObject({ status: 'complete' });
    expect(await attempt(front, id, signed)).toMatchObject({ status: 400 });
    const late = await begin();
    clerk.advanceClock(10 * 60_000);
    expect(await attempt(late.front, late.id, key.get(late.nonce))).toMatchObject({
      status: 400,
      code: 'verification_expired',
    });
  });

  it('is refused with the passkey of another user, an unknown one, or none', async () => {
    const bobs = new Authenticator(PAGE);
    const bob = await signedInBy(clerk, 'bob@example.com');
    const { response } = await register(bob, bobs);
    const { front, id } = await begin({ identifier: 'ada@example.com' });
    const prepare = async (): Promise<string> =>
      nonceOf(
        (await front.post(`/v1/client/sign_ins/${id}/prepare_first_factor`, { strategy: 'passkey' })).response[
          'first_factor_verification'
        ],
      );
    expect(await attempt(front, id, bobs.get(await prepare()))).toMatchObject({
      status: 400,
      code: 'passkey_authentication_failure',
    });
    expect(await attempt(front, id, new Authenticator(PAGE).get(await prepare()))).toMatchObject({
      status: 404,
      code: 'passkey_not_registered',
    });
    expect(await attempt(front, id, 'nothing')).toMatchObject({
      status: 422,
      code: 'passkey_invalid_public_key_credential',
    });
    await bob.call('DELETE', `/v1/me/passkeys/${String(response['id'])}`);
    const gone = await begin();
    expect(await attempt(gone.front, gone.id, bobs.get(gone.nonce))).toMatchObject({
      status: 404,
      code: 'passkey_not_registered',
    });
  });

  it('is refused for a banned user', async () => {
    await call(clerk, 'POST', '/v1/users/user_ada/ban');
    const { front, id, nonce } = await begin();
    expect(await attempt(front, id, key.get(nonce))).toMatchObject({ status: 403, code: 'user_banned' });
  });
});
