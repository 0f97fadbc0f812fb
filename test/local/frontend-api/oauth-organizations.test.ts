import type { LocalInstance } from 'bailiff-local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, OAuthClient, register, type Tokens } from './oauth-support.js';
import { Browser, locationOf, startWithPeople } from './support.js';

const SCOPE = 'openid profile user:org:read';

let clerk: LocalInstance;
let client: OAuthClient;

beforeEach(async () => {
  clerk = await startWithPeople();
  for (const orgId of ['org_one', 'org_two']) await clerk.createSessionToken({ userId: 'user_member', orgId });
  client = new OAuthClient(clerk, await register(clerk, { scope: SCOPE }));
});
afterEach(() => clerk.close());

const claimsOf = (token = '') => clerk.state.keys.open(token)?.payload ?? {};
const infoOf = async (token: string) => (await (await client.userinfo(token)).json()) as Record<string, unknown>;

/** Everything that names the organization. */
async function told(tokens: Tokens) {
  const introspection = await client.exchange({ token: tokens.access_token }, {}, '/oauth/token_info');
  return [
    claimsOf(tokens.access_token)['org_id'],
    claimsOf(tokens.id_token)['org_id'],
    (introspection.body as unknown as Record<string, unknown>)['org_id'],
    (await infoOf(tokens.access_token))['org_id'],
  ];
}

describe('the scope user:org:read', () => {
  it('puts the organization that the user chose into all tokens', async () => {
    const browser = new Browser();
    await browser.submit(client.at('/sign-in'), { user_id: 'user_member' });
    const url = client.authorizeUrl({ scope: SCOPE });
    const page = await (await browser.request(url)).text();
    expect(page).toMatch(/<select name="organization_id">/);
    const fields = { ...Object.fromEntries(new URL(url).searchParams), decision: 'allow' };
    const consent = (organization_id: string) =>
      browser.submit(client.at('/oauth/authorize'), { ...fields, organization_id });
    const { body } = await client.redeem(codeOf(locationOf(await consent('org_one'))));
    expect(await told(body)).toEqual(['org_one', 'org_one', 'org_one', 'org_one']);
    expect(await infoOf(body.access_token)).toMatchObject({
      org_name: clerk.state.table('organizations').get('org_one')?.name,
      org_slug: clerk.state.table('organizations').get('org_one')?.slug,
    });
    clerk.state.table('organizations').insert({ id: 'org_foreign', name: 'Foreign' });
    expect(locationOf(await consent('org_foreign')).searchParams.get('error')).toBe('access_denied');
  });

  it('uses the last active organization without a choice', async () => {
    expect(await told(await client.tokensFor('user_member', { scope: SCOPE }))).toEqual(Array(4).fill('org_two'));
    await clerk.createSessionToken({ userId: 'user_alone' });
    expect(await told(await client.tokensFor('user_alone', { scope: SCOPE }))).toEqual(Array(4).fill(undefined));
  });

  it('is required for an organization in tokens', async () => {
    const tokens = await client.tokensFor('user_member', { scope: 'openid profile', organization_id: 'org_one' });
    expect(await told(tokens)).toEqual(Array(4).fill(undefined));
  });

  it('ends for a user who leaves the organization', async () => {
    const tokens = await client.tokensFor('user_member', { scope: SCOPE, organization_id: 'org_one' });
    const memberships = clerk.state.table('organization_memberships');
    const left = memberships.by('user_id', 'user_member').find((row) => row.organization_id === 'org_one');
    memberships.delete(left?.id ?? '');
    const { body } = await client.refresh(tokens.refresh_token);
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'user_member', scope: SCOPE });
    expect(await told(body)).toEqual(Array(4).fill(undefined));
    expect(await infoOf(tokens.access_token)).not.toHaveProperty('org_id');
  });

  it('does not exist if organizations are off', async () => {
    const scopes = async () => {
      const response = await fetch(client.at('/.well-known/oauth-authorization-server'));
      return ((await response.json()) as { scopes_supported: string[] }).scopes_supported;
    };
    expect(await scopes()).toContain('user:org:read');
    clerk.state.table('instance_settings').insert({ id: 'organizations', enabled: false });
    expect(await scopes()).not.toContain('user:org:read');
    const refused = await client.authorizeAs('user_member', { scope: SCOPE });
    expect(refused.searchParams.get('error')).toBe('invalid_scope');
  });

  it('is in tokens that the instance is asked for, also in opaque ones', async () => {
    const wanted = { userId: 'user_new', orgId: 'org_one', scopes: ['user:org:read'] };
    const { token } = await clerk.createOAuthToken(wanted);
    expect((await client.verify(token)).body).toMatchObject({ subject: 'user_new', org_id: 'org_one' });
    const jwt = await clerk.createOAuthToken({ ...wanted, format: 'jwt' });
    expect(claimsOf(jwt.token)).toMatchObject({ sub: 'user_new', org_id: 'org_one' });
  });
});
