import { createClerkClient, verifyToken } from '@clerk/backend';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The official client is the judge here: it knows nothing of us, and gets nothing but addresses and keys.

let clerk: LocalInstance;
let client: ReturnType<typeof createClerkClient>;

beforeAll(async () => {
  clerk = await startLocalInstance();
  const { secretKey, publishableKey, apiUrl } = clerk;
  client = createClerkClient({ secretKey, publishableKey, apiUrl, telemetry: { disabled: true } });
});
afterAll(() => clerk.close());

type Accepts = 'session_token' | 'm2m_token' | 'api_key' | 'oauth_token';

const authenticate = (token: string, acceptsToken: Accepts) =>
  client.authenticateRequest(new Request('https://app.test/', { headers: { authorization: `Bearer ${token}` } }), {
    acceptsToken,
  } as { acceptsToken: 'session_token' });

describe('row 6: the official client verifies session tokens', () => {
  it('by JWKS, with has() according to the membership', async () => {
    const token = await clerk.createSessionToken({
      userId: 'user_ada',
      orgId: 'org_acme',
      role: 'billing',
      permissions: ['org:invoices:read', 'org:invoices:manage', 'org:reports:read'],
      features: ['u:beta', 'o:plain'],
      plans: ['o:team'],
    });
    const auth = (await authenticate(token, 'session_token')).toAuth();
    expect(auth).toMatchObject({
      userId: 'user_ada',
      orgId: 'org_acme',
      orgRole: 'org:billing',
      orgSlug: 'acme',
      factorVerificationAge: [0, -1],
    });
    expect(auth?.has({ role: 'org:billing' })).toBe(true);
    expect(auth?.has({ role: 'org:admin' })).toBe(false);
    const allowed = ['org:invoices:read', 'org:invoices:manage', 'org:reports:read'];
    for (const permission of allowed) expect(auth?.has({ permission }), permission).toBe(true);
    for (const permission of ['org:reports:manage', 'org:plain:read', 'org:beta:read'])
      expect(auth?.has({ permission }), permission).toBe(false);
    expect(auth?.has({ feature: 'org:plain' })).toBe(true);
    expect(auth?.has({ feature: 'user:beta' })).toBe(true);
    expect(auth?.has({ plan: 'org:team' })).toBe(true);
    expect(auth?.has({ plan: 'org:pro' })).toBe(false);
  });

  it('by PEM, without a request', async () => {
    const before = clerk.requests.length;
    const token = await clerk.createSessionToken({ userId: 'user_ada' });
    const claims = await verifyToken(token, { jwtKey: clerk.jwtKey });
    expect(claims).toMatchObject({ sub: 'user_ada', iss: clerk.frontendApiUrl });
    expect(clerk.requests.length).toBe(before);
  });

  it('in the older form, impersonated, and pending', async () => {
    const old = await clerk.createSessionToken({
      userId: 'user_ada',
      orgId: 'org_acme',
      role: 'org:admin',
      permissions: ['org:a:b'],
      v1: true,
    });
    expect((await authenticate(old, 'session_token')).toAuth()).toMatchObject({
      orgId: 'org_acme',
      orgRole: 'org:admin',
      orgPermissions: ['org:a:b'],
    });
    const impersonated = await clerk.createSessionToken({ userId: 'user_ada', actor: 'user_root' });
    expect((await authenticate(impersonated, 'session_token')).toAuth()).toMatchObject({ actor: { sub: 'user_root' } });
    const pending = await clerk.createSessionToken({ userId: 'user_ada', pending: true });
    expect((await authenticate(pending, 'session_token')).toAuth()).toMatchObject({ userId: null });
  });

  it('and refuses expired ones, those of another instance, and machine tokens', async () => {
    const expired = await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: -60 });
    expect(await authenticate(expired, 'session_token')).toMatchObject({ isAuthenticated: false });
    const other = await startLocalInstance({ listen: false });
    const foreign = await other.createSessionToken({ userId: 'user_ada' });
    expect(await authenticate(foreign, 'session_token')).toMatchObject({
      isAuthenticated: false,
      reason: 'jwk-kid-mismatch',
    });
    const machine = await clerk.createM2MToken({ format: 'jwt' });
    expect(await authenticate(machine.token, 'session_token')).toMatchObject({ isAuthenticated: false });
  });

  it('with a wrong secret key: clerk_key_invalid', async () => {
    const token = await clerk.createSessionToken({ userId: 'user_ada' });
    const call = verifyToken(token, { secretKey: 'sk_test_wrong', apiUrl: clerk.apiUrl, skipJwksCache: true });
    await expect(call).rejects.toMatchObject({ reason: 'secret-key-invalid' });
  });
});

describe('row 10: the official client verifies machine tokens', () => {
  it.each(['opaque', 'jwt'] as const)('M2M, %s', async (format) => {
    const issued = await clerk.createM2MToken({
      machineId: 'mch_a',
      scopes: ['mch_b'],
      claims: { region: 'eu' },
      format,
    });
    const state = await authenticate(issued.token, 'm2m_token');
    expect(state.toAuth()).toMatchObject({
      isAuthenticated: true,
      tokenType: 'm2m_token',
      subject: 'mch_a',
      scopes: ['mch_b'],
      claims: { region: 'eu' },
    });
  });

  it('opaque M2M, with the secret key of a machine that has access', async () => {
    const { token } = await clerk.createM2MToken({ machineId: 'mch_a', scopes: ['mch_b'] });
    const granted = await clerk.machineSecretKey('mch_b');
    const stranger = await clerk.machineSecretKey('mch_c');
    expect(await client.m2m.verify({ token, machineSecretKey: granted })).toMatchObject({
      subject: 'mch_a',
      scopes: ['mch_b'],
    });
    await expect(client.m2m.verify({ token, machineSecretKey: stranger })).rejects.toMatchObject({ status: 404 });
  });

  it('M2M created by a machine, not by the secret key', async () => {
    const machineSecretKey = await clerk.machineSecretKey('mch_a');
    const created = await client.m2m.createToken({ machineSecretKey, secondsUntilExpiration: 60, claims: { a: 1 } });
    expect(created).toMatchObject({ subject: 'mch_a', claims: { a: 1 }, expired: false });
    expect(await client.m2m.verify({ token: created.token ?? '' })).toMatchObject({ id: created.id });
    await client.m2m.revokeToken({ m2mTokenId: created.id, revocationReason: 'over' });
    await expect(client.m2m.verify({ token: created.token ?? '' })).rejects.toMatchObject({ status: 404 });
    await expect(client.m2m.createToken({})).rejects.toMatchObject({ status: 401 });
  });

  it('OAuth, opaque and JWT', async () => {
    for (const format of ['opaque', 'jwt'] as const) {
      const { token } = await clerk.createOAuthToken({
        userId: 'user_ada',
        clientId: 'client_x',
        scopes: ['read', 'write'],
        format,
      });
      const auth = (await authenticate(token, 'oauth_token')).toAuth();
      expect(auth, format).toMatchObject({
        isAuthenticated: true,
        tokenType: 'oauth_token',
        userId: 'user_ada',
        clientId: 'client_x',
        scopes: ['read', 'write'],
      });
    }
  });

  it('API keys, until they are revoked or expire', async () => {
    const key = await clerk.createApiKey({ subject: 'user_ada', scopes: ['invoices:read'], claims: { tier: 2 } });
    const auth = (await authenticate(key.secret, 'api_key')).toAuth();
    expect(auth).toMatchObject({
      isAuthenticated: true,
      userId: 'user_ada',
      scopes: ['invoices:read'],
      claims: { tier: 2 },
    });
    await client.apiKeys.revoke({ apiKeyId: key.id, revocationReason: null });
    expect(await authenticate(key.secret, 'api_key')).toMatchObject({
      isAuthenticated: false,
      reason: 'token-invalid',
    });
    const expired = await clerk.createApiKey({ subject: 'user_ada', expiresInSeconds: -1 });
    expect(await authenticate(expired.secret, 'api_key')).toMatchObject({
      isAuthenticated: false,
      reason: 'token-invalid',
    });
    expect(await authenticate('ak_unknown', 'api_key')).toMatchObject({
      isAuthenticated: false,
      reason: 'token-invalid',
    });
  });
});

describe('the official client reads and ends sessions', () => {
  it('gets, lists, mints and revokes', async () => {
    await clerk.createSessionToken({ userId: 'user_eve' });
    const { data, totalCount } = await client.sessions.getSessionList({ userId: 'user_eve' });
    expect({ totalCount, userId: data[0]?.userId, status: data[0]?.status }).toEqual({
      totalCount: 1,
      userId: 'user_eve',
      status: 'active',
    });
    const sessionId = data[0]?.id ?? '';
    const { jwt } = await client.sessions.getToken(sessionId);
    expect((await authenticate(jwt, 'session_token')).toAuth()).toMatchObject({ userId: 'user_eve', sessionId });
    expect(await client.sessions.revokeSession(sessionId)).toMatchObject({ status: 'revoked' });
    await expect(client.sessions.getToken(sessionId)).rejects.toMatchObject({ status: 404 });
    await expect(clerk.createSessionToken({ sessionId })).rejects.toThrow('has ended');
  });
});
