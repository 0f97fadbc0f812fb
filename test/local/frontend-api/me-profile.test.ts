/** The user who is signed in: names, metadata, picture, sessions, deletion. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { call, instances } from '../support.js';
import { FrontEnd } from './front-end.js';
import { eventsOf, pageOf, PEOPLE } from './people.js';

const start = instances();
let clerk: LocalInstance;
let page: FrontEnd;
let events: () => readonly string[];

beforeEach(async () => {
  clerk = await start(PEOPLE);
  page = await pageOf(clerk, 'ada');
  events = eventsOf(clerk);
});

const patch = (fields: Record<string, string>) => page.call('PATCH', '/v1/me', fields);

describe('/me', () => {
  it('is the user of the active session, and absent without one', async () => {
    expect((await page.get('/v1/me')).response).toMatchObject({ id: 'user_ada', first_name: 'Ada' });
    expect(await new FrontEnd(clerk).get('/v1/me')).toMatchObject({ status: 401, code: 'authentication_invalid' });
    const foreign = await pageOf(clerk, 'bob');
    const [session] = (await foreign.get('/v1/me/sessions/active')).body as unknown as { id: string }[];
    const answer = await page.get(`/v1/me?_clerk_session_id=${session?.id ?? ''}`);
    expect(answer).toMatchObject({ status: 401, code: 'authentication_invalid' });
  });

  it('accepts names and username, and returns the client', async () => {
    const changed = await patch({ first_name: 'Augusta', last_name: 'King', username: 'Ada_L' });
    expect(changed.response).toMatchObject({ first_name: 'Augusta', last_name: 'King', username: 'ada_l' });
    expect(changed.client).toMatchObject({ sessions: [{ user: { first_name: 'Augusta' } }] });
    expect(events()).toEqual(['user.updated']);
    expect((await call(clerk, 'GET', '/v1/users/user_ada')).json).toMatchObject({ last_name: 'King' });
    expect((await patch({ last_name: '' })).response).toMatchObject({ first_name: 'Augusta', last_name: null });
  });

  it.each([
    [{ username: 'abc' }, 422, 'form_username_invalid_length', 'username'],
    [{ username: 'a b c d' }, 422, 'form_username_invalid_character', 'username'],
    [{ username: 'bob_b' }, 422, 'form_identifier_exists', 'username'],
    [{ primary_email_address_id: 'idn_unknown' }, 422, 'form_resource_not_found', 'primary_email_address_id'],
  ])('refuses %j', async (fields, status, code, param) => {
    await call(clerk, 'PATCH', '/v1/users/user_bob', { username: 'bob_b' });
    events();
    expect(await patch(fields as Record<string, string>)).toMatchObject({ status, code, param });
    expect(events()).toEqual([]);
  });

  it('changes only what the instance allows', async () => {
    clerk.configure({
      user_settings: { attributes: { first_name: { immutable: true }, last_name: { enabled: false } } },
    });
    expect(await patch({ first_name: 'Eve' })).toMatchObject({
      status: 403,
      code: 'immutable_attribute_modification_not_allowed',
    });
    expect(await patch({ last_name: 'King' })).toMatchObject({ status: 422, code: 'form_param_unknown' });
    // Forms send all that they have: what is as it was is no change.
    expect((await patch({ first_name: 'Ada', last_name: '' })).status).toBe(200);
  });

  it('ignores fields that a user may not write', async () => {
    const fields = { public_metadata: '{"plan":"free"}', private_metadata: '{}', banned: 'true', external_id: 'x' };
    expect((await patch(fields)).response).toMatchObject({
      public_metadata: { plan: 'pro' },
      banned: false,
      external_id: null,
    });
  });

  it('merges unsafe metadata, from which null removes a key', async () => {
    const sent = {
      unsafe_metadata: JSON.stringify({ theme: null, nested: { b: 2 } }),
      public_metadata: '{"plan":"x"}',
    };
    const { response } = await page.call('PATCH', '/v1/me/metadata', sent);
    expect(response).toMatchObject({ unsafe_metadata: { nested: { a: 1, b: 2 } }, public_metadata: { plan: 'pro' } });
    expect(response['unsafe_metadata']).not.toHaveProperty('theme');
    expect(events()).toEqual(['user.updated']);
    for (const fields of [{ unsafe_metadata: '[1]' }, { unsafe_metadata: 'text' }, {}])
      expect((await page.call('PATCH', '/v1/me/metadata', fields)).status).toBe(422);
  });

  it('accepts unsafe metadata with other fields from older clients only', async () => {
    const sent = { unsafe_metadata: '{"theme":"light"}' };
    const older = await page.call('PATCH', '/v1/me?__clerk_api_version=2025-04-10', sent);
    expect(older.response['unsafe_metadata']).toEqual({ theme: 'light' });
    const newer = await page.call('PATCH', '/v1/me?__clerk_api_version=2026-05-12', sent);
    expect(newer).toMatchObject({ status: 422, code: 'form_param_unknown' });
  });

  it('never shows private metadata, digests or pending values', async () => {
    await page.post('/v1/me/totp');
    const { password_digest: digest, pending_totp: pending } = clerk.state.table('users').get('user_ada') ?? {};
    const added = await page.post('/v1/me/email_addresses', { email_address: 'ada@lovelace.test' });
    const path = `/v1/me/email_addresses/${String(added.response['id'])}`;
    const answers = [
      await page.post(`${path}/prepare_verification`, { strategy: 'email_code' }),
      await page.get(path),
      await page.get('/v1/me'),
      await page.get('/v1/me/email_addresses'),
      await page.get('/v1/me/sessions'),
      await page.get('/v1/me/sessions/active'),
      await patch({ first_name: 'Augusta' }),
    ];
    const backend = await call(clerk, 'GET', '/v1/users/user_ada');
    const told = clerk.webhooks.deliveries.filter(({ type }) => type.startsWith('user.')).map(({ body }) => body);
    const code = await clerk.lastCode('ada@lovelace.test');
    for (const { text } of answers)
      for (const secret of ['private-canary', 'private_metadata']) expect(text).not.toContain(secret);
    for (const text of [...answers.map((answer) => answer.text), backend.text, ...told])
      for (const secret of [code, String(digest), String(pending?.secret)]) expect(text).not.toContain(secret);
  });

  it('deletes itself if instance and user allow it', async () => {
    const remove = () => page.call('DELETE', '/v1/me');
    clerk.configure({ user_settings: { actions: { delete_self: false } } });
    expect(await remove()).toMatchObject({ status: 403, code: 'user_delete_self_not_enabled' });
    clerk.configure({ user_settings: { actions: { delete_self: true } } });
    await call(clerk, 'PATCH', '/v1/users/user_ada', { delete_self_enabled: false });
    expect(await remove()).toMatchObject({ status: 403, code: 'user_delete_self_not_enabled' });
    await call(clerk, 'PATCH', '/v1/users/user_ada', { delete_self_enabled: true });
    events();
    const gone = await remove();
    expect(gone.response).toEqual({ id: 'user_ada', object: 'user', deleted: true });
    expect(gone.client).toMatchObject({ sessions: [], last_active_session_id: null });
    expect(events()).toEqual(['session.removed', 'user.deleted']);
    expect((await call(clerk, 'GET', '/v1/users/user_ada')).status).toBe(404);
    expect((await page.get('/v1/me')).status).toBe(401);
  });
});

describe('the picture', () => {
  const png = (text: string) => new File([text], 'me.png', { type: 'image/png' });

  it('is served at its own address until it is removed', async () => {
    const { response, client } = await page.upload('/v1/me/profile_image', png('pixels'));
    const url = String(response['public_url']);
    expect(url).toMatch(new RegExp(`^${clerk.frontendApiUrl}/images/users/user_ada\\?v=\\w+$`));
    expect(client).toMatchObject({ sessions: [{ user: { image_url: url, has_image: true } }] });
    const picture = await fetch(url);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(await picture.text()).toBe('pixels');
    expect(events()).toEqual(['user.updated']);
    const next = await page.upload('/v1/me/profile_image', png('others'));
    expect(next.response['public_url']).not.toBe(url);
    const removed = await page.call('DELETE', '/v1/me/profile_image');
    expect(removed.response).toMatchObject({ object: 'image', deleted: true });
    expect(removed.client).toMatchObject({ sessions: [{ user: { has_image: false } }] });
    expect((await fetch(url)).status).toBe(404);
    expect(await page.call('DELETE', '/v1/me/profile_image')).toMatchObject({ status: 404, code: 'image_not_found' });
  });

  it('is named by its address in tokens, which are no place for the picture itself', async () => {
    const { token } = await clerk.createOAuthToken({ userId: 'user_ada', scopes: ['profile'] });
    const inUserinfo = async () => {
      const answer = await fetch(`${clerk.frontendApiUrl}/oauth/userinfo`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await answer.json()) as { picture: string }).picture;
    };
    const byTemplate = async () => {
      const { response } = await page.get('/v1/client');
      const id = String(response['last_active_session_id']);
      const minted = await call(clerk, 'POST', `/v1/sessions/${id}/tokens/pictures`);
      return clerk.state.keys.open(String(minted.json['jwt']))?.payload['picture'];
    };
    await call(clerk, 'POST', '/v1/jwt_templates', { name: 'pictures', claims: { picture: '{{user.image_url}}' } });
    // Clerk draws one for a user who has none.
    const drawn = (await call(clerk, 'GET', '/v1/users/user_ada')).json['image_url'];
    expect(drawn).toMatch(/^https:\/\/img\.clerk\.com\//);
    expect([await inUserinfo(), await byTemplate()]).toEqual([drawn, drawn]);
    const { response } = await page.upload('/v1/me/profile_image', png('pixels'));
    expect([await inUserinfo(), await byTemplate()]).toEqual([response['public_url'], response['public_url']]);
  });

  it('is never served as a page or script', async () => {
    for (const type of ['text/html', 'image/svg+xml', ''])
      expect(await page.upload('/v1/me/profile_image', new File(['<script>'], 'x', { type }))).toMatchObject({
        status: 400,
        code: 'request_body_invalid',
      });
    expect(await page.post('/v1/me/profile_image')).toMatchObject({ status: 400, code: 'form_param_missing' });
    // The Backend API takes what it is given: browsers run nothing of it.
    const form = new FormData();
    form.set('file', new File(['<svg/>'], 'x.svg', { type: 'image/svg+xml' }));
    const authorization = `Bearer ${clerk.secretKey}`;
    await fetch(`${clerk.apiUrl}/v1/users/user_ada/profile_image`, {
      method: 'POST',
      body: form,
      headers: { authorization },
    });
    const { headers } = await fetch(String((await page.get('/v1/me')).response['image_url']));
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('sessions', () => {
  const IPHONE =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

  it('name the browser of each', async () => {
    const phone = await pageOf(clerk, 'ada', IPHONE);
    page.headers = { 'user-agent': FIREFOX, 'x-forwarded-for': '203.0.113.7, 10.0.0.1' };
    await page.get('/v1/client');
    const active = (await page.get('/v1/me/sessions/active')).body as unknown as Record<string, unknown>[];
    expect(active.map((session) => session['latest_activity'])).toMatchObject([
      {
        browser_name: 'Firefox',
        browser_version: '140.0',
        device_type: 'Linux',
        is_mobile: false,
        ip_address: '203.0.113.7',
      },
      {
        browser_name: 'Safari',
        browser_version: '19.0',
        device_type: 'iPhone',
        is_mobile: true,
        ip_address: '127.0.0.1',
      },
    ]);
    expect((await phone.get('/v1/me/sessions/active')).body).toHaveLength(2);
    const [first] = active.map((session) => String(session['id']));
    expect((await call(clerk, 'GET', `/v1/sessions/${first ?? ''}`)).json).toMatchObject({
      latest_activity: { browser_name: 'Firefox', is_mobile: false },
    });
    expect(JSON.stringify(active)).not.toMatch(/jwt|bob/);
  });

  it('are ended from another device by their user only', async () => {
    const other = await pageOf(clerk, 'ada');
    const bob = await pageOf(clerk, 'bob');
    const idOf = async (who: FrontEnd) => String((await who.get('/v1/client')).response['last_active_session_id']);
    const id = await idOf(other);
    events();
    const revoked = await page.post(`/v1/me/sessions/${id}/revoke`);
    expect(revoked.response).toMatchObject({ id, status: 'revoked', last_active_token: null });
    expect(events()).toEqual(['session.revoked']);
    expect((await other.get('/v1/me')).status).toBe(401);
    expect((await page.get('/v1/me')).status).toBe(200);
    expect(await page.post(`/v1/me/sessions/${await idOf(bob)}/revoke`)).toMatchObject({ status: 404 });
    expect((await bob.get('/v1/me')).status).toBe(200);
    const all = (await page.get('/v1/me/sessions')).body as unknown as Record<string, unknown>[];
    expect(all.map((session) => [session['status'], session['last_active_token']])).toEqual([
      ['active', null],
      ['revoked', null],
    ]);
  });
});
