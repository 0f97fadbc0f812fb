import { describe, expect, it } from 'vitest';
import { classifyToken } from '../../src/verify/classify.js';
import { createKey, apiKeyAnswer, handshakeToken, m2mToken, oauthToken, sessionToken } from '../support/tokens.js';
import { answerOf, createBench, resultOf } from '../support/verifying.js';

const key = createKey('RS256', { kid: 'ins_one' });
const other = createKey('RS256', { kid: 'ins_one' });

describe('a verifier with a PEM', () => {
  it('answers at once, accepts its own key, refuses another, and makes no call', async () => {
    const { verifier, upstream } = createBench([key], { jwtKey: key.pem });
    const good = verifier.verifySession(classifyToken(sessionToken(key)));
    expect(good).toMatchObject({
      outcome: 'accepted',
      value: { tokenType: 'session_token', data: { sub: 'user_ada' } },
    });
    expect(verifier.verifySession(classifyToken(sessionToken(other)))).toMatchObject({
      outcome: 'refused',
      reason: 'token-invalid-signature',
    });
    await verifier.warmup();
    expect(upstream.calls.jwks).toBe(0);
  });
});

describe('a verifier with a JWKS', () => {
  it('loads once for all kinds of JWT', async () => {
    const { session, machine, verifier, upstream } = createBench([key]);
    expect(resultOf(await session(sessionToken(key)))).toBe('accepted');
    expect(resultOf(await machine(m2mToken(key)))).toBe('accepted');
    expect(resultOf(await machine(oauthToken(key)))).toBe('accepted');
    expect(await verifier.verifyHandshake(handshakeToken(key, ['a=b']))).toEqual({
      outcome: 'accepted',
      value: ['a=b'],
    });
    expect(upstream.calls.jwks).toBe(1);
  });
});

describe('opaque tokens', () => {
  it('cost one call for each TTL', async () => {
    const { machine, upstream, clock, verifier } = createBench([key]);
    upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer()));
    expect(resultOf(await machine('ak_secret'))).toBe('accepted');
    expect(verifier.recall('ak_secret')).toMatchObject({ data: { id: 'ak_one' } });
    clock.advance(9_999);
    expect(resultOf(await machine('ak_secret'))).toBe('accepted');
    expect(upstream.calls.verifyApiKey).toBe(1);
    clock.advance(1);
    expect(verifier.recall('ak_secret')).toBeNull();
    expect(resultOf(await machine('ak_secret'))).toBe('accepted');
    expect(upstream.calls.verifyApiKey).toBe(2);
  });
});
