import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { call, instances } from '../support.js';
import { FrontEnd } from './front-end.js';

const start = instances();
let clerk: LocalInstance;
let bob: FrontEnd;
let eve: FrontEnd;

/** Stands in every field that no page may see. */
const CANARY = 'canary-7f3a';
const secret = { private_metadata: { canary: CANARY } };

const SEED = {
  seed: 'organizations',
  users: [
    { id: 'user_ada', email_address: 'ada@acme.test', first_name: 'Ada', last_name: 'Lovelace', ...secret },
    { id: 'user_bob', email_address: 'bob@acme.test', first_name: 'Bob', ...secret },
    { id: 'user_eve', email_address: 'eve@evil.test', first_name: 'Eve' },
  ],
  organizations: [
    {
      id: 'org_acme',
      name: 'Acme',
      slug: 'acme',
      ...secret,
      members: [
        { user: 'user_ada', role: 'org:admin' },
        { user: 'user_bob', role: 'org:member' },
      ],
    },
  ],
};

async function signedIn(userId: string): Promise<FrontEnd> {
  const page = new FrontEnd(clerk);
  const { json } = await call(clerk, 'POST', '/v1/sign_in_tokens', { user_id: userId });
  await page.post('/v1/client/sign_ins', { strategy: 'ticket', ticket: String(json['token']) });
  return page;
}

beforeEach(async () => {
  clerk = await start({ seed: SEED });
  [bob, eve] = (await Promise.all(['user_bob', 'user_eve'].map(signedIn))) as [FrontEnd, FrontEnd];
});

describe('the organizations of a user', () => {
  it('are listed, in pages, with role and permissions', async () => {
    const list = await bob.get('/v1/me/organization_memberships?paginated=true&limit=10&offset=0');
    expect(list.response).toMatchObject({
      total_count: 1,
      data: [
        {
          role: 'org:member',
          permissions: expect.arrayContaining(['org:sys_memberships:read']) as unknown,
          organization: { id: 'org_acme', members_count: 2 },
        },
      ],
    });
    expect((await bob.get('/v1/me/organization_memberships?limit=10&offset=1')).response).toMatchObject({
      data: [],
      total_count: 1,
    });
    expect((await eve.get('/v1/me/organization_memberships')).response).toMatchObject({ data: [], total_count: 0 });
  });

  it('are nobody\u2019s who is not signed in', async () => {
    const stranger = new FrontEnd(clerk);
    expect(await stranger.get('/v1/me/organization_memberships')).toMatchObject({
      status: 401,
      code: 'authentication_invalid',
    });
    expect(await stranger.post('/v1/organizations', { name: 'Mine' })).toMatchObject({ status: 401 });
  });

  it('are made by their users, who become administrators', async () => {
    const made = await eve.post('/v1/organizations', {
      name: 'Evil Corp',
      max_allowed_memberships: '1000',
      public_metadata: '{"a":1}',
    });
    expect(made.response).toMatchObject({
      name: 'Evil Corp',
      slug: 'evil-corp',
      max_allowed_memberships: 5,
      public_metadata: {},
      members_count: 1,
    });
    const [session] = made.client?.['sessions'] as { user: { organization_memberships: unknown[] } }[];
    expect(session?.user.organization_memberships).toMatchObject([
      { role: 'org:admin', organization: { name: 'Evil Corp' } },
    ]);
    const id = String(made.response['id']);
    const sessionId = String((made.client?.['sessions'] as { id: string }[])[0]?.id);
    const touched = await eve.post(`/v1/client/sessions/${sessionId}/touch`, { active_organization_id: id });
    expect(touched.response).toMatchObject({ last_active_organization_id: id });
  });
});
