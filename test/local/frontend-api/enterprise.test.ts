/** Enterprise connections over HTTP: the domain of the address says which, and the instance plays the provider. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { call, instances } from '../support.js';
import { FrontEnd, PAGE, type Reply } from './front-end.js';

const start = instances();

let clerk: LocalInstance;
let page: FrontEnd;
let connection: string;

beforeEach(async () => {
  clerk = await start({
    now: 1_800_000_000_000,
    seed: {
      seed: 'enterprise',
      users: [
        { id: 'user_ada', email_address: 'ada@corp.example', password: 'correct horse', first_name: 'Ada' },
        { id: 'user_bob', email_address: 'bob@example.com', password: 'correct horse' },
      ],
    },
  });
  connection = await connect({ domains: ['corp.example'] });
  page = new FrontEnd(clerk);
});

async function connect(body: object): Promise<string> {
  const wanted = { name: 'Corp', provider: 'saml_custom', saml: {}, ...body };
  const made = await call(clerk, 'POST', '/v1/enterprise_connections', wanted);
  const id = String(made.json['id']);
  await call(clerk, 'PATCH', `/v1/enterprise_connections/${id}`, { active: true });
  return id;
}

const begin = (identifier: string, fields: Record<string, string> = {}): Promise<Reply> =>
  page.post('/v1/client/sign_ins', { identifier, ...fields });

const prepare = (begun: Reply, fields: Record<string, string> = {}): Promise<Reply> =>
  page.post(`/v1/client/sign_ins/${String(begun.response['id'])}/prepare_first_factor`, {
    strategy: 'enterprise_sso',
    redirect_url: `${PAGE}/sso-callback`,
    action_complete_redirect_url: `${PAGE}/done`,
    ...fields,
  });

const addressIn = ({ response }: Reply): string =>
  (response['first_factor_verification'] as { external_verification_redirect_url: string })
    .external_verification_redirect_url;

/** What somebody does on the provider's page; where the browser goes then. */
async function answer(address: string, fields: Record<string, string>): Promise<string | null> {
  const token = new URL(address).searchParams.get('token') ?? '';
  const body = new URLSearchParams({ token, ...fields });
  const url = `${clerk.frontendApiUrl}/v1/oauth_callback`;
  const reply = await page.browser.request(url, { method: 'POST', body, headers: { origin: clerk.frontendApiUrl } });
  return reply.headers.get('location');
}

const shown = async (): Promise<Record<string, unknown>> => (await page.get('/v1/client')).response;

describe('an address of an enterprise domain', () => {
  it('is offered the connection only, known or not', async () => {
    expect((await page.get('/v1/environment')).body).toMatchObject({
      user_settings: { enterprise_sso: { enabled: true }, saml: { enabled: true } },
    });
    const factors = [
      { strategy: 'enterprise_sso', enterprise_connection_id: connection, enterprise_connection_name: 'Corp' },
    ];
    expect((await begin('Ada@corp.example')).response).toMatchObject({
      status: 'needs_first_factor',
      supported_first_factors: factors,
    });
    const unknown = await begin('eve@corp.example');
    expect(unknown.response).toMatchObject({ status: 'needs_identifier', supported_first_factors: factors });
    for (const strategy of ['password', 'email_code'])
      expect(
        await page.post(`/v1/client/sign_ins/${String(unknown.response['id'])}/attempt_first_factor`, {
          strategy,
          password: 'correct horse',
          code: '1',
        }),
      ).toMatchObject({ status: 400, code: 'strategy_for_user_invalid' });
    expect((await begin('bob@example.com')).response).toMatchObject({
      supported_first_factors: [{ strategy: 'password' }, { strategy: 'email_code' }, {}],
    });
  });

  it('signs in the account of the user, whose names follow the provider', async () => {
    const prepared = await prepare(await begin('ada@corp.example'));
    const form = await page.browser.request(addressIn(prepared));
    expect(await form.text()).toContain('Who does Corp say you are?');
    const fields = { email: 'ada@corp.example', first_name: 'Augusta', last_name: 'King' };
    expect(await answer(addressIn(prepared), fields)).toBe(`${PAGE}/done`);
    const client = await shown();
    expect(client['sessions']).toMatchObject([
      {
        user: {
          id: 'user_ada',
          first_name: 'Augusta',
          last_name: 'King',
          enterprise_accounts: [
            { provider: 'saml_custom', protocol: 'saml', active: true, enterprise_connection_id: connection },
          ],
        },
      },
    ]);
    expect(client['last_authentication_strategy']).toBe('enterprise_sso');
    const again = new FrontEnd(clerk);
    page = again;
    await answer(addressIn(await prepare(await begin('ada@corp.example'))), fields);
    const user = await call(clerk, 'GET', '/v1/users/user_ada');
    expect(user.json['enterprise_accounts']).toHaveLength(1);
  });

  it('signs up a new user', async () => {
    const prepared = await prepare(await begin('eve@corp.example'));
    const fields = { email: 'eve@corp.example', first_name: 'Eve', last_name: '' };
    expect(await answer(addressIn(prepared), fields)).toBe(`${PAGE}/sso-callback`);
    expect(await shown()).toMatchObject({ sign_in: { first_factor_verification: { status: 'transferable' } } });
    const done = await page.post('/v1/client/sign_ups', { transfer: 'true' });
    expect(done.response).toMatchObject({ status: 'complete', email_address: 'eve@corp.example' });
    expect((await shown())['sessions']).toMatchObject([
      { user: { first_name: 'Eve', enterprise_accounts: [{ enterprise_connection_id: connection }] } },
    ]);
  });

  it('chooses among several connections', async () => {
    const other = await connect({ name: 'Other', provider: 'saml_okta', domains: ['corp.example'] });
    const begun = await begin('ada@corp.example');
    expect(await prepare(begun)).toMatchObject({
      status: 422,
      code: 'enterprise_connection_id_is_required_with_multiple_connections',
    });
    const prepared = await prepare(begun, { enterprise_connection_id: other });
    await answer(addressIn(prepared), { email: 'ada@corp.example' });
    expect((await shown())['sessions']).toMatchObject([
      { user: { enterprise_accounts: [{ provider: 'saml_okta', enterprise_connection_id: other }] } },
    ]);
    page = new FrontEnd(clerk);
    expect(await prepare(await begin('ada@corp.example'), { enterprise_connection_id: 'ec_x' })).toMatchObject({
      status: 422,
      code: 'enterprise_sso_sign_in_connection_missing',
    });
  });

  it('signs in by the older SAML connections, and by a subdomain if that is allowed', async () => {
    const body = { name: 'Old', provider: 'saml_custom', domain: 'old.example' };
    const made = await call(clerk, 'POST', '/v1/saml_connections', body);
    const path = `/v1/saml_connections/${String(made.json['id'])}`;
    clerk.state.table('saml_connections').update(String(made.json['id']), { active: true });
    const factors = async (address: string) => (await begin(address)).response['supported_first_factors'];
    expect(await factors('eve@old.example')).toMatchObject([{ enterprise_connection_name: 'Old' }]);
    expect(await begin('eve@sub.old.example')).toMatchObject({ status: 422, code: 'form_identifier_not_found' });
    await call(clerk, 'PATCH', path, { allow_subdomains: true });
    expect(await factors('eve@sub.old.example')).toMatchObject([{ enterprise_connection_name: 'Old' }]);
    expect(await begin('eve@notold.example')).toMatchObject({ status: 422 });
  });
});

describe('refused are', () => {
  const failure = async (): Promise<unknown> => {
    const client = await shown();
    expect(client['sessions']).toEqual([]);
    return (client['sign_in'] as { first_factor_verification: unknown }).first_factor_verification;
  };

  it('an address of another domain, from the provider', async () => {
    const prepared = await prepare(await begin('ada@corp.example'));
    expect(await answer(addressIn(prepared), { email: 'bob@example.com' })).toBe(`${PAGE}/sso-callback`);
    expect(await failure()).toMatchObject({
      status: 'failed',
      error: { code: 'enterprise_sso_email_address_domain_mismatch' },
    });
  });

  it('a new user, if the connection creates no accounts', async () => {
    await call(clerk, 'PATCH', `/v1/enterprise_connections/${connection}`, { disable_jit_provisioning: true });
    clerk.state.table('enterprise_connections').update(connection, { disable_jit_provisioning: true });
    await answer(addressIn(await prepare(await begin('eve@corp.example'))), { email: 'eve@corp.example' });
    expect(await failure()).toMatchObject({ status: 'failed', error: { code: 'saml_jit_provisioning_disabled' } });
  });

  it('a banned user, and a user who cancels', async () => {
    await answer(addressIn(await prepare(await begin('ada@corp.example'))), { deny: 'true' });
    expect(await failure()).toMatchObject({ status: 'failed', error: { code: 'oauth_access_denied' } });
    const prepared = await prepare(await begin('ada@corp.example'));
    await call(clerk, 'POST', '/v1/users/user_ada/ban');
    await answer(addressIn(prepared), { email: 'ada@corp.example' });
    expect(await failure()).toMatchObject({ status: 'failed', error: { code: 'user_banned' } });
  });

  it('another browser, and a repeated answer', async () => {
    const prepared = await prepare(await begin('ada@corp.example'));
    const own = page;
    page = new FrontEnd(clerk);
    expect(await answer(addressIn(prepared), { email: 'ada@corp.example' })).toBeNull();
    page = own;
    expect(await answer(addressIn(prepared), { email: 'ada@corp.example' })).toBe(`${PAGE}/done`);
    expect(await answer(addressIn(prepared), { email: 'ada@corp.example' })).toBeNull();
  });

  it('a connection that is switched off, where passwords work again', async () => {
    await call(clerk, 'PATCH', `/v1/enterprise_connections/${connection}`, { active: false });
    const done = await begin('ada@corp.example', { password: 'correct horse' });
    expect(done.response).toMatchObject({ status: 'complete' });
    expect(await begin('eve@corp.example')).toMatchObject({ status: 400, code: 'session_exists' });
  });
});

it('shows an unknown address of the domain like a known one, with enumeration protection', async () => {
  clerk.configure({ user_settings: { attack_protection: { enumeration_protection: { enabled: true } } } });
  const [known, unknown] = [await begin('ada@corp.example'), await begin('eve@corp.example')];
  const same = ({ response }: Reply) => ({ ...response, id: '', identifier: '' });
  expect(same(known)).toEqual(same(unknown));
  expect((await prepare(unknown)).response['first_factor_verification']).toMatchObject({ strategy: 'enterprise_sso' });
});
