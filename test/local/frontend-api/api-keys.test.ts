import { beforeEach, describe, expect, it } from 'vitest';
import { misfitsOf } from '../../../packages/local/src/document/frontend-check.js';
import { call, instances } from '../support.js';
import { PAGE, type FrontEnd } from './front-end.js';
import { openScene, type Scene } from './organization-scene.js';

const start = instances();
let scene: Scene;
beforeEach(async () => {
  scene = await openScene(start);
});

interface Answer {
  readonly status: number;
  // Tests look into answers of all shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly code: string | undefined;
  readonly param: string | undefined;
}

/** As the official client asks: two slashes, JSON, a session token, no cookie. */
async function ask(token: string | null, method: string, path: string, body?: object): Promise<Answer> {
  const url = new URL(`${scene.clerk.frontendApiUrl}//api_keys${path}`);
  url.searchParams.set('_clerk_js_version', '6.40.0');
  if (method === 'PATCH') url.searchParams.set('_method', method);
  const answer = await fetch(url, {
    method: method === 'GET' ? 'GET' : 'POST',
    headers: {
      origin: PAGE,
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
  const json = (await answer.json()) as { errors?: { code: string; meta?: { param_name?: string } }[] };
  return { status: answer.status, body: json, code: json.errors?.[0]?.code, param: json.errors?.[0]?.meta?.param_name };
}

async function tokenOf(page: FrontEnd): Promise<string> {
  const sessions = (await page.get('/v1/client')).response['sessions'] as { id: string }[];
  return String((await page.post(`/v1/client/sessions/${String(sessions[0]?.id)}/tokens`)).body['jwt']);
}

const key = (fields: object = {}) => ({ type: 'api_key', name: 'Deploy', subject: 'user_ada', ...fields });

describe('API keys of a user', () => {
  it('show their secret once, and are listed, found, changed and revoked', async () => {
    const token = await tokenOf(scene.ada);
    const made = await ask(token, 'POST', '', key({ description: 'CI', seconds_until_expiration: 3600 }));
    expect(made).toMatchObject({
      status: 201,
      body: { subject: 'user_ada', created_by: 'user_ada' },
    });
    expect(misfitsOf('NewApiKey', made.body)).toEqual([]);
    const { expiration, created_at: createdAt } = made.body as { expiration: number; created_at: number };
    expect(expiration - createdAt).toBe(3_600_000);
    const { id, secret } = made.body as { id: string; secret: string };
    await ask(token, 'POST', '', key({ name: 'Backup' }));
    const list = await ask(token, 'GET', '?subject=user_ada&query=&limit=10&offset=0');
    expect(misfitsOf('Page<ApiKey>', list.body)).toEqual([]);
    expect(list.body).toMatchObject({ total_count: 2, data: [{ name: 'Backup' }, { name: 'Deploy' }] });
    expect(JSON.stringify(list.body)).not.toContain(secret);
    expect((await ask(token, 'GET', '?subject=user_ada&query=depl')).body).toMatchObject({ data: [{ id }] });
    const page = await ask(token, 'GET', '?subject=user_ada&limit=1&offset=1');
    expect(page.body).toMatchObject({ total_count: 2, data: [{ name: 'Deploy' }] });
    const changed = await ask(token, 'PATCH', `/${id}`, { description: 'CD', subject: 'user_bob', claims: { a: 1 } });
    expect(changed.body).toMatchObject({ description: 'CD', subject: 'user_ada', claims: null });
    expect((await ask(token, 'PATCH', `/${id}`, {})).body).toMatchObject({ description: 'CD' });
    // The Backend API has the same keys.
    const verify = () => call(scene.clerk, 'POST', '/v1/api_keys/verify', { secret });
    expect((await verify()).json).toMatchObject({ id, subject: 'user_ada' });
    const revoked = await ask(token, 'POST', `/${id}/revoke`, { revocation_reason: 'lost' });
    expect(revoked.body).toMatchObject({ id, revoked: true, revocation_reason: 'lost' });
    expect(JSON.stringify([changed.body, revoked.body])).not.toContain(secret);
    expect((await verify()).status).toBe(404);
    expect((await ask(token, 'GET', '?subject=user_ada')).body).toMatchObject({ total_count: 1 });
    expect((await ask(token, 'GET', '?subject=user_ada&include_invalid=true')).body).toMatchObject({ total_count: 2 });
  });

  it('take no scopes and claims from the page', async () => {
    const forged = { scopes: ['everything'], claims: { admin: true }, created_by: 'user_bob', secret: 'ak_mine' };
    const { body } = await ask(await tokenOf(scene.ada), 'POST', '', key(forged));
    expect(body).toMatchObject({ scopes: [], claims: null, created_by: 'user_ada' });
    expect(body).not.toMatchObject({ secret: 'ak_mine' });
  });

  it.each([
    ['without a name', { name: undefined }, 400, 'form_param_missing', 'name'],
    ['with a short name', { name: 'ab' }, 400, 'form_param_min_length_exceeded', 'name'],
    ['with a name of spaces', { name: ' abc' }, 400, 'form_param_format_invalid', 'name'],
    ['with a long description', { description: 'x'.repeat(256) }, 400, 'form_param_max_length_exceeded', 'description'],
    ['for no time', { seconds_until_expiration: 0 }, 400, 'form_param_value_invalid', 'seconds_until_expiration'],
    ['without a subject', { subject: '' }, 400, 'form_param_missing', 'subject'],
  ])('are refused %s', async (_what, fields, status, code, param) => {
    expect(await ask(await tokenOf(scene.ada), 'POST', '', key(fields))).toMatchObject({ status, code, param });
  });

  it('have unique names while they are valid', async () => {
    const token = await tokenOf(scene.ada);
    const { body } = await ask(token, 'POST', '', key());
    expect(await ask(token, 'POST', '', key())).toMatchObject({ status: 409, code: 'token_creation_conflict' });
    await ask(token, 'POST', `/${(body as { id: string }).id}/revoke`, {});
    expect(await ask(token, 'POST', '', key())).toMatchObject({ status: 201 });
  });

  it('are refused if they are switched off', async () => {
    scene.clerk.configure({ api_keys_settings: { user_api_keys_enabled: false } });
    const token = await tokenOf(scene.ada);
    expect(await ask(token, 'POST', '', key())).toMatchObject({ status: 422, code: 'api_keys_not_enabled' });
    expect(await ask(token, 'POST', '', key({ subject: 'org_acme' }))).toMatchObject({ status: 201 });
  });
});

describe('API keys of others', () => {
  it('are inaccessible', async () => {
    const { body } = await ask(await tokenOf(scene.ada), 'POST', '', key());
    const { id } = body as { id: string };
    const eve = await tokenOf(scene.eve);
    expect(await ask(eve, 'GET', '?subject=user_ada')).toMatchObject({ status: 404 });
    expect(await ask(eve, 'POST', '', key())).toMatchObject({ status: 404 });
    expect(await ask(eve, 'PATCH', `/${id}`, { description: 'mine' })).toMatchObject({ status: 404 });
    expect(await ask(eve, 'POST', `/${id}/revoke`, {})).toMatchObject({ status: 404 });
    expect(await ask(eve, 'POST', '/ak_none/revoke', {})).toMatchObject({ status: 404 });
    const machine = scene.clerk.state.table('api_keys').get(id);
    expect(machine).toMatchObject({ revoked: false, description: null });
  });

  it('belong to an organization, whose roles decide', async () => {
    const [ada, bob, eve] = [await tokenOf(scene.ada), await tokenOf(scene.bob), await tokenOf(scene.eve)];
    const made = await ask(ada, 'POST', '', key({ subject: 'org_acme' }));
    expect(made).toMatchObject({ status: 201, body: { subject: 'org_acme', created_by: 'user_ada' } });
    const revoke = `/${(made.body as { id: string }).id}/revoke`;
    for (const answer of [
      await ask(bob, 'GET', '?subject=org_acme'),
      await ask(bob, 'POST', '', key({ subject: 'org_acme' })),
      await ask(bob, 'POST', revoke, {}),
    ])
      expect(answer).toMatchObject({ status: 403, code: 'missing_organization_permission' });
    expect(await ask(eve, 'GET', '?subject=org_acme')).toMatchObject({ status: 404 });
    expect(await ask(eve, 'POST', revoke, {})).toMatchObject({ status: 404 });
    const readers = scene.clerk.state.table('organization_roles').by('key', 'org:member')[0];
    scene.clerk.state.table('organization_roles').update(readers?.id ?? '', { permissions: ['org:sys_api_keys:read'] });
    expect((await ask(bob, 'GET', '?subject=org_acme')).body).toMatchObject({ total_count: 1 });
    expect(await ask(bob, 'POST', revoke, {})).toMatchObject({ status: 403 });
    expect(await ask(ada, 'POST', revoke, {})).toMatchObject({ status: 200 });
  });
});

describe("a caller of the API keys' operations", () => {
  it('needs a session token: no other token, no cookie, no key', async () => {
    const { clerk } = scene;
    const good = await tokenOf(scene.ada);
    const { state } = clerk;
    const session = String((await scene.ada.get('/v1/client')).response['last_active_session_id']);
    const claims = { sub: 'user_ada', sid: session, exp: Math.floor(clerk.now() / 1000) + 60 };
    const [head = '', payload = '', signature = ''] = good.split('.');
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'user_bob' })).toString('base64url');
    const refused = [
      null,
      'x',
      clerk.secretKey,
      `${head}.${forged}.${signature}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
      // Templates are the application's to fill.
      state.keys.sign({ cat: 'cl_B7d4PD222AAA' }, claims),
      state.keys.sign({}, claims),
      state.keys.sign({ cat: 'cl_B7d4PD111AAA' }, { ...claims, sub: 'user_bob' }),
      state.keys.sign({ cat: 'cl_B7d4PD111AAA' }, { ...claims, exp: claims.exp - 120 }),
      state.keys.sign({ cat: 'cl_B7d4PD111AAA' }, { sub: 'user_ada', exp: claims.exp }),
    ];
    for (const token of refused)
      expect(await ask(token, 'GET', '?subject=user_ada'), String(token)).toMatchObject({
        status: 401,
        code: 'authentication_invalid',
      });
    expect((await scene.ada.get('/api_keys?subject=user_ada')).status).toBe(401);
    expect(await ask(good, 'GET', '?subject=user_ada')).toMatchObject({ status: 200 });
    await call(clerk, 'POST', '/v1/users/user_ada/ban');
    expect(await ask(good, 'GET', '?subject=user_ada')).toMatchObject({ status: 401 });
  });

  it('differs from a server, which has its own view', async () => {
    const token = await tokenOf(scene.ada);
    const plain = `${scene.clerk.frontendApiUrl}/api_keys?subject=user_ada`;
    const as = (url: string, bearer: string) => fetch(url, { headers: { authorization: `Bearer ${bearer}` } });
    expect((await as(plain, token)).status).toBe(401);
    expect((await as(plain, scene.clerk.secretKey)).status).toBe(200);
    expect((await as(`${plain}&_clerk_js_version=6.40.0`, scene.clerk.secretKey)).status).toBe(401);
  });
});
