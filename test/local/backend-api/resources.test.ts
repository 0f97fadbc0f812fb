import { API_VERSION_DATE } from '../../../src/ground/api-version.js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import { openTicket } from '../../../packages/local/src/model/sessions/tickets.js';
import { acceptInvitation } from '../../../packages/local/src/model/invitations/invitations.js';
import { callsTo, seedAll, codeOf, newState, send } from './support.js';
import type { Fixture } from './support.js';

let state: ManagedState;
let ids: Fixture;
let events: string[];

const { get, patch, post, remove } = callsTo(() => state);
const ticketIn = (url: string): string => new URL(url).searchParams.get('ticket') ?? '';

beforeEach(() => {
  events = [];
  state = newState({ onEvent: (type) => events.push(type) });
  ids = seedAll(state);
  events.length = 0;
});

describe('invitations', () => {
  const invite = (body: Record<string, unknown> = {}) =>
    post('/invitations', { email_address: 'new@example.com', ...body });

  it('exist once for each address as pending, and never for users', async () => {
    const { body } = await invite({ redirect_url: 'https://app.test/welcome', expires_in_days: 2 });
    expect(openTicket(state, ticketIn(body.url))).toMatchObject({
      st: 'invitation',
      rid: body.id,
      rurl: 'https://app.test/welcome',
    });
    expect(codeOf(await invite())).toEqual([400, 'duplicate_record']);
    expect((await invite({ ignore_existing: true })).status).toBe(200);
    expect(codeOf(await invite({ email_address: 'ada@example.com', ignore_existing: true }))).toEqual([
      422,
      'form_identifier_exists',
    ]);
    state.clock.advance('3d');
    expect(openTicket(state, ticketIn(body.url))).toBeNull();
    expect((await get('/invitations', { status: 'expired' })).body[0].id).toBe(body.id);
    expect(() => acceptInvitation(state, body.id)).toThrow(/expired/);
  });

  it('are revoked once before they are accepted, and leave the list', async () => {
    const first = (await invite()).body;
    expect((await post(`/invitations/${first.id}/revoke`)).body).toMatchObject({ status: 'revoked', revoked: true });
    expect(codeOf(await post(`/invitations/${first.id}/revoke`))).toEqual([400, 'invitation_already_revoked']);
    expect((await get('/invitations')).body).toEqual([]);
    expect((await get('/invitations', { status: 'revoked' })).body).toHaveLength(1);
    const second = (await invite()).body;
    acceptInvitation(state, second.id);
    expect(codeOf(await post(`/invitations/${second.id}/revoke`))).toEqual([400, 'invitation_already_accepted']);
  });

  it('are created in bulk all or none, ten at most', async () => {
    const many = (count: number) =>
      post(
        '/invitations/bulk',
        Array.from({ length: count }, (_, n) => ({ email_address: `u${n}@example.com` })),
      );
    expect(codeOf(await many(11))).toEqual([400, 'bulk_size_exceeded']);
    expect(
      (await post('/invitations/bulk', [{ email_address: 'a@example.com' }, { email_address: 'ada@example.com' }]))
        .status,
    ).toBe(422);
    expect((await get('/invitations')).body).toEqual([]);
    expect((await many(10)).body).toHaveLength(10);
  });

  it('have a ticket that is no session token, and none of another instance', async () => {
    const { url } = (await invite()).body;
    expect((await post('/clients/verify', { token: ticketIn(url) })).status).toBe(400);
    expect(openTicket(state, ticketIn(url))).not.toBeNull();
    expect(openTicket(newState(), ticketIn(url))).toBeNull();
    state.keys.rotate(0);
    expect(openTicket(state, ticketIn(url))).toBeNull();
  });
});

describe('waitlist', () => {
  it('holds an address once, which is invited, rejected and deleted as its state allows', async () => {
    const entry = (await post('/waitlist_entries', { email_address: 'New@example.com' })).body;
    expect((await post('/waitlist_entries', { email_address: 'new@example.com' })).body.id).toBe(entry.id);
    expect((await post(`/waitlist_entries/${entry.id}/reject`)).body.status).toBe('rejected');
    expect((await post(`/waitlist_entries/${entry.id}/reject`)).status).toBe(409);
    const invited = (await post(`/waitlist_entries/${entry.id}/invite`)).body;
    expect(invited).toMatchObject({
      status: 'invited',
      invitation: { email_address: 'new@example.com', status: 'pending' },
    });
    expect((await post(`/waitlist_entries/${entry.id}/invite`)).status).toBe(409);
    expect((await post(`/waitlist_entries/${entry.id}/invite`, { ignore_existing: true })).status).toBe(200);
    expect((await remove(`/waitlist_entries/${entry.id}`)).status).toBe(409);
    expect(events.filter((type) => type.startsWith('waitlistEntry'))).toEqual([
      'waitlistEntry.created',
      ...Array(3).fill('waitlistEntry.updated'),
    ]);
  });

  it('adds up to 50 addresses in bulk, each once, and keeps existing ones', async () => {
    const bulk = (addresses: string[]) =>
      post(
        '/waitlist_entries/bulk',
        addresses.map((address) => ({ email_address: address })),
      );
    const known = (await post('/waitlist_entries', { email_address: 'a@example.com' })).body;
    expect((await bulk(['a@example.com', 'b@example.com'])).body[0].id).toBe(known.id);
    expect((await bulk(['c@example.com', 'C@example.com'])).status).toBe(422);
    expect((await bulk(Array.from({ length: 51 }, (_, n) => `u${n}@example.com`))).status).toBe(400);
    const listed = (await get('/waitlist_entries', { order_by: '+email_address', query: 'example' })).body;
    expect(listed.data.map((e: { email_address: string }) => e.email_address)).toEqual([
      'a@example.com',
      'b@example.com',
    ]);
  });
});

it('lists are arrays, or pages if requested', async () => {
  for (const n of [1, 2, 3]) await post('/redirect_urls', { url: `https://app.test/${n}` });
  const bare = (await get('/redirect_urls', { limit: '2' })).body;
  expect(bare.map((r: { url: string }) => r.url)).toEqual(['https://app.test/3', 'https://app.test/2']);
  expect((await get('/redirect_urls', { limit: '2', paginated: 'true' })).body).toEqual({ data: bare, total_count: 3 });
  expect((await get('/redirect_urls', { paginated: 'false' })).body).toHaveLength(3);
  for (const path of [
    '/allowlist_identifiers',
    '/clients',
    '/invitations',
    '/jwt_templates',
    '/sessions',
    '/templates/email',
  ]) {
    expect((await get(path)).body, path).toBeInstanceOf(Array);
    expect((await get(path, { paginated: 'true' })).body, path).toEqual({
      data: expect.any(Array),
      total_count: expect.any(Number),
    });
  }
});

it('allowlist and blocklist recognize the kind of an identifier, and hold it once', async () => {
  const add = (identifier: string) => post('/allowlist_identifiers', { identifier });
  expect((await add('Someone@example.com')).body).toMatchObject({
    identifier: 'someone@example.com',
    identifier_type: 'email_address',
  });
  expect((await add('+15550100003')).body.identifier_type).toBe('phone_number');
  expect((await add('*@example.com')).body.identifier_type).toBe('email_address');
  expect((await add(`0x${'a'.repeat(40)}`)).body.identifier_type).toBe('web3_wallet');
  expect(codeOf(await add('someone@example.com'))).toEqual([400, 'duplicate_record']);
  expect(codeOf(await add('nonsense'))).toEqual([422, 'form_param_format_invalid']);
  const { id } = (await post('/blocklist_identifiers', { identifier: 'bad@example.com' })).body;
  expect((await get('/blocklist_identifiers')).body).toMatchObject({ data: [{ id }], total_count: 1 });
  expect((await remove(`/blocklist_identifiers/${id}`)).body).toEqual({
    object: 'blocklist_identifier',
    id,
    deleted: true,
  });
  expect((await remove(`/blocklist_identifiers/${id}`)).status).toBe(404);
});

it('OAuth applications show their secret on creation and rotation only', async () => {
  const app = (await post('/oauth_applications', { name: 'App', redirect_uris: ['https://app.test/cb'] })).body;
  expect(app).toMatchObject({
    scopes: 'profile email',
    consent_screen_enabled: true,
    callback_url: 'https://app.test/cb',
  });
  expect(app.client_secret).toMatch(/^\w{32}$/);
  const path = `/oauth_applications/${app.id}`;
  expect((await get(path)).text).not.toContain(app.client_secret);
  const updated = (await patch(path, { name: 'Other' })).body;
  expect(updated).toMatchObject({ name: 'Other', redirect_uris: ['https://app.test/cb'], scopes: 'profile email' });
  const rotated = (await post(`${path}/rotate_secret`)).body;
  expect(rotated.client_secret).not.toBe(app.client_secret);
  expect(codeOf(await patch(path, { redirect_uris: ['not a url'] }))).toEqual([422, 'form_param_format_invalid']);
  const open = (await post('/oauth_applications', { name: 'Open', public: true })).body;
  expect(open.client_secret).toBeUndefined();
  expect((await post(`/oauth_applications/${open.id}/rotate_secret`)).status).toBe(403);
  expect(
    (await get('/oauth_applications', { order_by: 'name', name_query: 'o' })).body.data.map(
      (a: { name: string }) => a.name,
    ),
  ).toEqual(['Open', 'Other']);
});

it("JWT templates cannot set Clerk's own claims, and keep their key", async () => {
  const create = (body: Record<string, unknown>) =>
    post('/jwt_templates', { name: 'one', claims: { role: '{{user.public_metadata.role}}' }, ...body });
  expect(codeOf(await create({ claims: { sub: 'someone' } }))).toEqual([400, 'jwt_template_reserved_claim']);
  expect(codeOf(await create({ custom_signing_key: true, signing_algorithm: 'HS256' }))).toEqual([
    422,
    'form_param_missing',
  ]);
  const made = await create({ custom_signing_key: true, signing_algorithm: 'HS256', signing_key: 'top secret' });
  expect(made.body).toMatchObject({ lifetime: 60, allowed_clock_skew: 5, custom_signing_key: true });
  expect(made.text).not.toContain('top secret');
  expect(codeOf(await create({}))).toEqual([422, 'form_identifier_exists']);
});

it('sign-in tokens belong to a user, expire, and are revoked once', async () => {
  const made = (await post('/sign_in_tokens', { user_id: ids['user_id'], expires_in_seconds: 60 })).body;
  expect(openTicket(state, made.token)).toMatchObject({ st: 'sign_in_token', rid: made.id });
  expect((await post(`/sign_in_tokens/${made.id}/revoke`)).body).toMatchObject({ status: 'revoked' });
  expect((await post(`/sign_in_tokens/${made.id}/revoke`)).status).toBe(400);
  expect((await post('/sign_in_tokens', { user_id: 'user_nobody' })).status).toBe(404);
  state.clock.advance('61s');
  expect(openTicket(state, made.token)).toBeNull();
});

it('settings are stored, and apply to new organizations', async () => {
  const permissions = ['org:sys_memberships:read', 'org:sys_memberships:manage', 'org:sys_profile:delete'];
  const owner = (await post('/organization_roles', { name: 'Owner', key: 'org:owner', permissions })).body;
  const changed = await patch('/instance/organization_settings', {
    max_allowed_memberships: 3,
    creator_role_id: owner.id,
    domains_enabled: false,
  });
  expect(changed.body).toMatchObject({
    max_allowed_memberships: 3,
    creator_role: 'org:owner',
    domains_enabled: false,
    enabled: true,
  });
  expect((await get('/instance/organization_settings')).body).toEqual(changed.body);
  const organization = (await post('/organizations', { name: 'New', created_by: ids['other_user_id'] })).body;
  expect(organization.max_allowed_memberships).toBe(3);
  expect((await get(`/organizations/${organization.id}/memberships`)).body.data[0].role).toBe('org:owner');
  expect((await patch('/instance/organization_settings', { creator_role_id: 'role_nobody' })).status).toBe(404);
  await patch('/instance', { allowed_origins: ['https://app.test'] });
  expect((await get('/instance')).body.allowed_origins).toEqual(['https://app.test']);
  await patch('/instance/protect', { rules_enabled: true });
  expect((await get('/instance/protect')).body).toEqual({
    object: 'instance_protect',
    rules_enabled: true,
    specter_enabled: false,
    checks_bypassed: false,
  });
});

it('templates are changed, previewed and reverted', async () => {
  const path = '/templates/email/invitation';
  const original = (await get(path)).body;
  const put = await send(state, 'PUT', path, {
    body: { name: 'Mine', body: 'Join {{app.name}}, {{unknown}}', from_email_name: 'me' },
  });
  expect(put.body).toMatchObject({ id: original.id, name: 'Mine', can_revert: true });
  expect((await post(`${path}/preview`, {})).body.body).toBe('Join Local instance, {{unknown}}');
  expect((await post(`${path}/toggle_delivery`, { delivered_by_clerk: false })).body.delivered_by_clerk).toBe(false);
  expect((await post(`${path}/revert`)).body).toMatchObject({ body: original.body, can_revert: false });
  expect((await get('/templates/sms/nothing')).status).toBe(404);
  expect((await get('/templates/fax')).status).toBe(422);
});

describe('billing', () => {
  const item = () => `/billing/subscription_items/${ids['subscription_item_id']}`;

  it('cancels an item at the end of its period, or ends it at once', async () => {
    expect((await remove(item())).body).toMatchObject({ status: 'canceled', canceled_at: state.now(), ended_at: null });
    expect((await remove(item())).status).toBe(400);
    const other = (await get('/billing/subscription_items', { payer_type: 'org' })).body.data[0];
    expect((await remove(`/billing/subscription_items/${other.id}`, { end_now: 'true' })).body).toMatchObject({
      status: 'ended',
      ended_at: state.now(),
    });
    expect(events).toEqual(['subscriptionItem.canceled', 'subscriptionItem.ended']);
  });

  it('a trial is extended within a year', async () => {
    const extend = (ms: number) =>
      post(`${item()}/extend_free_trial`, { extend_to: new Date(state.now() + ms).toISOString() });
    const day = 86_400_000;
    expect((await extend(40 * day)).body.period_end).toBe(state.now() + 40 * day);
    expect((await extend(-day)).status).toBe(422);
    expect((await extend(500 * day)).status).toBe(422);
    const other = (await get('/billing/subscription_items', { payer_type: 'org' })).body.data[0];
    expect(
      (await post(`/billing/subscription_items/${other.id}/extend_free_trial`, { extend_to: '2026-02-01T00:00:00Z' }))
        .status,
    ).toBe(403);
  });

  it('raises a price at once, and lowers it with the next period', async () => {
    const change = (id: string, from: unknown, to: unknown) =>
      post(`/billing/subscription_items/${id}/price_transition`, { from_price_id: from, to_price_id: to });
    const id = ids['subscription_item_id'] ?? '';
    expect((await change(id, ids['to_price_id'], ids['from_price_id'])).status).toBe(409);
    const up = (await change(id, ids['from_price_id'], ids['to_price_id'])).body;
    expect(up).toMatchObject({
      subscription_item: { status: 'active', price_id: ids['to_price_id'] },
      transition: { effective_mode: 'immediate', immediate_charge: { amount: 2000 } },
    });
    const down = (await change(up.subscription_item.id, ids['to_price_id'], ids['from_price_id'])).body;
    expect(down).toMatchObject({
      subscription_item: { status: 'upcoming' },
      transition: { effective_mode: 'end_of_period', immediate_charge: null },
    });
    expect(events).toEqual([
      'subscriptionItem.ended',
      'subscriptionItem.active',
      'subscriptionItem.canceled',
      'subscriptionItem.upcoming',
    ]);
  });

  it('lists prices cheapest first, and statements with the payments', async () => {
    await post('/billing/prices', { plan_id: ids['plan_id'], amount: 500 });
    const amounts = (await get('/billing/prices', { plan_id: ids['plan_id'] ?? '' })).body.data.map(
      (p: { amount: number }) => p.amount,
    );
    expect(amounts).toEqual([500, 1000, 2000]);
    const statement = (await get(`/billing/statements/${ids['statementID']}`)).body;
    expect(statement).toMatchObject({
      totals: { grand_total: { amount: 1000, amount_formatted: '10.00', currency_symbol: '$' } },
      payer: { email: 'ada@example.com' },
    });
    expect((await get(`/billing/statements/${ids['statementID']}/payment_attempts`)).body).toMatchObject({
      data: [{ status: 'paid' }],
      total_count: 1,
    });
  });
});

describe('the HTTP API', () => {
  it('matches static paths first, with and without the version, and keeps encoded ids in one segment', async () => {
    expect((await get('/v1/users/count')).body.object).toBe('total_count');
    expect((await get('/users/count/')).status).toBe(200);
    expect((await get('/v1/v1/users')).status).toBe(404);
    expect((await get('/users/%2e%2e')).status).toBe(404);
    expect((await get('/users/a%2Fban')).status).toBe(404);
    expect((await get('/users/%zz')).status).toBe(404);
    expect(codeOf(await send(state, 'PUT', '/users'))).toEqual([405, 'method_not_allowed']);
    expect(codeOf(await get('/no/such/path'))).toEqual([404, 'resource_not_found']);
  });

  it('accepts JSON with or without a charset, and no other content type', async () => {
    const body = { url: 'https://app.test/1' };
    const with_ = (type: string) => send(state, 'POST', '/redirect_urls', { body, headers: { 'content-type': type } });
    expect((await with_('application/json; charset=utf-8')).status).toBe(200);
    expect(codeOf(await with_('application/x-www-form-urlencoded'))).toEqual([415, 'unsupported_content_type']);
    expect((await send(state, 'POST', '/redirect_urls', { body: new Uint8Array([0xff, 0xfe]) })).status).toBe(400);
    expect(
      (
        await send(state, 'POST', `/users/${ids['user_id']}/profile_image`, {
          body: 'x',
          headers: { 'content-type': 'multipart/form-data' },
        })
      ).status,
    ).toBe(400);
  });

  it('answers every version of the API, named once in header or query', async () => {
    const ask = (headers: Record<string, string>, query = '') => send(state, 'GET', '/users', { headers, query });
    for (const version of ['2021-02-05', API_VERSION_DATE, '2026-05-12']) {
      expect((await ask({ 'clerk-api-version': version })).status).toBe(200);
      expect((await ask({}, `__clerk_api_version=${version}`)).status).toBe(200);
      const twice = await ask({ 'clerk-api-version': version }, `__clerk_api_version=${version}`);
      expect(codeOf(twice)).toEqual([400, 'api_version_invalid']);
    }
    expect((await ask({})).status).toBe(200);
    for (const version of ['2031-01-01', 'v1', ''])
      expect(codeOf(await ask({ 'clerk-api-version': version }))).toEqual([400, 'api_version_invalid']);
    expect(codeOf(await ask({}, '__clerk_api_version=2031-01-01'))).toEqual([400, 'api_version_invalid']);
  });

  it('changes metadata through its own operations only from version 2026-05-12 on', async () => {
    const newer = { 'clerk-api-version': '2026-05-12' };
    const metadata = { public_metadata: { a: 1 } };
    for (const path of [`/users/${ids['user_id']}`, `/organizations/${ids['organization_id']}`]) {
      const before = (await get(path)).text;
      expect(codeOf(await send(state, 'PATCH', path, { body: metadata, headers: newer }))).toEqual([
        422,
        'form_param_unknown',
      ]);
      expect((await get(path)).text).toBe(before);
      const merged = await send(state, 'PATCH', `${path}/metadata`, { body: metadata, headers: newer });
      expect(merged.body.public_metadata).toMatchObject({ a: 1 });
      expect((await patch(path, { public_metadata: { b: 2 } })).body.public_metadata).toEqual({ b: 2 });
    }
  });

  it('accepts a machine\u2019s key for operations of machines only', async () => {
    const headers = { authorization: `Bearer ${ids['machine_secret']}` };
    const tokens = { query: { subject: ids['machine_id'] ?? '' }, headers };
    expect((await send(state, 'GET', '/m2m_tokens', tokens)).status).toBe(200);
    expect(codeOf(await send(state, 'GET', '/users', { headers }))).toEqual([401, 'clerk_key_invalid']);
    expect(codeOf(await post('/m2m_tokens', {}))).toEqual([401, 'authentication_invalid']);
  });

  it('gives equal refusals one trace id, and different ones another', async () => {
    const [one, again, other] = [await get('/users/user_x'), await get('/users/user_x'), await get('/users/user_y')];
    expect(again.text).toBe(one.text);
    expect(other.body.clerk_trace_id).not.toBe(one.body.clerk_trace_id);
  });

  it('stores a picture with the user, and removes it', async () => {
    const file =
      '--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--B--\r\n';
    const path = `/users/${ids['user_id']}/profile_image`;
    const put = await send(state, 'POST', path, {
      body: file,
      headers: { 'content-type': 'multipart/form-data; boundary=B' },
    });
    expect(put.body).toMatchObject({ has_image: true, image_url: `data:image/png;base64,${btoa('PNG')}` });
    expect((await remove(path)).body.has_image).toBe(false);
  });
});
