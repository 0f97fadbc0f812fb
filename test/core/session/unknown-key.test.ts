/** Sessions of a key that is not known yet, while it is too early to load the keys again. */
import { describe, expect, test } from 'vitest';
import { createKey, handshakeToken, jwksOf, T0, type Claims } from '../../support/tokens.js';
import {
  answer,
  createTestApp,
  FRESH,
  INSTANCES,
  INSTANCE_TYPES,
  KEY,
  locationOf,
  PAGE,
  SECONDS,
  signedInCookies,
  tokenOf,
  type InstanceType,
  directivesOf,
} from './support.js';

/** In development the payload comes in the query, in production in a cookie. */
const returning = (type: InstanceType, token: string) =>
  type === 'development'
    ? { url: `/page?__clerk_handshake=${token}`, cookies: {}, headers: PAGE }
    : { url: '/page', cookies: { __clerk_handshake: token }, headers: PAGE };

describe.each(INSTANCE_TYPES)('an unknown key id that may not be looked up yet, %s', (type) => {
  const { host } = INSTANCES[type];
  const newKey = createKey('RS256', { kid: 'ins_new' });
  const newToken = tokenOf(type, FRESH, {}, newKey);
  const sessionWith = (token: string) => signedInCookies(type, token);

  /** An app that has its keys and has just looked for another key id. The next set holds the new key. */
  async function createBusyTestApp() {
    let now = T0;
    let body = jwksOf(KEY);
    const app = createTestApp(type, {
      now: () => now,
      jwks: async () => answer(200, body),
      payload: async () => answer(200, { directives: directivesOf(type, newToken) }),
    });
    await app.ask({ bearer: tokenOf(type) });
    await app.ask({ bearer: tokenOf(type, {}, { kid: 'ins_made_up' }) });
    body = jwksOf(KEY, newKey);
    return { ...app, wait: (ms: number) => void (now += ms) };
  }

  test('sends a page to the Frontend API, lets others wait, and signs both in 5 s later', async () => {
    const app = await createBusyTestApp();
    const page = { cookies: sessionWith(newToken), headers: PAGE };
    const fetched = { cookies: sessionWith(newToken), headers: { 'sec-fetch-dest': 'empty' } };
    const outcome = await app.ask(page);
    expect(outcome).toMatchObject({ status: 'handshake', reason: 'jwk-kid-unchecked' });
    expect(locationOf(outcome)?.host).toBe(host);
    const waits = { status: 'unavailable', reason: 'jwk-kid-unchecked', retryAfterMs: 5_000 };
    expect(await app.ask(fetched)).toMatchObject(waits);
    expect(await app.ask({ bearer: newToken, headers: PAGE })).toMatchObject(waits);
    const third = { ...page, cookies: { ...page.cookies, __clerk_redirect_count: '3' } };
    expect(await app.ask(third), 'a loop ends in waiting, not in a sign-out').toMatchObject(waits);
    const nowhere = { ...page, url: 'https://bad host/', headers: { ...PAGE, host: 'bad host' } };
    expect(await app.ask(nowhere), 'nor does a page to which nobody could come back').toMatchObject(waits);
    app.wait(5_000);
    for (const ask of [page, fetched, third]) expect(await app.ask(ask)).toMatchObject({ status: 'signed-in' });
  });

  test.each([
    ['of a handshake', () => returning(type, handshakeToken(newKey, directivesOf(type, newToken)))],
    ['of the session in a handshake', () => returning(type, handshakeToken(KEY, directivesOf(type, newToken)))],
    ['of the session of a nonce', () => ({ url: '/?__clerk_handshake_nonce=n1', cookies: {}, headers: PAGE })],
  ])('%s: lets the cookies decide, and signs nobody out', async (_, ask) => {
    const { url, cookies, headers } = ask();
    const app = await createBusyTestApp();
    const withCookies = (more: Record<string, string>) => app.ask({ url, headers, cookies: { ...cookies, ...more } });
    expect(await withCookies(sessionWith(tokenOf(type)))).toMatchObject({ status: 'signed-in', headers: null });
    const renewed = await withCookies({ __clerk_db_jwt: 'd', __client_uat: '1' });
    expect(renewed).toMatchObject({ status: 'handshake', reason: 'client-uat-but-no-session-token' });
    const nobody = await withCookies({ __clerk_db_jwt: 'd' });
    expect(nobody).toMatchObject({ status: 'unavailable', retryAfterMs: 5_000 });
    app.wait(5_000);
    expect((await withCookies({ __clerk_db_jwt: 'd' })).status).toBe('signed-in');
  });

  test('renews an ended session beside a token of a withdrawn key', async () => {
    const at = (seconds: number): Claims => ({ iat: seconds, nbf: seconds - 10, exp: seconds + 60 });
    const ended = tokenOf(type, at(SECONDS - 90));
    const ask = async (other: string, headers: Record<string, string>) => {
      const app = await createBusyTestApp();
      const cookies = Object.entries(sessionWith(ended)).map(([name, value]) => `${name}=${value}`);
      const twice = cookies
        .filter((cookie) => cookie.startsWith('__session'))
        .map((cookie) => cookie.replace(ended, other));
      return app.ask({ cookies: [...cookies, ...twice].join('; '), headers });
    };
    const left = tokenOf(type, at(SECONDS - 95), {}, newKey);
    const page = await ask(left, PAGE);
    expect(page).toMatchObject({
      status: 'handshake',
      reason: expect.stringMatching(/^session-token-expired/) as string,
    });
    const script = await ask(left, {});
    expect(script).toMatchObject({
      status: 'signed-out',
      reason: expect.stringMatching(/^session-token-expired/) as string,
    });
    // A newer one is what a rotation brings.
    const waits = await ask(tokenOf(type, at(SECONDS - 1), {}, newKey), {});
    expect(waits).toMatchObject({ status: 'unavailable', reason: 'jwk-kid-unchecked' });
  });
});
