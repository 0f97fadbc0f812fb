/** A machine's token says the same, whether Clerk gave it as a JWT or in the opaque form. */
import { createAuthenticator, type Auth } from 'bailiff';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { T0 } from '../support/tokens.js';

let clerk: LocalInstance;
let authenticator: ReturnType<typeof createAuthenticator>;
beforeAll(async () => {
  // A whole second: a JWT has no milliseconds.
  clerk = await startLocalInstance({ now: () => T0 });
  const { secretKey, publishableKey, apiUrl } = clerk;
  authenticator = createAuthenticator({ secretKey, publishableKey, apiUrl, now: () => clerk.now() }, {});
});
afterAll(() => clerk.close());

async function authOf(token: string): Promise<Auth> {
  const headers = { authorization: `Bearer ${token}` };
  const state = await authenticator.authenticateRequest(new Request('https://app.test/', { headers }), {
    acceptsToken: 'any',
  });
  expect(state.status).toBe('signed-in');
  return state.auth;
}

const FORMATS = ['jwt', 'opaque'] as const;

describe('M2M tokens', () => {
  const auths = (claims: Record<string, unknown> | undefined) =>
    Promise.all(
      FORMATS.map(async (format) => {
        const wanted = { machineId: 'mch_sender', scopes: ['mch_reports', 'mch_billing'], format };
        return authOf((await clerk.createM2MToken({ ...wanted, ...(claims && { claims }) })).token);
      }),
    );

  it('have the claims that the machine gave, without scopes and audience', async () => {
    const [jwt, opaque] = await auths({ region: 'eu', limits: { invoices: [1, 2] }, nothing: null });
    expect(jwt).toMatchObject({ claims: { region: 'eu', limits: { invoices: [1, 2] }, nothing: null } });
    expect(jwt).toMatchObject({ scopes: ['mch_reports', 'mch_billing'], machineId: 'mch_sender' });
    for (const field of ['claims', 'scopes', 'subject', 'machineId', 'tokenType'])
      expect(Reflect.get(jwt as object, field)).toEqual(Reflect.get(opaque as object, field));
  });

  it.each([undefined, {}])('have null for absent claims in both forms (%j)', async (claims) => {
    expect(await auths(claims)).toMatchObject([{ claims: null }, { claims: null }]);
  });

  it('property: have deeply equal claims in both forms', async () => {
    const reserved = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'scopes'];
    const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !reserved.includes(text));
    const claims = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(claims, async (given) => {
        const sent = JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
        const [jwt, opaque] = await auths(sent);
        expect(Reflect.get(jwt as object, 'claims')).toEqual(Reflect.get(opaque as object, 'claims'));
        if (Object.keys(sent).length > 0) expect(Reflect.get(jwt as object, 'claims')).toEqual(sent);
      }),
      { numRuns: 40 },
    );
  });

  it('have the same fields from verifyM2MToken except the id', async () => {
    const [jwt, opaque] = await Promise.all(
      FORMATS.map(async (format) => {
        const { token } = await clerk.createM2MToken({ machineId: 'mch_sender', claims: { region: 'eu' }, format });
        return { ...(await authenticator.verifyM2MToken(token)), id: '' };
      }),
    );
    expect(jwt).toEqual(opaque);
  });
});

describe('OAuth tokens', () => {
  it('have the same fields from verifyOAuthToken except the id', async () => {
    const [jwt, opaque] = await Promise.all(
      FORMATS.map(async (format) => {
        const wanted = { userId: 'user_ada', clientId: 'client_a', scopes: ['profile', 'email'], format };
        const { token } = await clerk.createOAuthToken({ ...wanted, audience: 'https://api.test' });
        const auth = await authOf(token);
        expect(auth).not.toHaveProperty('claims');
        return { ...(await authenticator.verifyOAuthToken(token)), id: '' };
      }),
    );
    expect(jwt).toEqual(opaque);
  });
});

describe('API keys', () => {
  it('have the claims that they were made with', async () => {
    const { secret } = await clerk.createApiKey({ subject: 'user_ada', scopes: ['a:b'], claims: { tier: 'gold' } });
    expect(await authOf(secret)).toMatchObject({ claims: { tier: 'gold' }, scopes: ['a:b'] });
  });
});
