import fc from 'fast-check';
import { importSPKI, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { encodeOrganization } from '../../packages/local/src/model/tokens/organization-claim.js';
import { call, codeOf, decode, instances } from './support.js';

const start = instances();
const NOW = Date.UTC(2026, 5, 1);

describe('row 6: session tokens of version 2', () => {
  it('are the only tokens by which a session and its client are found', async () => {
    const clerk = await start({ listen: false, now: NOW });
    const { token, session } = await clerk.signIn('user_1');
    const machine = await clerk.createM2MToken({ claims: { sid: session.id }, format: 'jwt' });
    for (const path of ['/v1/clients/verify', `/v1/sessions/${session.id}/verify`]) {
      expect((await call(clerk, 'POST', path, { token })).status, path).toBe(200);
      const refused = await call(clerk, 'POST', path, { token: machine.token });
      expect([refused.status, codeOf(refused)], path).toEqual([400, 'invalid_session_token']);
    }
  });

  it('follow the membership', async () => {
    const clerk = await start({ listen: false, now: NOW });
    const token = await clerk.createSessionToken({
      userId: 'user_1',
      orgId: 'org_1',
      role: 'org:auditor',
      permissions: ['org:invoices:read', 'org:reports:read', 'org:reports:manage', 'org:sys_memberships:read'],
      features: ['u:beta', 'ou:search'],
      plans: ['o:team'],
    });
    const { header, payload } = decode(token);
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', cat: 'cl_B7d4PD111AAA', kid: expect.stringMatching(/^ins_/) });
    const iat = NOW / 1000;
    expect(payload).toMatchObject({
      iss: clerk.frontendApiUrl,
      sub: 'user_1',
      iat,
      nbf: iat - 10,
      exp: iat + 60,
      v: 2,
      sts: 'active',
      fva: [0, -1],
    });
    expect(payload['sid']).toMatch(/^sess_\w{27}$/);
    expect(payload).toMatchObject({
      fea: 'ou:search,o:invoices,o:reports,u:beta',
      pla: 'o:team',
      o: { id: 'org_1', slg: '1', rol: 'auditor', per: 'read,manage', fpm: '0,1,3' },
    });
    expect(payload['jti']).toEqual(expect.any(String));
    expect(payload).not.toHaveProperty('act');
    expect(payload).not.toHaveProperty('org_id');
  });

  it('are signed with the key in CLERK_JWT_KEY', async () => {
    const clerk = await start({ listen: false });
    const token = await clerk.createSessionToken({ userId: 'user_1' });
    const key = await importSPKI(clerk.env.CLERK_JWT_KEY, 'RS256');
    const options = { currentDate: new Date(clerk.now()) };
    expect((await jwtVerify(token, key, options)).payload.sub).toBe('user_1');
    await expect(
      jwtVerify(
        token.replace(/.(?=.{8}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
        key,
        options,
      ),
    ).rejects.toThrow('signature');
  });

  it('follow a change of role, and lose the organization with the membership', async () => {
    const clerk = await start({ listen: false });
    const before = decode(await clerk.createSessionToken({ userId: 'user_1', orgId: 'org_1', role: 'admin' }));
    const sessionId = String(before.payload['sid']);
    await clerk.createSessionToken({ userId: 'user_2', orgId: 'org_1', role: 'admin' });
    expect(
      (await call(clerk, 'PATCH', '/v1/organizations/org_1/memberships/user_1', { role: 'org:member' })).status,
    ).toBe(200);
    expect(decode(await clerk.createSessionToken({ sessionId })).payload).toMatchObject({ o: { rol: 'member' } });
    expect((await call(clerk, 'DELETE', '/v1/organizations/org_1/memberships/user_1')).status).toBe(200);
    expect(decode(await clerk.createSessionToken({ sessionId })).payload).not.toHaveProperty('o');
  });

  it('create users and organizations that the API then knows', async () => {
    const clerk = await start({ listen: false });
    await clerk.createSessionToken({
      userId: 'user_1',
      orgId: 'org_1',
      role: 'auditor',
      permissions: ['org:invoices:read'],
    });
    expect((await call(clerk, 'GET', '/v1/users/user_1')).json).toMatchObject({ id: 'user_1', object: 'user' });
    const members = await call(clerk, 'GET', '/v1/organizations/org_1/memberships');
    expect(members.json).toMatchObject({
      total_count: 1,
      data: [{ role: 'org:auditor', permissions: ['org:invoices:read'] }],
    });
  });

  it('have the claims of a test', async () => {
    const clerk = await start({ listen: false, now: NOW });
    const of = async (request: Parameters<typeof clerk.createSessionToken>[0]) =>
      decode(await clerk.createSessionToken({ userId: 'user_1', ...request })).payload;
    expect(await of({ claims: { plan: 'pro', azp: 'https://a.test' } })).toMatchObject({
      plan: 'pro',
      azp: 'https://a.test',
    });
    expect(await of({ azp: 'https://b.test', fva: [5, 1] })).toMatchObject({ azp: 'https://b.test', fva: [5, 1] });
    expect(await of({ pending: true })).toMatchObject({ sts: 'pending' });
    expect(await of({ actor: 'user_2' })).toMatchObject({ act: { sub: 'user_2' } });
    expect(await of({ expiresInSeconds: 600 })).toMatchObject({ exp: NOW / 1000 + 600 });
    expect(await of({ expiresInSeconds: -5 })).toMatchObject({ exp: NOW / 1000 - 5 });
    const v1 = await of({ orgId: 'org_1', role: 'admin', permissions: ['org:a:b'], v1: true });
    expect(v1).toMatchObject({ org_id: 'org_1', org_role: 'org:admin', org_slug: '1', org_permissions: ['org:a:b'] });
    expect(v1).not.toHaveProperty('v');
    await expect(of({ orgId: 'org_1', permissions: ['read'] })).rejects.toThrow('org:<feature>:<permission>');
  });

  it('are refused for banned users and ended sessions', async () => {
    const clerk = await start({ listen: false });
    const { payload } = decode(await clerk.createSessionToken({ userId: 'user_1' }));
    const sid = String(payload['sid']);
    expect((await call(clerk, 'POST', `/v1/sessions/${sid}/tokens`)).status).toBe(200);
    expect((await call(clerk, 'POST', '/v1/users/user_1/ban')).status).toBe(200);
    expect((await call(clerk, 'GET', `/v1/sessions/${sid}`)).json).toMatchObject({ status: 'revoked' });
    expect((await call(clerk, 'POST', `/v1/sessions/${sid}/tokens`)).status).toBe(404);
    await expect(clerk.createSessionToken({ userId: 'user_1' })).rejects.toThrow('banned');
  });

  it('encode any permissions so that both readings of fpm decode them', () => {
    const word = fc.stringMatching(/^[a-z_]{1,8}$/);
    const keys = fc.uniqueArray(
      fc.tuple(word, word).map(([feature, permission]) => `org:${feature}x:${permission}`),
      { maxLength: 80 },
    );
    const features = fc.uniqueArray(
      fc.tuple(fc.constantFrom('u', 'o', 'ou'), word).map(([scope, slug]) => `${scope}:${slug}y`),
    );
    fc.assert(
      fc.property(keys, features, (permissions, extra) => {
        const { o, fea } = encodeOrganization({ id: 'org_1', slug: null, role: 'org:admin', permissions }, extra);
        const entries = fea === '' ? [] : fea.split(',');
        for (const list of [entries, entries.filter((entry) => entry.split(':')[0]?.includes('o'))]) {
          expect(decodePermissions(list, o['per'], o['fpm']).sort()).toEqual([...permissions].sort());
        }
      }),
    );
  });
});

/** As Clerk documents the claim, written apart from the encoder. */
function decodePermissions(features: readonly string[], per = '', fpm = ''): string[] {
  const names = per.split(',');
  return fpm.split(',').flatMap((mask, index) => {
    const bits = BigInt(mask === '' ? 0 : mask);
    return names
      .filter((_, bit) => (bits >> BigInt(bit)) & 1n)
      .map((name) => `org:${String(features[index]?.split(':')[1])}:${name}`);
  });
}

describe('row 10: machine tokens', () => {
  it('carry subject, scopes and claims, opaque and as JWT', async () => {
    const clerk = await start({ listen: false, now: NOW });
    await expect(clerk.createM2MToken({ machineId: 'worker' })).rejects.toThrow('begins with mch_');
    const opaque = await clerk.createM2MToken({ machineId: 'mch_a', scopes: ['mch_b'], claims: { x: 1 } });
    expect(opaque.id).toMatch(/^mt_[0-9a-f]{32}$/);
    expect(opaque.token).toMatch(/^mt_\w+$/);
    const verified = await call(clerk, 'POST', '/m2m_tokens/verify', { token: opaque.token });
    expect(verified.json).toMatchObject({
      id: opaque.id,
      subject: 'mch_a',
      scopes: ['mch_b'],
      claims: { x: 1 },
      expiration: NOW + 3_600_000,
      revoked: false,
      expired: false,
    });
    expect(verified.json).not.toHaveProperty('token');

    const jwt = await clerk.createM2MToken({
      machineId: 'mch_a',
      scopes: ['mch_b', 'mch_c'],
      // The API refuses claims such as exp; here they do not replace the token's own either.
      claims: { x: 1, exp: 1, iss: 'https://evil.test' },
      format: 'jwt',
    });
    expect(decode(jwt.token)).toMatchObject({
      header: { typ: 'JWT', cat: 'cl_B7d4PD333AAA' },
      payload: {
        sub: 'mch_a',
        jti: jwt.id,
        scopes: 'mch_b mch_c',
        x: 1,
        exp: NOW / 1000 + 3600,
        iss: clerk.frontendApiUrl,
      },
    });
    expect((await call(clerk, 'POST', '/m2m_tokens/verify', { token: jwt.token })).json).toMatchObject({
      id: jwt.id,
      scopes: ['mch_b', 'mch_c'],
    });
  });

  it('are refused if revoked, expired, unknown, forged or for another machine', async () => {
    const clerk = await start({ listen: false });
    const check = async (token: string, key?: string) =>
      (await call(clerk, 'POST', '/m2m_tokens/verify', { token }, key)).status;
    const { id, token } = await clerk.createM2MToken({ machineId: 'mch_a', scopes: ['mch_b'] });
    expect(await check(token)).toBe(200);
    expect(await check(token, await clerk.machineSecretKey('mch_b'))).toBe(200);
    expect(await check(token, await clerk.machineSecretKey('mch_c'))).toBe(404);
    expect(await check('mt_unknown')).toBe(404);
    expect(await check((await clerk.createM2MToken({ expiresInSeconds: -1 })).token)).toBe(404);
    const jwt = await clerk.createM2MToken({ format: 'jwt' });
    expect(await check(`${jwt.token.slice(0, -8)}AAAAAAAA`)).toBe(404);
    expect((await call(clerk, 'POST', `/m2m_tokens/${id}/revoke`, { revocation_reason: 'leak' })).json).toMatchObject({
      revoked: true,
      revocation_reason: 'leak',
    });
    expect(await check(token)).toBe(404);
  });

  it('are created by the machine only, which sees and revokes its own', async () => {
    const clerk = await start({ listen: false });
    const machine = (await call(clerk, 'POST', '/v1/machines', { name: 'reports' })).json;
    const [id, key] = [String(machine['id']), String(machine['secret_key'])];
    const other = await clerk.createM2MToken();
    expect(await call(clerk, 'POST', '/m2m_tokens', {}, key)).toMatchObject({
      status: 201,
      json: { subject: id, token: expect.stringMatching(/^mt_/) },
    });
    expect((await call(clerk, 'POST', '/m2m_tokens', {})).status).toBe(401);
    expect((await call(clerk, 'POST', '/m2m_tokens', { seconds_until_expiration: 0 }, key)).status).toBe(400);
    expect((await call(clerk, 'GET', `/m2m_tokens?subject=${id}`, undefined, key)).json).toMatchObject({
      total_count: 1,
    });
    expect((await call(clerk, 'GET', `/m2m_tokens?subject=${String(other['subject'])}`, undefined, key)).status).toBe(
      403,
    );
    expect((await call(clerk, 'POST', `/m2m_tokens/${other.id}/revoke`, {}, key)).status).toBe(404);
    expect((await call(clerk, 'GET', '/v1/users', undefined, key)).status).toBe(401);
  });

  it('are reused if the creator allows it', async () => {
    const clerk = await start({ listen: false });
    const key = await clerk.machineSecretKey('mch_a');
    const create = async (body: object) => (await call(clerk, 'POST', '/m2m_tokens', body, key)).json['id'];
    const first = await create({ claims: { a: 1 } });
    expect(await create({ claims: { a: 1 }, min_remaining_ttl_seconds: 60 })).toBe(first);
    expect(await create({ claims: { a: 2 }, min_remaining_ttl_seconds: 60 })).not.toBe(first);
    expect(await create({ claims: { a: 1 } })).not.toBe(first);
    clerk.advanceClock('3570s');
    expect(await create({ claims: { a: 1 }, min_remaining_ttl_seconds: 60 })).not.toBe(first);
    expect((await call(clerk, 'POST', '/m2m_tokens', { min_remaining_ttl_seconds: 3600 }, key)).status).toBe(400);
  });

  it('rotate secrets of machines with a delay, and add and remove scopes', async () => {
    const clerk = await start({ listen: false });
    const a = (await call(clerk, 'POST', '/v1/machines', { name: 'a' })).json;
    const b = (await call(clerk, 'POST', '/v1/machines', { name: 'b', scoped_machines: [a['id']] })).json;
    const [idA, idB, oldKey] = [String(a['id']), String(b['id']), String(a['secret_key'])];
    expect(b['scoped_machines']).toMatchObject([{ id: idA, name: 'a' }]);
    const works = async (key: string) => (await call(clerk, 'POST', '/m2m_tokens', {}, key)).status === 201;
    const rotated = await call(clerk, 'POST', `/v1/machines/${idA}/secret_key/rotate`, { previous_token_ttl: 60 });
    const newKey = String(rotated.json['secret']);
    expect([await works(oldKey), await works(newKey)]).toEqual([true, true]);
    clerk.advanceClock('61s');
    expect([await works(oldKey), await works(newKey)]).toEqual([false, true]);
    expect((await call(clerk, 'POST', `/v1/machines/${idA}/scopes`, { to_machine_id: idB })).status).toBe(200);
    expect(codeOf(await call(clerk, 'POST', `/v1/machines/${idA}/scopes`, { to_machine_id: idB }))).toBe('conflict');
    expect((await call(clerk, 'POST', `/v1/machines/${idA}/scopes`, { to_machine_id: 'mch_none' })).status).toBe(404);
    expect((await call(clerk, 'DELETE', `/v1/machines/${idB}`)).json).toMatchObject({ deleted: true });
    expect((await call(clerk, 'GET', `/v1/machines/${idA}`)).json).toMatchObject({ scoped_machines: [] });
    expect((await call(clerk, 'GET', '/v1/machines?query=a')).json).toMatchObject({ total_count: 1 });
  });

  it('include API keys: created, found, changed, revoked, deleted', async () => {
    const clerk = await start({ listen: false, now: NOW });
    const subject = String((await call(clerk, 'POST', '/v1/users', { email_address: ['a@example.test'] })).json['id']);
    const created = await call(clerk, 'POST', '/api_keys', {
      name: 'ci runner',
      subject,
      scopes: ['a'],
      seconds_until_expiration: 60,
    });
    const { id, secret } = created.json as { id: string; secret: string };
    expect(created.json).toMatchObject({ subject, expiration: NOW + 60_000, expired: false, claims: null });
    const check = async () => (await call(clerk, 'POST', '/api_keys/verify', { secret })).status;
    expect(await check()).toBe(200);
    expect((await call(clerk, 'GET', `/api_keys?subject=${subject}&query=runner`)).json).toMatchObject({
      total_count: 1,
      data: [{ id }],
    });
    expect((await call(clerk, 'GET', `/api_keys/${id}/secret`)).json).toEqual({ secret });
    clerk.advanceClock('61s');
    expect(await check()).toBe(404);
    expect((await call(clerk, 'GET', `/api_keys?subject=${subject}`)).json).toMatchObject({ total_count: 0 });
    expect((await call(clerk, 'GET', `/api_keys?subject=${subject}&include_invalid=true`)).json).toMatchObject({
      total_count: 1,
      data: [{ expired: true }],
    });
    expect(
      (await call(clerk, 'PATCH', `/api_keys/${id}`, { seconds_until_expiration: null, scopes: ['b'] })).json,
    ).toMatchObject({ expiration: null, scopes: ['b'] });
    expect(await check()).toBe(200);
    expect((await call(clerk, 'POST', `/api_keys/${id}/revoke`, {})).json).toMatchObject({ revoked: true });
    expect(await check()).toBe(404);
    expect((await call(clerk, 'DELETE', `/api_keys/${id}`)).json).toMatchObject({ deleted: true });
    expect((await call(clerk, 'GET', `/api_keys/${id}`)).status).toBe(404);
    expect((await call(clerk, 'POST', '/api_keys', { name: 'stray', subject: `user_${'x'.repeat(27)}` })).status).toBe(
      400,
    );
  });
});

describe('row 11: OAuth access tokens', () => {
  it('are opaque and JWT, with dates in seconds', async () => {
    const clerk = await start({ listen: false, now: NOW });
    const opaque = await clerk.createOAuthToken({ userId: 'user_1', clientId: 'client_1', scopes: ['email'] });
    const verified = await call(clerk, 'POST', '/oauth_applications/access_tokens/verify', {
      access_token: opaque.token,
    });
    expect(verified.json).toMatchObject({
      id: opaque.id,
      subject: 'user_1',
      client_id: 'client_1',
      scopes: ['email'],
      expiration: NOW / 1000 + 86_400,
    });
    const jwt = await clerk.createOAuthToken({
      userId: 'user_1',
      clientId: 'client_1',
      scopes: ['email', 'profile'],
      audience: 'https://mcp.test',
      format: 'jwt',
    });
    expect(decode(jwt.token)).toMatchObject({
      header: { typ: 'at+jwt' },
      payload: { sub: 'user_1', client_id: 'client_1', scope: 'email profile', aud: 'https://mcp.test', jti: jwt.id },
    });
  });

  it('are refused if unknown or expired', async () => {
    const clerk = await start({ listen: false });
    const check = async (token: string) =>
      (await call(clerk, 'POST', '/v1/oauth_applications/access_tokens/verify', { access_token: token })).status;
    const { token } = await clerk.createOAuthToken({ userId: 'user_1', expiresInSeconds: 60 });
    expect(await check(token)).toBe(200);
    expect(await check('oat_unknown')).toBe(404);
    clerk.advanceClock('61s');
    expect(await check(token)).toBe(404);
  });
});
