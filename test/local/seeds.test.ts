import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadSeed, SeedError, type SeedDocument } from 'bailiff-local';
import { describe, expect, it } from 'vitest';
import { call, decode, instances } from './support.js';

const start = instances();

const TEAM: SeedDocument = {
  seed: 'team',
  roles: [{ key: 'org:billing', permissions: ['org:invoices:read', 'org:invoices:manage'] }],
  users: [
    { id: 'user_ada', email_address: 'ada@example.test', first_name: 'Ada', public_metadata: { plan: 'pro' } },
    { email_address: ['eve@example.test'], username: 'eve', banned: true },
  ],
  organizations: [
    { name: 'Acme', slug: 'acme', members: [{ user: 'ada@example.test', role: 'billing' }, { user: 'eve' }] },
  ],
  machines: [{ name: 'reports' }, { name: 'worker', scopes: ['reports'], secret_key: 'ak_worker' }],
  api_keys: [{ subject: 'user_ada', name: 'ci', secret: 'ak_ci', scopes: ['read'] }],
  jwt_templates: [{ name: 'db', claims: { id: '{{user.id}}' } }],
  oauth_applications: [
    { name: 'Mail', client_id: 'mail', client_secret: 'mail-secret', redirect_uris: ['http://localhost/callback'] },
  ],
  tables: { clients: [{ id: 'client_1', object: 'client' }] },
};

async function fingerprint(options: Parameters<typeof start>[0]) {
  const clerk = await start({ listen: false, ...options });
  await call(clerk, 'POST', '/v1/users', { first_name: 'New', created_at: '2026-01-01T00:00:00Z' });
  const users = (await call(clerk, 'GET', '/v1/users')).text;
  return {
    users,
    jwks: (await call(clerk, 'GET', '/v1/jwks')).text,
    secretKey: clerk.secretKey,
    webhook: clerk.env.CLERK_WEBHOOK_SIGNING_SECRET,
  };
}

describe('row 15: deterministic seeds', () => {
  it('give the same ids, keys and users for the same seed, and others for another', async () => {
    const now = Date.UTC(2026, 0, 1);
    const first = await fingerprint({ seed: 42, now });
    expect(await fingerprint({ seed: '42', now })).toEqual(first);
    const other = await fingerprint({ seed: 43, now });
    for (const field of ['users', 'jwks', 'secretKey', 'webhook'] as const)
      expect(other[field], field).not.toBe(first[field]);
    const random = await fingerprint({ now });
    expect(random.secretKey).not.toBe(first.secretKey);
  });

  it('give the same in another process', async () => {
    const entry = fileURLToPath(new URL('../../packages/local/src/index.ts', import.meta.url));
    const script = `
      import { startLocalInstance } from ${JSON.stringify(entry)};
      const clerk = await startLocalInstance({ listen: false, seed: ${JSON.stringify(TEAM)} });
      const get = async (path) => (await clerk.fetch(clerk.apiUrl + path, { headers: { authorization: 'Bearer ' + clerk.secretKey } })).text();
      console.log(JSON.stringify([clerk.secretKey, clerk.jwtKey, await get('/v1/users'), await get('/v1/organizations')]));`;
    const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));
    const directory = mkdtempSync(join(tmpdir(), 'bailiff-seed-'));
    const file = join(directory, 'seed.mts');
    writeFileSync(file, script);
    const { stdout } = await promisify(execFile)(process.execPath, [tsx, file]);
    const clerk = await start({ listen: false, seed: TEAM });
    const here = [
      clerk.secretKey,
      clerk.jwtKey,
      (await call(clerk, 'GET', '/v1/users')).text,
      (await call(clerk, 'GET', '/v1/organizations')).text,
    ];
    expect(JSON.parse(stdout)).toEqual(here);
  });

  it('fill the instance by a document', async () => {
    const clerk = await start({ listen: false, seed: TEAM });
    const users = (await call(clerk, 'GET', '/v1/users')).json as unknown as Record<string, unknown>[];
    expect(users.map((user) => [user['first_name'], user['username'], user['banned']])).toEqual([
      [null, 'eve', true],
      ['Ada', null, false],
    ]);
    const members = await call(clerk, 'GET', '/v1/organizations/acme/memberships?order_by=created_at');
    expect(members.json).toMatchObject({
      data: [
        {
          role: 'org:billing',
          permissions: ['org:invoices:read', 'org:invoices:manage'],
          public_user_data: { user_id: 'user_ada' },
        },
        { role: 'org:member' },
      ],
    });
    expect((await call(clerk, 'POST', '/api_keys/verify', { secret: 'ak_ci' })).json).toMatchObject({
      subject: 'user_ada',
      scopes: ['read'],
    });
    expect((await call(clerk, 'POST', '/m2m_tokens', {}, 'ak_worker')).json['scopes']).toHaveLength(1);
    expect((await call(clerk, 'GET', '/v1/clients/client_1')).status).toBe(200);
    expect((await call(clerk, 'GET', '/v1/oauth_applications')).json).toMatchObject({
      data: [{ name: 'Mail', client_id: 'mail' }],
    });
    const { session } = await clerk.signIn('user_ada');
    expect((await call(clerk, 'POST', `/v1/sessions/${session.id}/tokens/db`)).status).toBe(200);
  });

  it('give an application opaque tokens', async () => {
    const applications = [{ name: 'Mail', client_id: 'mail', access_token_format: 'opaque' }] as const;
    const clerk = await start({ listen: false, seed: { oauth_applications: applications } });
    const [row] = clerk.state.table('oauth_applications').rows();
    expect(row).toMatchObject({ client_id: 'mail', access_token_format: 'opaque' });
  });

  it('extend the roles that every instance has by a document', async () => {
    const roles = [
      { key: 'org:admin', permissions: ['org:invoices:manage'] },
      { key: 'member', name: 'Everybody' },
    ];
    const clerk = await start({ listen: false, seed: { roles } });
    const { data } = (await call(clerk, 'GET', '/v1/organization_roles')).json as {
      data: { key: string; name: string; permissions: { key: string }[] }[];
    };
    const admin = data.find(({ key }) => key === 'org:admin');
    expect(admin?.permissions.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['org:invoices:manage', 'org:sys_memberships:manage']),
    );
    expect(data.find(({ key }) => key === 'org:member')).toMatchObject({ name: 'Everybody' });
    const has = await clerk.createSessionToken({ orgId: 'org_a', role: 'admin' });
    expect(decode(has).payload['o']).toMatchObject({ per: 'manage' });
    const twice = start({ listen: false, seed: { roles: [{ key: 'org:admin' }, { key: 'org:admin' }] } });
    await expect(twice).rejects.toThrow('roles[1]: ');
  });

  it('read files of JSON and YAML', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bailiff-seed-'));
    const [json, yaml] = [join(directory, 'seed.json'), join(directory, 'seed.yaml')];
    writeFileSync(json, JSON.stringify(TEAM));
    writeFileSync(yaml, 'users:\n  - id: user_ada\n    email_address: ada@example.test\n');
    expect(await loadSeed(json)).toEqual(TEAM);
    const clerk = await start({ listen: false, seed: await loadSeed(yaml) });
    expect((await call(clerk, 'GET', '/v1/users/user_ada')).status).toBe(200);
  });

  it.each<[unknown, string]>([
    [{ users: [{ emial: 'x' }] }, "users[0] must not have 'emial'"],
    [{ users: [{ first_name: 7 }] }, 'users[0].first_name must be string'],
    [{ organizations: [{}] }, "organizations[0] must have required property 'name'"],
    [{ people: [] }, "the document must not have 'people'"],
    [{ users: [{ email_address: 'nonsense' }] }, 'users[0]: '],
    [{ users: [{ username: 'eve' }, { username: 'eve' }] }, 'users[1]: '],
    [
      { organizations: [{ name: 'A', members: [{ user: 'nobody' }] }] },
      "organizations[0].members[0]: there is no user 'nobody'",
    ],
    [{ oauth_applications: [{ name: 'Mail', redirect_uris: ['nowhere'] }] }, 'oauth_applications[0]: '],
    [{ oauth_applications: [{ name: 'Mail', access_token_format: 'paper' }] }, 'oauth_applications[0].access_token'],
    [{ machines: [{ name: 'a', scopes: ['b'] }] }, "machines[0]: there is no machine 'b'"],
    [{ tables: { plans: [{ name: 'x' }] } }, "tables.plans[0] must have required property 'id'"],
  ])('refuse %j with place and reason', async (seed, message) => {
    const refused = start({ listen: false, seed: seed as SeedDocument });
    await expect(refused).rejects.toThrow(SeedError);
    await expect(refused).rejects.toThrow(message);
  });

  it('refuse files of another format', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'bailiff-seed-')), 'seed.yaml');
    writeFileSync(file, 'users: [');
    await expect(loadSeed(file)).rejects.toThrow(SeedError);
    await expect(loadSeed(`${file}.none`)).rejects.toThrow(SeedError);
    writeFileSync(file, 'userz: []');
    await expect(loadSeed(file)).rejects.toThrow(`${file}: the document must not have 'userz'`);
  });
});
