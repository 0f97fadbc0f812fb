import { beforeEach, describe, expect, it } from 'vitest';
import { call, instances } from '../support.js';
import type { Reply } from './front-end.js';
import { eventsOf, openScene, signIn, type Scene, itemsOf } from './organization-scene.js';

const start = instances();
let scene: Scene;
beforeEach(async () => {
  scene = await openScene(start);
});

const DOMAINS = '/v1/organizations/org_acme/domains';

/** Adds a domain, and gives its path. */
async function added(name: string): Promise<string> {
  const { response } = await scene.ada.post(DOMAINS, { name });
  return `${DOMAINS}/${String(response['id'])}`;
}
const prepare = (path: string, address: string): Promise<Reply> =>
  scene.ada.post(`${path}/prepare_affiliation_verification`, { affiliation_email_address: address });
const attempt = (path: string, code: string): Promise<Reply> =>
  scene.ada.post(`${path}/attempt_affiliation_verification`, { code });
/** Adds a domain that a code has shown to be Acme's. */
async function verified(name: string, mode: string): Promise<string> {
  const path = await added(name);
  await prepare(path, `post@${name}`);
  await attempt(path, await scene.clerk.lastCode(`post@${name}`));
  await scene.ada.post(`${path}/update_enrollment_mode`, { enrollment_mode: mode });
  return path;
}
const other = (code: string): string => (code === '111111' ? '222222' : '111111');

describe('a domain', () => {
  it('is added unverified, whatever the page sends, and reported to webhooks', async () => {
    const events = eventsOf(scene);
    const made = await scene.ada.post(DOMAINS, {
      name: 'Acme.TEST',
      verified: 'true',
      enrollment_mode: 'automatic_invitation',
    });
    expect(made.response).toMatchObject({
      name: 'acme.test',
      enrollment_mode: 'automatic_invitation',
      verification: { status: 'unverified' },
    });
    expect(itemsOf(await scene.ada.get(`${DOMAINS}?verified=true`))).toEqual([]);
    expect(itemsOf(await scene.ada.get(`${DOMAINS}?verified=false&limit=10`))).toMatchObject([{ name: 'acme.test' }]);
    // Bob's address is of the domain, but the domain is nobody's yet.
    expect(itemsOf(await scene.bob.get('/v1/me/organization_invitations'))).toEqual([]);
    const path = `${DOMAINS}/${String(made.response['id'])}`;
    expect((await scene.ada.call('DELETE', path)).response).toMatchObject({ deleted: true });
    expect(await scene.ada.get(path)).toMatchObject({ status: 404 });
    expect(events()).toEqual(['organizationDomain.created', 'organizationDomain.deleted']);
  });

  it.each([
    ['without a name', '', 422, 'form_param_missing'],
    ['that is none', 'acme', 422, 'form_param_format_invalid'],
    ['of a mail provider', 'gmail.com', 422, 'organization_domain_common'],
  ])('is not added %s', async (_what, name, status, code) => {
    expect(await scene.ada.post(DOMAINS, { name })).toMatchObject({ status, code, param: 'name' });
  });

  it('belongs to one organization, and is not found through another', async () => {
    const path = await added('acme.test');
    const { response } = await scene.eve.post('/v1/organizations', { name: 'Evil' });
    const evil = `/v1/organizations/${String(response['id'])}/domains`;
    expect(await scene.eve.post(evil, { name: 'acme.test' })).toMatchObject({
      code: 'organization_domain_already_exists',
    });
    const through = path.replace(DOMAINS, evil);
    expect(await scene.eve.get(through)).toMatchObject({ status: 404, code: 'resource_not_found' });
    expect(await scene.eve.call('DELETE', through)).toMatchObject({ status: 404 });
    expect(await scene.ada.get(path)).toMatchObject({ status: 200 });
  });

  it('is verified by a code that was sent to an address of it', async () => {
    const events = eventsOf(scene);
    const path = await added('acme.test');
    expect(await attempt(path, '424242')).toMatchObject({ status: 400, code: 'verification_missing' });
    for (const address of ['ada@evil.test', 'ada@sub.acme.test'])
      expect(await prepare(path, address), address).toMatchObject({
        status: 422,
        code: 'organization_domain_mismatch',
      });
    for (const address of ['ada@evil.test', 'ada@evil.test@acme.test', 'acme.test', ''])
      expect(await prepare(path, address), address).toMatchObject({ status: 422, param: 'affiliation_email_address' });
    const prepared = await prepare(path, 'Ada@Acme.test');
    expect(prepared.response).toMatchObject({
      affiliation_email_address: 'ada@acme.test',
      affiliation_verification: { status: 'unverified', strategy: 'affiliation_email_code', attempts: 0 },
    });
    const code = await scene.clerk.lastCode('ada@acme.test');
    expect(prepared.text).not.toContain(code);
    expect(await attempt(path, other(code))).toMatchObject({ status: 422, code: 'form_code_incorrect', param: 'code' });
    const done = await attempt(path, code);
    expect(done.response).toMatchObject({
      verification: { status: 'verified', verified_at: expect.any(Number) as number },
    });
    expect(await prepare(path, 'ada@acme.test')).toMatchObject({ code: 'verification_already_verified' });
    const { json } = await call(scene.clerk, 'GET', DOMAINS);
    expect(json).toMatchObject({ data: [{ name: 'acme.test', verification: { status: 'verified' } }] });
    expect(events()).toContain('organizationDomain.updated');
    const told = scene.clerk.webhooks.deliveries.filter(({ type }) => type.startsWith('organizationDomain'));
    expect(JSON.stringify([json, told])).not.toContain(`"${code}"`);
    expect(told.map(({ body }) => body).join('')).not.toContain(code);
  });

  it('is not verified by guesses or an old code', async () => {
    const path = await added('acme.test');
    await prepare(path, 'ada@acme.test');
    const code = await scene.clerk.lastCode('ada@acme.test');
    for (let n = 0; n < 3; n++) expect(await attempt(path, other(code))).toMatchObject({ code: 'form_code_incorrect' });
    expect(await attempt(path, code)).toMatchObject({ status: 400, code: 'verification_failed' });
    await prepare(path, 'ada@acme.test');
    const second = await scene.clerk.lastCode('ada@acme.test');
    scene.clerk.advanceClock('10m');
    expect((await scene.ada.get(path)).response).toMatchObject({ verification: { status: 'expired' } });
    expect(await attempt(path, second)).toMatchObject({ status: 400, code: 'verification_expired' });
  });

  it('is absent if domains are switched off', async () => {
    scene.clerk.configure({ organization_settings: { domains: { enabled: false } } });
    expect(await scene.ada.post(DOMAINS, { name: 'acme.test' })).toMatchObject({
      status: 403,
      code: 'organization_domains_not_enabled',
    });
  });
});

describe('users with an address of a verified domain', () => {
  const invitations = (page = scene.eve) => page.get('/v1/me/organization_invitations?status=pending');
  const suggestions = (page = scene.eve, status = 'status=pending&status=accepted') =>
    page.get(`/v1/me/organization_suggestions?${status}&limit=10`);

  it('are invited automatically, and join with the default role', async () => {
    const events = eventsOf(scene);
    const path = await verified('evil.test', 'automatic_invitation');
    expect((await scene.ada.get(path)).response).toMatchObject({ total_pending_invitations: 1 });
    const [invitation] = itemsOf(await invitations());
    expect(invitation).toMatchObject({ email_address: 'eve@evil.test', role: 'org:member' });
    expect(itemsOf(await invitations())).toHaveLength(1);
    const accept = `/v1/me/organization_invitations/${String(invitation?.['id'])}/accept`;
    expect(await scene.eve.post(accept)).toMatchObject({ status: 200 });
    expect(await scene.eve.get('/v1/organizations/org_acme')).toMatchObject({ status: 200 });
    expect(events()).toContain('organizationInvitation.created');
    // Whoever leaves is not invited again.
    await scene.eve.call('DELETE', '/v1/me/organization_memberships/org_acme');
    expect(itemsOf(await invitations())).toEqual([]);
    // Whoever comes later is invited at the first look.
    await call(scene.clerk, 'POST', '/v1/users', { email_address: ['zoe@evil.test'], skip_password_requirement: true });
    const zoe = String(scene.clerk.state.table('email_addresses').by('email_address', 'zoe@evil.test')[0]?.user_id);
    expect(itemsOf(await invitations(await signIn(scene.clerk, zoe)))).toMatchObject([
      { email_address: 'zoe@evil.test' },
    ]);
  });

  it('are not invited by an unverified address', async () => {
    await call(scene.clerk, 'POST', '/v1/email_addresses', { user_id: 'user_eve', email_address: 'eve@big.test' });
    const path = await verified('big.test', 'automatic_invitation');
    expect((await scene.ada.get(path)).response).toMatchObject({ total_pending_invitations: 0 });
    expect(itemsOf(await invitations())).toEqual([]);
  });

  it('are no longer invited if the mode changes with pending ones, or the domain is deleted', async () => {
    const path = await verified('evil.test', 'automatic_invitation');
    const mode = (fields: Record<string, string>) => scene.ada.post(`${path}/update_enrollment_mode`, fields);
    expect(await mode({ enrollment_mode: 'manual_invitation', delete_pending: 'true' })).toMatchObject({
      response: { total_pending_invitations: 0, enrollment_mode: 'manual_invitation' },
    });
    expect(itemsOf(await invitations())).toEqual([]);
    await mode({ enrollment_mode: 'automatic_suggestion' });
    expect(itemsOf(await suggestions())).toHaveLength(1);
    await scene.ada.call('DELETE', path);
    expect(itemsOf(await suggestions())).toEqual([]);
    expect(await mode({ enrollment_mode: 'no_such' })).toMatchObject({ status: 404 });
  });

  it('may ask to join, and members with the permission decide', async () => {
    const path = await verified('evil.test', 'automatic_suggestion');
    expect(await scene.ada.post(`${path}/update_enrollment_mode`, { enrollment_mode: 'no_such' })).toMatchObject({
      status: 422,
      param: 'enrollment_mode',
    });
    const [suggestion] = itemsOf(await suggestions());
    expect(suggestion).toMatchObject({ status: 'pending', public_organization_data: { id: 'org_acme', name: 'Acme' } });
    const accept = `/v1/me/organization_suggestions/${String(suggestion?.['id'])}/accept`;
    expect(await scene.bob.post(accept)).toMatchObject({ status: 404 });
    expect((await scene.eve.post(accept)).response).toMatchObject({ status: 'accepted' });
    expect(await scene.eve.post(accept)).toMatchObject({
      status: 400,
      code: 'organization_suggestion_already_accepted',
    });
    expect(await scene.eve.get('/v1/organizations/org_acme')).toMatchObject({ status: 404 });
    const requests = '/v1/organizations/org_acme/membership_requests';
    const [request] = itemsOf(await scene.ada.get(`${requests}?status=pending&limit=10`));
    expect(request).toMatchObject({ status: 'pending', public_user_data: { user_id: 'user_eve', first_name: 'Eve' } });
    const decide = `${requests}/${String(request?.['id'])}`;
    expect(await scene.eve.post(`${decide}/accept`)).toMatchObject({ status: 404 });
    expect((await scene.ada.post(`${decide}/accept`)).response).toMatchObject({ status: 'accepted' });
    expect(await scene.ada.post(`${decide}/reject`)).toMatchObject({ status: 404 });
    expect((await scene.eve.get('/v1/me/organization_memberships')).response).toMatchObject({
      data: [{ role: 'org:member' }],
    });
    expect(itemsOf(await suggestions())).toEqual([]);
  });

  it('stay outside if they are rejected', async () => {
    await verified('evil.test', 'automatic_suggestion');
    const [suggestion] = itemsOf(await suggestions());
    await scene.eve.post(`/v1/me/organization_suggestions/${String(suggestion?.['id'])}/accept`);
    const requests = '/v1/organizations/org_acme/membership_requests';
    const [request] = itemsOf(await scene.ada.get(requests));
    const rejected = await scene.ada.post(`${requests}/${String(request?.['id'])}/reject`);
    expect(rejected.response).toMatchObject({ status: 'rejected' });
    expect(itemsOf(await scene.ada.get(`${requests}?status=pending`))).toEqual([]);
    expect(await scene.eve.get('/v1/organizations/org_acme')).toMatchObject({ status: 404 });
  });
});
