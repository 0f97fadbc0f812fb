import { createClerkClient } from '@clerk/backend';
import { createAuthenticator } from 'bailiff';
import type { LocalInstanceOptions } from 'bailiff-local';
import { compactVerify, exportPKCS8, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { PAGE, signedInBy } from './frontend-api/front-end.js';
import { call, codeOf, decode, instances } from './support.js';

const start = instances();
const NOW = Date.UTC(2026, 5, 1);
const METADATA = { plan: 'pro', limits: { seats: 3 }, empty: '', zero: 0, off: false };

async function prepared(options: LocalInstanceOptions = { listen: false, now: NOW }) {
  const clerk = await start(options);
  const user = await call(clerk, 'POST', '/v1/users', {
    email_address: ['ada@example.test'],
    first_name: 'Ada',
    last_name: 'Lovelace',
    public_metadata: METADATA,
    password: 'correct horse battery staple',
  });
  const userId = String(user.json['id']);
  const { session } = await clerk.signIn(userId, { org: 'org_1', role: 'admin' });
  const mint = async (name: string, body?: object) =>
    call(clerk, 'POST', `/v1/sessions/${session.id}/tokens/${name}`, body);
  const template = async (body: object) =>
    expect((await call(clerk, 'POST', '/v1/jwt_templates', body)).status).toBe(200);
  return { clerk, userId, mint, template };
}

describe('row 7: JWT templates', () => {
  it('name the page that asks as the authorized party', async () => {
    const { clerk, template } = await prepared({ now: NOW });
    await template({ name: 'plain', claims: {} });
    const page = await signedInBy(clerk, 'ada@example.test', { password: 'correct horse battery staple' });
    const { response } = await page.get('/v1/client');
    const id = String(response['last_active_session_id']);
    const { body } = await page.post(`/v1/client/sessions/${id}/tokens/plain`);
    expect(decode(String((body as { jwt: string }).jwt)).payload).toMatchObject({ azp: PAGE });
  });

  it('fill in shortcodes with their types', async () => {
    const { userId, mint, template, clerk } = await prepared();
    await template({
      name: 'db',
      lifetime: 300,
      allowed_clock_skew: 7,
      claims: {
        aud: 'db',
        id: '{{user.id}}',
        mail: '{{user.primary_email_address}}',
        greeting: 'Hello {{user.first_name}} of {{org.slug}}!',
        full: '{{ user.full_name }}',
        role: '{{org.role}}',
        seats: '{{user.public_metadata.limits.seats}}',
        metadata: '{{user.public_metadata}}',
        verified: '{{user.email_verified}}',
        nick: "{{user.username || user.public_metadata.nick || 'nobody'}}",
        nothing: '{{user.public_metadata.none}}',
        text: 'x{{user.username}}y',
        since: '{{user.created_at}}',
        list: ['{{org.id}}', 1],
        prototype: '{{user.constructor.name}}',
      },
    });
    const { header, payload } = decode(String((await mint('db')).json['jwt']));
    expect(header).toMatchObject({ alg: 'RS256', cat: 'cl_B7d4PD222AAA' });
    const iat = NOW / 1000;
    expect(payload).toEqual({
      aud: 'db',
      id: userId,
      mail: 'ada@example.test',
      greeting: 'Hello Ada of 1!',
      full: 'Ada Lovelace',
      role: 'org:admin',
      seats: 3,
      metadata: METADATA,
      verified: true,
      nick: 'nobody',
      nothing: null,
      text: 'xnully',
      since: NOW / 1000,
      list: ['org_1', 1],
      prototype: null,
      iss: clerk.frontendApiUrl,
      sub: userId,
      iat,
      nbf: iat - 7,
      exp: iat + 300,
      jti: expect.any(String),
    });
    expect(decode(String((await mint('db', { expires_in_seconds: 60 })).json['jwt'])).payload['exp']).toBe(iat + 60);
  });

  it('choose the first value that is neither null nor false, and accept literals', async () => {
    const { mint, template } = await prepared();
    const claims = {
      empty: "{{user.public_metadata.empty || 'other'}}",
      zero: "{{user.public_metadata.zero || 'other'}}",
      off: "{{user.public_metadata.off || 'other'}}",
      lastFalse: '{{user.username || user.public_metadata.off}}',
      yes: '{{user.username || true}}',
      no: '{{user.username || false}}',
      pipes: "{{user.username || 'a || b'}}",
      double: '{{user.username || "it\'s {{ok}}"}}',
      inText: "<{{user.username || 'a || b'}}|{{true}}|{{user.public_metadata.off}}>",
    };
    await template({ name: 'choice', claims });
    const { payload } = decode(String((await mint('choice')).json['jwt']));
    expect(payload).toMatchObject({
      empty: '',
      zero: 0,
      off: 'other',
      lastFalse: false,
      yes: true,
      no: false,
      pipes: 'a || b',
      double: "it's {{ok}}",
      inText: '<a || b|true|false>',
    });
  });

  it('name the origin of the session as azp, if it has one', async () => {
    const { clerk, template } = await prepared();
    await template({ name: 'who', claims: {} });
    const claimsOf = async (session: { id: string }) =>
      decode(String((await call(clerk, 'POST', `/v1/sessions/${session.id}/tokens/who`)).json['jwt'])).payload;
    const { session } = await clerk.signIn('user_1', { azp: 'https://app.example' });
    expect(await claimsOf(session)).toMatchObject({ azp: 'https://app.example' });
    expect(await claimsOf((await clerk.signIn('user_2')).session)).not.toHaveProperty('azp');
  });

  it('never show what the API would hide', async () => {
    const { mint, template } = await prepared();
    await template({ name: 'leak', claims: { digest: '{{user.password_digest}}', all: '{{user}}' } });
    const { payload } = decode(String((await mint('leak')).json['jwt']));
    expect(payload['digest']).toBeNull();
    expect(JSON.stringify(payload)).not.toMatch(/digest":"|\$2[aby]\$|scrypt/);
  });

  it('sign with their own key if they have one', async () => {
    const { mint, template } = await prepared();
    await template({
      name: 'hs',
      claims: {},
      custom_signing_key: true,
      signing_algorithm: 'HS256',
      signing_key: 'a secret of the test',
    });
    const hs = String((await mint('hs')).json['jwt']);
    expect((await compactVerify(hs, Buffer.from('a secret of the test'))).protectedHeader.alg).toBe('HS256');
    await expect(compactVerify(hs, Buffer.from('another secret'))).rejects.toThrow('signature');
    for (const algorithm of ['RS256', 'EdDSA']) {
      const pair = await generateKeyPair(algorithm, { extractable: true });
      const pem = await exportPKCS8(pair.privateKey);
      await template({
        name: algorithm,
        claims: {},
        custom_signing_key: true,
        signing_algorithm: algorithm,
        signing_key: pem,
      });
      const token = String((await mint(algorithm)).json['jwt']);
      expect((await compactVerify(token, pair.publicKey)).protectedHeader.alg).toBe(algorithm);
    }
  });

  it('make tokens that are refused as sessions', async () => {
    const { clerk, mint, template } = await prepared({ listen: true });
    await template({ name: 'hasura', claims: { role: 'editor' }, lifetime: 600 });
    const { jwt } = (await mint('hasura')).json;
    const { secretKey, publishableKey, apiUrl, jwtKey } = clerk;
    const official = createClerkClient({
      secretKey,
      publishableKey,
      apiUrl,
      jwtKey,
      telemetry: { disabled: true },
    });
    const ours = createAuthenticator({ secretKey, publishableKey, apiUrl });
    const control = await clerk.createSessionToken();
    for (const [token, isAuthenticated] of [
      [control, true],
      [jwt, false],
    ]) {
      const request = new Request('http://app.test/', { headers: { authorization: `Bearer ${String(token)}` } });
      expect((await official.authenticateRequest(request)).isAuthenticated).toBe(isAuthenticated);
      expect((await ours.authenticateRequest(request)).isAuthenticated).toBe(isAuthenticated);
    }
  });

  it('are unknown until created', async () => {
    const { mint } = await prepared();
    const answer = await mint('none');
    expect([answer.status, codeOf(answer)]).toEqual([404, 'resource_not_found']);
  });
});
