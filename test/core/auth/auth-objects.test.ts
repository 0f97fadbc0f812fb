/** Nobody can write on an auth object: neither on that of a caller nor on that of nobody, of whatever kind. */
import type { AcceptsToken, Auth } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { selectAuth } from '../../../src/core/auth/select-auth.js';
import { m2mToken, oauthToken, sessionToken } from '../../support/tokens.js';
import { bearer, cookies, key, useBackend, viewOf } from '../fixtures.js';

const backend = useBackend();

const ASKED: readonly AcceptsToken[] = [
  'session_token',
  'api_key',
  'm2m_token',
  'oauth_token',
  'any',
  ['api_key', 'm2m_token'],
];
const EXPIRED = { iat: 1, nbf: 1, exp: 2 };
/** Each kind, good and bad. */
const SENT: readonly (readonly [string, Record<string, string>])[] = [
  ['nothing', {}],
  ['a session in a cookie', cookies(sessionToken(key))],
  ['a session', bearer(sessionToken(key))],
  ['an expired session', bearer(sessionToken(key, EXPIRED))],
  ['a pending session', bearer(sessionToken(key, { sts: 'pending' }))],
  ['an API key', bearer('ak_one')],
  ['an unknown API key', bearer('ak_none')],
  ['an M2M token', bearer('mt_one')],
  ['an M2M JWT', bearer(m2mToken(key))],
  ['an expired M2M JWT', bearer(m2mToken(key, EXPIRED))],
  ['an OAuth token', bearer('oat_one')],
  ['an OAuth JWT', bearer(oauthToken(key))],
  ['garbage', bearer('garbage')],
];

/** The paths of what could be written, functions included. */
function writable(value: unknown, path = 'auth'): string[] {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, item]) => writable(item, `${path}.${name}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}

describe.each(ASKED.map((asked) => [String(asked), asked] as const))('asked for %s', (_, acceptsToken) => {
  it.each(SENT)('frozen: %s', async (_what, headers) => {
    const authenticator = backend.create({ jwtKey: key.pem });
    const { auth } = await authenticator.authenticateRequest(viewOf(headers), { acceptsToken });
    expect(writable(auth)).toEqual([]);
    for (const asked of ASKED) expect([asked, writable(selectAuth(auth, asked))]).toEqual([asked, []]);
    expect(() => Object.assign(auth, { isAuthenticated: true, userId: 'user_mallory' })).toThrow(TypeError);
  });
});

it('freezes the auth object of an unchecked caller', async () => {
  const authenticator = backend.create();
  backend.clerk.fail({ status: 503 });
  for (const headers of [bearer(sessionToken(key)), bearer('ak_one'), bearer(m2mToken(key)), bearer('oat_one')]) {
    const state = await authenticator.authenticateRequest(viewOf(headers), { acceptsToken: 'any' });
    expect(state.status).toBe('unavailable');
    expect(writable(state.auth satisfies Auth)).toEqual([]);
  }
});
