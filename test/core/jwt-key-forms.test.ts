/** `jwtKey` in the forms in which dashboards, shells, .env files and secret managers hand it over. */
import { createAuthenticator, ConfigurationError } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { createClock, createKey, sessionToken } from '../support/tokens.js';
import { PK_LIVE } from './fixtures.js';

const key = createKey();
const other = createKey();
const { pem } = key;
const body = pem.replace(/-----[A-Z ]+-----/g, '').trim();

/** Whom a token of the key is taken for, and one of another key. */
async function usersWith(jwtKey: string): Promise<readonly (string | null)[]> {
  const authenticator = createAuthenticator({ publishableKey: PK_LIVE, jwtKey, now: createClock() }, {});
  const userOf = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const { auth } = await authenticator.authenticateRequest(new Request('https://app.test/', { headers }));
    return auth.tokenType === 'session_token' ? auth.userId : null;
  };
  return [await userOf(sessionToken(key)), await userOf(sessionToken(other))];
}

describe('a public key', () => {
  it.each([
    ['as it is', pem],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
    ['with \\n escapes', pem.replaceAll('\n', '\\n')],
    ['with \\r\\n escapes', pem.replaceAll('\n', '\\r\\n')],
    ['in double quotes, with escapes', `"${pem.replaceAll('\n', '\\n')}"`],
    ['in single quotes', `'${pem}'`],
    ['without its armour', body],
    ['without its armour, in one line', body.replaceAll('\n', '')],
    ['with blanks around', `  \n\t${pem}\n  `],
    ['in one line', pem.replaceAll('\n', '')],
    ['in one line, with blanks for breaks', pem.replaceAll('\n', ' ')],
    ['with indented lines', pem.replaceAll('\n', '\n      ')],
  ])('is read from %s', async (_, jwtKey) => {
    expect(await usersWith(jwtKey)).toEqual(['user_ada', null]);
  });
});

describe('a value that is no public key', () => {
  const privateKey = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  it.each([
    ['base64 of a PEM', Buffer.from(pem).toString('base64')],
    ['a private key', privateKey],
    ['a secret key', 'sk_test_0123456789abcdef'],
    ['a PEM that was cut off', pem.slice(0, 200)],
    ['a path', './clerk.pem'],
    ['a placeholder', '-----BEGIN PUBLIC KEY-----\n...\n-----END PUBLIC KEY-----'],
  ])('throws a clear error: %s', (_, jwtKey) => {
    const make = () => createAuthenticator({ publishableKey: PK_LIVE, jwtKey }, {});
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(/CLERK_JWT_KEY/);
    expect(make).toThrow(/JWKS Public Key/);
  });
});
