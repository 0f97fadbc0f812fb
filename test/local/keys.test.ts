import { verifyToken } from '@clerk/backend';
import { createAuthenticator } from 'bailiff';
import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, importSPKI, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../packages/local/src/state/random.js';
import { createRsaKey } from '../../packages/local/src/state/rsa-key.js';
import { createKey, sessionToken } from '../support/tokens.js';
import { call, instances } from './support.js';

const start = instances();
type Jwks = { keys: Record<string, unknown>[] };

describe('row 12: key rotation', () => {
  it('publishes old and new keys together, then the new one only', async () => {
    const clerk = await start();
    const jwks = async () => (await call(clerk, 'GET', '/v1/jwks')).json as unknown as Jwks;
    const check = (token: string) =>
      verifyToken(token, { secretKey: clerk.secretKey, apiUrl: clerk.apiUrl, skipJwksCache: true });
    const before = await clerk.createSessionToken({ userId: 'user_1', expiresInSeconds: 3600 });
    const pem = clerk.jwtKey;
    const { kid } = clerk.rotateSigningKey();
    const after = await clerk.createSessionToken({ userId: 'user_1' });
    expect(clerk.jwtKey).not.toBe(pem);
    expect(clerk.env.CLERK_JWT_KEY).toBe(clerk.jwtKey);
    expect((await jwks()).keys.map((key) => key['kid'])).toEqual([kid, expect.any(String)]);
    await expect(check(before)).resolves.toMatchObject({ sub: 'user_1' });
    await expect(check(after)).resolves.toMatchObject({ sub: 'user_1' });
    const published = createLocalJWKSet(await jwks());
    for (const token of [before, after]) expect((await jwtVerify(token, published)).payload.sub).toBe('user_1');
    await expect(verifyToken(after, { jwtKey: pem })).rejects.toMatchObject({ reason: 'token-invalid-signature' });
    clerk.retireSigningKeys();
    expect((await jwks()).keys.map((key) => key['kid'])).toEqual([kid]);
    await expect(check(after)).resolves.toMatchObject({ sub: 'user_1' });
    const { secretKey, publishableKey, apiUrl } = clerk;
    const ours = createAuthenticator({ secretKey, publishableKey, apiUrl });
    expect(await ours.verifySessionToken(after)).toMatchObject({ sub: 'user_1' });
    // Of a key that is unknown now, and of a stranger's with our key id.
    await expect(ours.verifySessionToken(before)).rejects.toMatchObject({ reason: 'jwk-kid-mismatch' });
    const forged = sessionToken(createKey('RS256', { kid }), {}, {}, clerk.now());
    await expect(ours.verifySessionToken(forged)).rejects.toMatchObject({ reason: 'token-invalid-signature' });
    await expect(check(forged)).rejects.toMatchObject({ reason: 'token-invalid-signature' });
  });

  it('withdraws the old key at once or after a delay', async () => {
    const clerk = await start({ listen: false });
    const count = async () => ((await call(clerk, 'GET', '/v1/jwks')).json as unknown as Jwks).keys.length;
    clerk.rotateSigningKey({ graceMs: 0 });
    expect(await count()).toBe(1);
    clerk.rotateSigningKey({ graceMs: 60_000 });
    expect(await count()).toBe(2);
    clerk.advanceClock('60s');
    expect(await count()).toBe(1);
    clerk.reset();
    expect(await count()).toBe(1);
  });

  it('publishes public RSA keys of 2048 bits and nothing private', async () => {
    const clerk = await start({ listen: false });
    const [key] = ((await call(clerk, 'GET', '/v1/jwks')).json as unknown as Jwks).keys;
    expect(key).toEqual({
      kid: expect.any(String),
      kty: 'RSA',
      alg: 'RS256',
      use: 'sig',
      n: expect.any(String),
      e: 'AQAB',
    });
    const configured = await importSPKI(clerk.jwtKey, 'RS256', { extractable: true });
    expect(configured.algorithm).toMatchObject({ modulusLength: 2048 });
    expect(await calculateJwkThumbprint(key as object)).toBe(await calculateJwkThumbprint(await exportJWK(configured)));
    expect((await clerk.fetch(`${clerk.frontendApiUrl}/.well-known/jwks.json`)).status).toBe(200);
  });

  it('a seed determines the key', () => {
    const pem = (seed: string) => createRsaKey(createRandom(seed)).export({ type: 'pkcs8', format: 'pem' });
    expect(pem('a')).toBe(pem('a'));
    expect(pem('a')).not.toBe(pem('b'));
  });
});
