/** Every kind of credential in every mode: one kind, every list, any; in the header and in a cookie. All signatures are good. */
import { createAuthenticator, type AcceptsToken, type TokenType } from 'bailiff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { apiKeyRow, m2mRow, oauthRow, startClerk } from '../support/clerk.js';
import {
  CATEGORY,
  createKey,
  handshakeToken,
  m2mToken,
  oauthToken,
  sessionToken,
  T0,
  T0_S,
} from '../support/tokens.js';
import { PUBLISHABLE_KEY } from './fixtures.js';

const key = createKey('RS256', { kid: 'ins_kinds' });
const KINDS: readonly TokenType[] = ['session_token', 'api_key', 'm2m_token', 'oauth_token'];

/** What is sent, and as which kind it may pass; null: as none. */
const CREDENTIALS: Readonly<Record<string, readonly [token: string, kind: TokenType | null]>> = {
  'a session token': [sessionToken(key), 'session_token'],
  'a session token with the subject of a machine': [sessionToken(key, { sub: 'mch_sender' }), null],
  'a JWT-template token': [sessionToken(key, {}, { cat: CATEGORY.template }), null],
  'a handshake token': [handshakeToken(key, ['__session=x']), null],
  'an M2M token': [m2mToken(key), 'm2m_token'],
  'an M2M token of the session category': [m2mToken(key, {}, { cat: CATEGORY.session }), null],
  'an OAuth token': [oauthToken(key), 'oauth_token'],
  'an OAuth token of the M2M category': [oauthToken(key, {}, { cat: CATEGORY.m2m }), null],
  'an OAuth token of a machine': [oauthToken(key, { sub: 'mch_sender' }), null],
  'an API key': [`ak_${'k'.repeat(32)}`, 'api_key'],
  'an opaque M2M token': [`mt_${'k'.repeat(32)}`, 'm2m_token'],
  'an opaque OAuth token': [`oat_${'k'.repeat(32)}`, 'oauth_token'],
};

/** All 15 lists, each kind alone, and `any`. */
const MODES: readonly AcceptsToken[] = [
  'any',
  ...KINDS,
  ...Array.from({ length: 15 }, (_, bits) => KINDS.filter((_kind, index) => ((bits + 1) >> index) & 1)),
];
const includes = (mode: AcceptsToken, kind: TokenType) =>
  mode === 'any' || mode === kind || (Array.isArray(mode) && mode.includes(kind));

let clerk: LocalInstance;
beforeAll(async () => {
  const text = 'k'.repeat(32);
  clerk = await startClerk({
    keys: [key],
    rows: {
      api_keys: [apiKeyRow(`ak_${text}`)],
      m2m_tokens: [m2mRow(`mt_${text}`)],
      oauth_access_tokens: [oauthRow(`oat_${text}`)],
    },
  });
});
afterAll(() => clerk.close());

describe.each(['once', 'again, remembered'])('%s', (times) => {
  it.each(Object.entries(CREDENTIALS))('%s', async (_name, [token, kind]) => {
    const authenticator = createAuthenticator({
      secretKey: clerk.secretKey,
      publishableKey: PUBLISHABLE_KEY,
      apiUrl: clerk.apiUrl,
      now: () => T0,
    });
    const ask = (acceptsToken: AcceptsToken, headers: Readonly<Record<string, string>>) =>
      authenticator.authenticateRequest(
        { method: 'GET', url: 'https://app.acornbooks.example/', header: (name) => headers[name] ?? null },
        { acceptsToken },
      );
    const inHeader = { authorization: `Bearer ${token}` };
    const inCookie = { host: 'app.acornbooks.example', cookie: `__session=${token}; __client_uat=${T0_S - 100}` };
    if (times !== 'once') await ask('any', inHeader);
    for (const mode of MODES) {
      const header = await ask(mode, inHeader);
      const expected = kind !== null && includes(mode, kind);
      expect([JSON.stringify(mode), header.status]).toEqual([
        JSON.stringify(mode),
        expected ? 'signed-in' : 'signed-out',
      ]);
      expect(header.auth.isAuthenticated).toBe(expected);
      if (expected) expect(header.auth.tokenType).toBe(kind);

      const cookie = await ask(mode, inCookie);
      const session = kind === 'session_token' && includes(mode, 'session_token');
      expect([JSON.stringify(mode), cookie.isAuthenticated]).toEqual([JSON.stringify(mode), session]);
    }
  });
});
