/** What comes back from a handshake: only what the instance itself signed reaches the browser, and nothing in it can break the answer. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, LocalInstance } from 'bailiff-local';
import { OPERATIONS, startClerk } from '../support/clerk.js';
import {
  CATEGORY,
  createKey,
  handshakeToken,
  m2mToken,
  oauthToken,
  sessionToken,
  signJwt,
  T0,
  T0_S,
} from '../support/tokens.js';
import { PUBLISHABLE_KEY } from './fixtures.js';
import { sendRaw } from './raw.js';
import { startExpress, startHono } from './servers.js';
import { portOf } from '../support/listen.js';

const key = createKey('RS256', { kid: 'ins_handshake' });
const stranger = createKey('RS256', { kid: 'ins_handshake' });
const good = sessionToken(key);
const GOOD = [`__session=${good}; Path=/; Secure`, `__client_uat=${T0_S - 10}; Path=/`];

const CLEARED = ['__session=; Path=/; Max-Age=0', '__client_uat=0; Path=/'];

/** Payloads that must set nothing and sign nobody in: tokens in the address or in a cookie. */
const REFUSED: Readonly<Record<string, string>> = {
  'signed by another instance': handshakeToken(stranger, GOOD),
  'signed by nobody': `${handshakeToken(key, GOOD).split('.').slice(0, 2).join('.')}.`,
  'of the algorithm none': `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from(JSON.stringify({ handshake: GOOD })).toString('base64url')}.`,
  'a session token': good,
  'an M2M token with directives': m2mToken(key, { handshake: GOOD }),
  'an OAuth token with directives': oauthToken(key, { handshake: GOOD }),
  'a JWT-template token with directives': handshakeToken(key, GOOD, { cat: CATEGORY.template }),
  'with the subject of a machine, of the category of sessions': handshakeToken(key, GOOD, {}, { sub: 'mch_sender' }),
  'with the subject of a machine, of the category that says nothing': handshakeToken(
    key,
    GOOD,
    { cat: CATEGORY.ignored },
    { sub: 'mch_sender', exp: T0_S + 3600 },
  ),
  'with the subject of a machine, without a category': handshakeToken(
    key,
    GOOD,
    { cat: undefined },
    { sub: 'mch_sender' },
  ),
  'with a user': handshakeToken(key, GOOD, {}, { sub: 'user_ada' }),
  'with a session': handshakeToken(key, GOOD, {}, { sid: 'sess_one' }),
  'that has expired': handshakeToken(key, GOOD, {}, { exp: T0_S - 3600 }),
  'that is not active yet': handshakeToken(key, GOOD, {}, { nbf: T0_S + 3600 }),
  'that comes from the future': handshakeToken(key, GOOD, {}, { iat: T0_S + 3600 }),
  'that is a year old': handshakeToken(key, GOOD, {}, { iat: T0_S - 31_536_000 }),
  'that signs out and is a year old': handshakeToken(key, CLEARED, {}, { iat: T0_S - 31_536_000 }),
  'that signs out and has expired': handshakeToken(key, CLEARED, {}, { exp: T0_S - 3600 }),
  'with an unknown critical header': handshakeToken(key, GOOD, { crit: ['x'], x: 1 }),
  'a list as the payload': signJwt({ alg: 'RS256', kid: key.kid, typ: 'JWT' }, JSON.stringify([GOOD]), key),
  'with directives that are no list': handshakeToken(key, GOOD.join(',')),
  'with directives that are an object': handshakeToken(key, { 0: GOOD[0], length: 1 }),
  'without directives': handshakeToken(key, undefined),
  nonsense: 'a.b.c',
};

/** Directives in a payload that the instance signed; of these nothing may split the answer or sign somebody in. */
const ODD_DIRECTIVES: Readonly<Record<string, unknown>> = {
  'a line break': '__session=x\r\nLocation: https://evil.example/',
  'a line feed': 'a=b\nSet-Cookie: evil=1',
  'a NUL': 'a=b\0',
  'an escape sequence': 'a=\u001b[31mred',
  'a character that no header holds': 'a=\u20ac',
  'a number': 5,
  null: null,
  'a list': ['__session=x'],
  empty: '',
  'a session of another suffix': `__session_AAAAAAAA=${good}; Path=/`,
  'a name that begins like the session': `__sessionx=${good}; Path=/`,
  'a session of another instance': `__session=${sessionToken(stranger)}; Path=/`,
  'a machine as the session': `__session=${m2mToken(key)}; Path=/`,
  'a prototype': '__proto__=x; Path=/',
};

let clerk: LocalInstance;
beforeAll(async () => {
  clerk = await startClerk({ keys: [key] });
});
beforeEach(() => {
  clerk.reset();
});
afterAll(() => clerk.close());

describe.each([
  ['Express', startExpress],
  ['Hono', startHono],
] as const)('handshakes on %s', (_name, start) => {
  let server: Server;
  beforeAll(async () => {
    server = await start({
      secretKey: clerk.secretKey,
      publishableKey: PUBLISHABLE_KEY,
      apiUrl: clerk.apiUrl,
      now: () => T0,
    });
  });
  afterAll(() => server.close());

  const visit = (query: string, cookie = '') =>
    sendRaw(portOf(server), {
      target: `/user${query}`,
      headers: [
        ['accept', 'text/html'],
        ['sec-fetch-dest', 'document'],
        ...(cookie ? [['cookie', cookie] as const] : []),
      ],
    });
  /** Redeems a nonce that the instance gave out for these directives. */
  const nonce = (directives: readonly string[]) => {
    clerk.state.table('handshakes').insert({ id: 'n1', directives });
    return visit('', '__clerk_handshake_nonce=n1');
  };

  it('control: signs in by what the instance signed or returns for a nonce', async () => {
    for (const received of [
      await visit('', `__clerk_handshake=${handshakeToken(key, GOOD)}`),
      await visit(`?__clerk_handshake=${handshakeToken(key, GOOD)}`),
      await nonce(GOOD),
    ]) {
      expect(received.status).toBe(200);
      expect(received.headers.get('set-cookie')).toContain(`__session=${good}`);
    }
  });

  it.each(Object.entries(REFUSED))('refuses a payload %s', async (_what, token) => {
    for (const received of [
      await visit('', `__clerk_handshake=${token}`),
      await visit(`?__clerk_handshake=${encodeURIComponent(token)}`),
    ]) {
      expect([307, 401]).toContain(received.status);
      expect(received.headers.get('set-cookie') ?? '').not.toMatch(/__session|__client_uat/);
    }
  });

  it.each(Object.entries(REFUSED))('keeps a good session beside a payload %s', async (_what, token) => {
    for (const received of [
      await visit('', `__clerk_handshake=${token}; __session=${good}; __client_uat=${T0_S - 10}`),
      await visit(`?__clerk_handshake=${encodeURIComponent(token)}`, `__session=${good}; __client_uat=${T0_S - 10}`),
    ]) {
      expect(received.status).toBe(200);
      expect(received.headers.has('set-cookie')).toBe(false);
    }
  });

  it('sets only cookies of the protocol, by a token and by a nonce', async () => {
    const foreign = ['sid=evil; Path=/', 'csrf=evil', '__session_AAAAAAAA=evil', '__Host-app=evil', '__sessionx=evil'];
    for (const received of [
      await visit('', `__clerk_handshake=${handshakeToken(key, [...foreign, ...GOOD])}`),
      await nonce([...foreign, ...GOOD]),
    ]) {
      expect(received.status).toBe(200);
      expect(received.headers.get('set-cookie')).toContain(`__session=${good}`);
      expect(received.headers.get('set-cookie')).not.toMatch(/evil/);
      expect(received.headers.has('access-control-allow-origin')).toBe(false);
    }
  });

  it.each(Object.entries(ODD_DIRECTIVES))('drops a directive that is %s', async (_what, directive) => {
    for (const received of [
      await visit('', `__clerk_handshake=${handshakeToken(key, [directive])}`),
      await nonce([directive as string]),
    ]) {
      expect([307, 401]).toContain(received.status);
      expect(received.headers.get('location') ?? 'https://clerk.acornbooks.example/').toMatch(
        /^https:\/\/clerk\.acornbooks\.example\//,
      );
      expect(received.headers.get('set-cookie') ?? '').not.toMatch(/evil|red/);
      expect(received.text).not.toMatch(/^evil/m);
    }
  });

  it.each<[string, Fault | null]>([
    ['never given it out', null],
    ['nonsense', { body: { directives: 'x' } }],
    ['null', { body: null }],
    ['HTML', { body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['an error', { status: 500, body: {} }],
    ['no answer', { reset: true }],
  ])('keeps a good session beside a nonce for which Clerk has %s, and makes none', async (_what, fault) => {
    if (fault !== null) clerk.fail({ operation: OPERATIONS.handshake, ...fault });
    const received = await visit('', '__clerk_handshake_nonce=n1');
    expect(received.headers.get('set-cookie') ?? '').not.toContain('__session');
    const signedIn = await visit('', `__clerk_handshake_nonce=n1; __session=${good}; __client_uat=${T0_S - 10}`);
    expect(signedIn.status).toBe(200);
  });
});
