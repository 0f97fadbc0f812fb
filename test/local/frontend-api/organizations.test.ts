import { beforeEach, describe, expect, it } from 'vitest';
import { call, instances } from '../support.js';
import { FrontEnd, PAGE } from './front-end.js';
import { CANARY, eventsOf, openScene, type Scene, itemsOf } from './organization-scene.js';

const start = instances();
let scene: Scene;
beforeEach(async () => {
  scene = await openScene(start);
});

const ACME = '/v1/organizations/org_acme';
describe('the organizations of a user', () => {
  it('are listed in pages, with role and permissions', async () => {
    const list = await scene.bob.get('/v1/me/organization_memberships?paginated=true&limit=10&offset=0');
    expect(list.response).toMatchObject({
      total_count: 1,
      data: [{ role: 'org:member', organization: { id: 'org_acme', members_count: 2 } }],
    });
    expect(itemsOf(list)[0]?.['permissions']).toContain('org:sys_memberships:read');
    const empty = { data: [], total_count: 1 };
    expect((await scene.bob.get('/v1/me/organization_memberships?limit=10&offset=1')).response).toEqual(empty);
    expect((await scene.eve.get('/v1/me/organization_memberships')).response).toEqual({ data: [], total_count: 0 });
  });

  it('make their creators administrators, within the limits of a page', async () => {
    const events = eventsOf(scene);
    const forged = { max_allowed_memberships: '1000', public_metadata: '{"a":1}', created_by: 'user_ada' };
    const made = await scene.eve.post('/v1/organizations', { name: 'Evil Corp', ...forged });
    expect(made.response).toMatchObject({
      name: 'Evil Corp',
      slug: 'evil-corp',
      max_allowed_memberships: 5,
      public_metadata: {},
      members_count: 1,
    });
    expect(events()).toEqual(['organization.created', 'organizationMembership.created']);
    const sessions = made.client?.['sessions'] as { id: string; user: { organization_memberships: unknown } }[];
    expect(sessions[0]?.user.organization_memberships).toMatchObject([
      { role: 'org:admin', organization: { name: 'Evil Corp', members_count: 1 } },
    ]);
    const touch = `/v1/client/sessions/${String(sessions[0]?.id)}/touch`;
    const id = String(made.response['id']);
    const touched = await scene.eve.post(touch, { active_organization_id: id, intent: 'select_org' });
    expect(touched.response).toMatchObject({ last_active_organization_id: id });
    // Of somebody else's organization nothing becomes active.
    expect((await scene.eve.post(touch, { active_organization_id: 'org_acme' })).response).toMatchObject({
      last_active_organization_id: id,
    });
  });

  it.each([
    ['without a name', {}, 422, 'form_param_missing', 'name'],
    ['with a slug that is taken', { name: 'Acme', slug: 'acme' }, 422, 'form_identifier_exists', 'slug'],
    ['with a slug that is none', { name: 'Acme', slug: 'A b' }, 422, 'form_param_format_invalid', 'slug'],
  ])('are refused %s', async (_what, fields, status, code, param) => {
    expect(await scene.eve.post('/v1/organizations', fields)).toMatchObject({ status, code, param });
  });

  it('are created by the users and up to the number that the instance allows', async () => {
    await call(scene.clerk, 'PATCH', '/v1/users/user_eve', { create_organizations_limit: 1 });
    expect(await scene.eve.post('/v1/organizations', { name: 'One' })).toMatchObject({ status: 200 });
    expect(await scene.eve.post('/v1/organizations', { name: 'Two' })).toMatchObject({
      status: 403,
      code: 'org_creation_limit_exceeded',
    });
    await call(scene.clerk, 'PATCH', '/v1/users/user_bob', { create_organization_enabled: false });
    expect(await scene.bob.post('/v1/organizations', { name: 'Two' })).toMatchObject({
      status: 403,
      code: 'user_create_organization_not_enabled',
    });
    scene.clerk.configure({ organization_settings: { slug: { disabled: true } } });
    expect(await scene.ada.post('/v1/organizations', { name: 'Two', slug: 'two' })).toMatchObject({
      status: 403,
      code: 'organization_slugs_disabled',
    });
    scene.clerk.configure({ organization_settings: { enabled: false } });
    for (const reply of [await scene.ada.post('/v1/organizations', { name: 'Two' }), await scene.ada.get(ACME)])
      expect(reply).toMatchObject({ status: 403, code: 'organization_not_enabled_in_instance' });
  });

  it("start with the name of the user's domain", async () => {
    expect((await scene.bob.get('/v1/me/organization_creation_defaults')).response).toMatchObject({
      form: { name: 'Acme' },
    });
  });

  it('may be left, but not by the last member who can manage', async () => {
    const events = eventsOf(scene);
    const own = '/v1/me/organization_memberships/org_acme';
    expect(await scene.ada.call('DELETE', own)).toMatchObject({
      status: 400,
      code: 'organization_minimum_permissions_needed',
    });
    const left = await scene.bob.call('DELETE', own);
    expect(left.response).toMatchObject({ object: 'organization_membership', deleted: true });
    expect(events()).toEqual(['organizationMembership.deleted']);
    expect((await scene.bob.get('/v1/me/organization_memberships')).response).toMatchObject({ total_count: 0 });
    expect(await scene.bob.get(ACME)).toMatchObject({ status: 404 });
  });
});

describe('a role', () => {
  const MANAGED: readonly (readonly [method: string, path: string, fields?: Record<string, string>])[] = [
    ['PATCH', '', { name: 'Changed' }],
    ['PUT', '/logo'],
    ['DELETE', '/logo'],
    ['POST', '/memberships', { user_id: 'user_eve', role: 'org:member' }],
    ['PATCH', '/memberships/user_ada', { role: 'org:member' }],
    ['DELETE', '/memberships/user_ada'],
    ['GET', '/invitations'],
    ['GET', '/invitations/pending'],
    ['POST', '/invitations', { email_address: 'new@acme.test', role: 'org:member' }],
    ['POST', '/invitations/bulk', { email_address: 'new@acme.test', role: 'org:member' }],
    ['POST', '/invitations/orginv_none/revoke'],
    ['GET', '/domains'],
    ['GET', '/domains/orgdmn_none'],
    ['POST', '/domains', { name: 'acme.test' }],
    ['DELETE', '/domains/orgdmn_none'],
    ['POST', '/domains/orgdmn_none/update_enrollment_mode', { enrollment_mode: 'manual_invitation' }],
    ['POST', '/domains/orgdmn_none/prepare_affiliation_verification'],
    ['POST', '/domains/orgdmn_none/attempt_affiliation_verification'],
    ['GET', '/membership_requests'],
    ['POST', '/membership_requests/orgmemreq_none/accept'],
    ['POST', '/membership_requests/orgmemreq_none/reject'],
    ['DELETE', ''],
  ];
  const OPEN = [
    ['GET', ''],
    ['GET', '/memberships'],
    ['GET', '/roles'],
  ] as const;

  it('allows a member to read only', async () => {
    for (const [method, path, fields] of MANAGED)
      expect(await scene.bob.call(method, `${ACME}${path}`, fields), `${method} ${path}`).toMatchObject({
        status: 403,
        code: 'missing_organization_permission',
      });
    for (const [method, path] of OPEN)
      expect(await scene.bob.call(method, `${ACME}${path}`), `${method} ${path}`).toMatchObject({ status: 200 });
  });

  it('hides everything from outsiders, as of a missing organization, and refuses signed-out callers', async () => {
    const stranger = new FrontEnd(scene.clerk);
    const all: typeof MANAGED = [...MANAGED, ...OPEN, ['DELETE', '/../../me/organization_memberships/org_acme']];
    for (const [method, path, fields] of all) {
      const [there, nowhere] = [`${ACME}${path}`, `${ACME}${path}`.replaceAll('org_acme', 'org_none')];
      const denied = { status: 404, code: 'organization_not_found_or_unauthorized' };
      expect(await scene.eve.call(method, there, fields), `${method} ${path}`).toMatchObject(denied);
      expect(await scene.eve.call(method, nowhere, fields), `${method} ${path}`).toMatchObject(denied);
      expect(await stranger.call(method, there, fields), `${method} ${path}`).toMatchObject({
        status: 401,
        code: 'authentication_invalid',
      });
    }
    expect((await scene.ada.get(`${ACME}/memberships`)).response).toMatchObject({ total_count: 2 });
  });

  it('applies as soon as it changes, and ends with the membership', async () => {
    await scene.ada.call('PATCH', `${ACME}/memberships/user_bob`, { role: 'org:admin' });
    expect(await scene.bob.call('PATCH', ACME, { name: 'Bob\u2019s' })).toMatchObject({
      response: { name: 'Bob\u2019s' },
    });
    await scene.bob.call('DELETE', `${ACME}/memberships/user_ada`);
    expect(await scene.ada.call('PATCH', ACME, { name: 'Ada\u2019s' })).toMatchObject({ status: 404 });
  });
});

describe('the profile', () => {
  it('is changed and reported, except fields that a page may not set', async () => {
    const events = eventsOf(scene);
    const changed = await scene.ada.call('PATCH', ACME, {
      name: 'Acme Ltd',
      slug: 'ltd',
      max_allowed_memberships: '99',
    });
    expect(changed.response).toMatchObject({ name: 'Acme Ltd', slug: 'ltd', max_allowed_memberships: 5 });
    expect(events()).toEqual(['organization.updated']);
    expect(scene.clerk.state.table('organizations').get('org_acme')).toMatchObject({
      private_metadata: { canary: CANARY },
    });
  });

  it('has a logo', async () => {
    const form = new FormData();
    form.append('file', new File([new Uint8Array([137, 80, 78, 71])], 'logo.png', { type: 'image/png' }));
    const url = `${scene.clerk.frontendApiUrl}${ACME}/logo?_clerk_js_version=6.40.0&_method=PUT`;
    const answer = await scene.ada.browser.request(url, { method: 'POST', body: form, headers: { origin: PAGE } });
    const { response } = (await answer.json()) as { response: Record<string, unknown> };
    const image = String(response['logo_url']);
    expect(response).toMatchObject({ has_image: true, image_url: image });
    expect(image.startsWith(`${scene.clerk.frontendApiUrl}/images/organizations/org_acme?v=`)).toBe(true);
    const picture = await fetch(image);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(new Uint8Array([137, 80, 78, 71]));
    expect((await scene.ada.call('DELETE', `${ACME}/logo`)).response).toMatchObject({ deleted: true });
    expect((await scene.ada.get(ACME)).response).toMatchObject({ has_image: false, logo_url: null });
  });

  it.each([
    ['nothing', undefined, 'form_param_missing'],
    [
      'a page, which could hold scripts',
      new File(['<script>'], 'a.html', { type: 'text/html' }),
      'request_body_invalid',
    ],
  ])('refuses a logo that is %s', async (_what, file, code) => {
    const form = new FormData();
    form.append(file === undefined ? 'other' : 'file', file ?? '');
    const url = `${scene.clerk.frontendApiUrl}${ACME}/logo?_clerk_js_version=6.40.0&_method=PUT`;
    const answer = await scene.ada.browser.request(url, { method: 'POST', body: form, headers: { origin: PAGE } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ code }] });
  });

  it('is deleted by permission, if the instance allows it', async () => {
    await call(scene.clerk, 'PATCH', '/v1/organizations/org_acme', { admin_delete_enabled: false });
    expect(await scene.ada.call('DELETE', ACME)).toMatchObject({
      status: 403,
      code: 'organization_admin_delete_not_enabled',
    });
    await call(scene.clerk, 'PATCH', '/v1/organizations/org_acme', { admin_delete_enabled: true });
    const events = eventsOf(scene);
    expect((await scene.ada.call('DELETE', ACME)).response).toMatchObject({ id: 'org_acme', deleted: true });
    expect(events()).toEqual([
      'organizationMembership.deleted',
      'organizationMembership.deleted',
      'organization.deleted',
    ]);
  });
});

describe('paths that both APIs have', () => {
  it('answer a page by its cookie only, and a server by its secret key only', async () => {
    const asPage = `${scene.clerk.frontendApiUrl}${ACME}?_clerk_js_version=6.40.0`;
    const asServer = `${scene.clerk.frontendApiUrl}${ACME}`;
    const authorization = `Bearer ${scene.clerk.secretKey}`;
    // The secret key is no session, and the cookie is no secret key.
    expect((await fetch(asPage, { headers: { authorization } })).status).toBe(401);
    expect((await scene.ada.browser.request(asServer, { headers: { origin: PAGE } })).status).toBe(401);
    const page = await (await scene.ada.browser.request(asPage, { headers: { origin: PAGE, authorization } })).text();
    expect(page).not.toContain(CANARY);
    expect(JSON.parse(page)).toHaveProperty('response.id', 'org_acme');
    const server = await scene.ada.browser.request(asServer, { headers: { authorization } });
    expect(await server.json()).toMatchObject({ id: 'org_acme', private_metadata: { canary: CANARY } });
  });

  it("ignore a method in a server's query, and offer no operation of the other API", async () => {
    const authorization = `Bearer ${scene.clerk.secretKey}`;
    const url = `${scene.clerk.frontendApiUrl}${ACME}?_method=DELETE`;
    expect((await fetch(url, { method: 'POST', headers: { authorization } })).status).toBe(405);
    expect(await scene.ada.call('PATCH', `${ACME}/metadata`, { public_metadata: '{"a":1}' })).toMatchObject({
      status: 404,
    });
    expect(await scene.ada.get('/v1/organizations')).toMatchObject({ status: 405 });
    expect(scene.clerk.state.table('organizations').get('org_acme')).toMatchObject({ public_metadata: {} });
  });
});

it('never show private metadata, links and codes', async () => {
  await scene.ada.post(`${ACME}/invitations`, { email_address: 'eve@evil.test', role: 'org:member' });
  const { state } = scene.clerk;
  for (const { id } of state.table('organization_memberships').rows())
    state.table('organization_memberships').update(id, { private_metadata: { canary: CANARY } });
  for (const { id } of state.table('organization_invitations').rows())
    state.table('organization_invitations').update(id, { private_metadata: { canary: CANARY } });
  const replies = [
    await scene.ada.get(ACME),
    await scene.ada.get(`${ACME}/memberships`),
    await scene.ada.get(`${ACME}/invitations`),
    await scene.ada.get(`${ACME}/roles`),
    await scene.ada.get('/v1/me/organization_memberships'),
    await scene.eve.get('/v1/me/organization_invitations'),
    await scene.ada.call('PATCH', ACME, { name: 'Acme' }),
    await scene.ada.call('PATCH', `${ACME}/memberships/user_bob`, { role: 'org:member' }),
    await scene.ada.get('/v1/client'),
  ];
  for (const { status, text } of replies) {
    expect(status).toBe(200);
    expect(text).not.toContain(CANARY);
    expect(text).not.toMatch(/ticket=/);
  }
});
