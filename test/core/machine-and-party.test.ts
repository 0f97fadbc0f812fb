/** Two rules about for whom a token is: `machineId` for M2M JWTs, `missingAzp` for sessions. */
import { ConfigurationError, createAuthenticator, type AuthenticatorOptions, type RequestView } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { createKey, m2mToken, sessionToken, T0, T0_S } from '../support/tokens.js';

const key = createKey();

const create = (options: AuthenticatorOptions) =>
  createAuthenticator({
    secretKey: 'sk_live_partypartypartypartypartyparty',
    publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    jwtKey: key.pem,
    now: () => T0,
    ...options,
  });
const view = (headers: Readonly<Record<string, string>>): RequestView => ({
  method: 'GET',
  url: 'https://acornbooks.example/',
  header: (name) => headers[name] ?? null,
});
const bearer = (token: string) => view({ authorization: `Bearer ${token}` });
const cookie = (token: string) => view({ cookie: `__client_uat=${T0_S - 100}; __session=${token}` });

describe('machineId', () => {
  const forReports = m2mToken(key);
  const forBilling = m2mToken(key, { scopes: 'mch_billing', aud: ['mch_billing'] });

  it('refuses the JWT of a machine that was not granted access to this one', async () => {
    const authenticator = create({ acceptsToken: 'm2m_token', machineId: 'mch_reports' });
    expect((await authenticator.authenticateRequest(bearer(forReports))).status).toBe('signed-in');
    expect(await authenticator.authenticateRequest(bearer(forBilling))).toMatchObject({
      status: 'signed-out',
      reason: 'token-verification-failed',
    });
  });

  it('checks nothing if it is not set', async () => {
    const authenticator = create({ acceptsToken: 'm2m_token' });
    expect((await authenticator.authenticateRequest(bearer(forBilling))).status).toBe('signed-in');
  });

  it('must be the id of a machine', () => {
    expect(() => create({ machineId: 'reports' })).toThrow(ConfigurationError);
  });
});

describe('missingAzp', () => {
  const nameless = sessionToken(key, { azp: undefined });
  const named = sessionToken(key, { azp: 'https://acornbooks.example' });
  const foreign = sessionToken(key, { azp: 'https://evil.example' });
  const parties = { authorizedParties: ['https://acornbooks.example'] };

  it('"allow" accepts a cookie but no header, cached or not', async () => {
    const authenticator = create({ ...parties, missingAzp: 'allow' });
    for (let use = 0; use < 2; use++) {
      expect(await authenticator.authenticateRequest(bearer(nameless))).toMatchObject({
        status: 'signed-out',
        reason: 'token-invalid-authorized-parties',
      });
      expect((await authenticator.authenticateRequest(cookie(nameless))).status).toBe('signed-in');
      expect((await authenticator.authenticateRequest(bearer(named))).status).toBe('signed-in');
      for (const request of [bearer(foreign), cookie(foreign)]) {
        expect((await authenticator.authenticateRequest(request)).status).toBe('signed-out');
      }
    }
  });

  it.each(['reject', 'handshake'] as const)('"%s" accepts neither', async (missingAzp) => {
    const authenticator = create({ ...parties, missingAzp });
    for (const request of [bearer(nameless), cookie(nameless)]) {
      expect((await authenticator.authenticateRequest(request)).status).toBe('signed-out');
    }
  });

  it('checks nothing without authorizedParties', async () => {
    const authenticator = create({});
    for (const request of [bearer(nameless), cookie(nameless)]) {
      expect((await authenticator.authenticateRequest(request)).status).toBe('signed-in');
    }
  });
});
