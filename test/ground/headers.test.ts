/** Headers in every form in which they are handed over: one answer, whatever the form and the case of names. */
import { createServer } from 'node:http';
import { runInNewContext } from 'node:vm';
import { authenticateUpgrade, createAuthenticator } from 'bailiff';
import { createBackendApi } from 'bailiff/api';
import { verifyWebhook, verifyWebhookPayload } from 'bailiff/webhooks';
import fc from 'fast-check';
import { Webhook as Svix } from 'svix';
import { describe, expect, it } from 'vitest';
import { headerLookup, headerPairs, type HeaderSource } from '../../src/ground/headers.js';
import { createClock, createKey, sessionToken, T0, T0_S } from '../support/tokens.js';
import { listen, originOf } from '../support/listen.js';

type Pairs = readonly (readonly [string, string])[];

const webHeaders = (pairs: Pairs) => new Headers(pairs.map(([name, value]): [string, string] => [name, value]));

/** Not `Headers`, and of another realm: as polyfills and test environments bring them. */
const foreignHeaders = (pairs: Pairs): HeaderSource => {
  const headers = webHeaders(pairs);
  return runInNewContext('({ get: (name) => look(name) })', { look: (name: string) => headers.get(name) }) as Headers;
};

const FORMS: Readonly<Record<string, (pairs: Pairs) => HeaderSource>> = {
  'a plain object': (pairs) => Object.fromEntries(pairs),
  'an object of another realm': (pairs) =>
    runInNewContext('JSON.parse(text)', { text: JSON.stringify(Object.fromEntries(pairs)) }) as HeaderSource,
  'an object without a prototype': (pairs) => Object.assign(Object.create(null), Object.fromEntries(pairs)),
  'an object of lists': (pairs) => Object.fromEntries(pairs.map(([name, value]) => [name, [value]])),
  'a list of pairs': (pairs) => pairs,
  'a Map': (pairs) => new Map(pairs),
  Headers: (pairs) => webHeaders(pairs),
  'Headers of another realm': foreignHeaders,
  'a look-up': (pairs) => {
    const headers = webHeaders(pairs);
    return (name) => headers.get(name);
  },
};
const forms = Object.entries(FORMS);

const CASES: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
];

describe('webhooks', () => {
  const SECRET = 'whsec_YWNvcm4tYm9va3Mtd2ViaG9vay1kZW1vLWtleS0wMSE=';
  const body = '{"type":"user.created","object":"event","data":{"id":"user_a1"}}';
  const options = { signingSecret: SECRET, now: () => T0 };
  const signature = new Svix(SECRET).sign('msg_1', new Date(T0), body);
  const signed = (prefix: string, changes: Readonly<Record<string, string>> = {}): Pairs =>
    Object.entries({ id: 'msg_1', timestamp: String(T0_S), signature, ...changes }).map(
      ([name, value]) => [`${prefix}-${name}`, value] as const,
    );

  describe.each(forms)('%s', (_, form) => {
    it.each(['svix', 'webhook'])('are read under the names of %s, in any case', async (prefix) => {
      for (const spell of CASES) {
        const headers = form(signed(prefix).map(([name, value]) => [spell(name), value] as const));
        expect(await verifyWebhook({ headers, body }, options)).toMatchObject({ id: 'msg_1' });
        expect(verifyWebhookPayload({ headers, body }, options)).toMatchObject({ id: 'msg_1' });
        const forged = form(signed(prefix, { signature: `v1,${'A'.repeat(43)}=` }));
        await expect(verifyWebhook({ headers: forged, body }, options)).rejects.toMatchObject({
          code: 'signature-mismatch',
        });
        const others = form(signed(`x${prefix}`).map(([name, value]) => [spell(name), value] as const));
        await expect(verifyWebhook({ headers: others, body }, options)).rejects.toMatchObject({
          code: 'headers-missing',
        });
      }
    });
  });

  it.each([
    ['in one header', `v1,${'A'.repeat(43)}= ${signature}`],
    ['in two headers that were joined', `v1,${'A'.repeat(43)}=, ${signature}`],
    ['joined without a blank', `${signature},v1,${'A'.repeat(43)}=`],
    ['in a list', [`v1,${'A'.repeat(43)}=`, signature]],
    ['beside one of another version', `v1a,${'B'.repeat(20)}== ${signature} v2,xyz`],
  ])('accept one good signature of two %s', async (_, value) => {
    const headers = { ...Object.fromEntries(signed('svix')), 'svix-signature': value };
    expect(await verifyWebhook({ headers, body }, options)).toMatchObject({ id: 'msg_1' });
  });

  it.each([
    ['two that do not fit', `v1,${'A'.repeat(43)}=, v1,${'B'.repeat(43)}=`],
    ['one under another version', signature.replace('v1', 'v2')],
    ['one inside another', `v2,x${signature}`],
    ['one that goes on', `${signature}x`],
    ['no version', signature.slice(3)],
  ])('refuse: %s', async (_, value) => {
    const headers = { ...Object.fromEntries(signed('svix')), 'svix-signature': value };
    await expect(verifyWebhook({ headers, body }, options)).rejects.toMatchObject({ code: 'signature-mismatch' });
  });

  it('report missing headers if there are none', async () => {
    for (const headers of [{}, [], new Map(), undefined, null])
      await expect(verifyWebhook({ headers: headers as never, body }, options)).rejects.toMatchObject({
        code: 'headers-missing',
      });
  });
});

describe('upgrades', () => {
  const key = createKey();
  const origin = 'https://app.acornbooks.example';
  const publishableKey = 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA';
  const authenticator = createAuthenticator({ publishableKey, jwtKey: key.pem, now: createClock() }, {});
  const token = sessionToken(key);
  const ask = (headers: HeaderSource) =>
    authenticateUpgrade(authenticator, { url: '/', headers } as never, { allowedOrigins: [origin] });

  it.each(forms.filter(([name]) => name !== 'a look-up'))('accept %s with names in any case', async (_, form) => {
    for (const spell of CASES) {
      const headers = (pairs: Pairs) => form(pairs.map(([name, value]) => [spell(name), value] as const));
      const common = [['host', 'app.acornbooks.example'] as const, ['origin', origin] as const];
      const cookie = `__client_uat=${T0_S - 100}; __session=${token}`;
      for (const credential of [['authorization', `Bearer ${token}`] as const, ['cookie', cookie] as const])
        expect(await ask(headers([...common, credential]))).toMatchObject({ allowed: true });
      const foreign = headers([common[0]!, ['origin', 'https://evil.example'], ['cookie', cookie]]);
      expect(await ask(foreign)).toMatchObject({ allowed: false, status: 403 });
    }
  });

  it('read cookies in several lines, and refuse two tokens', async () => {
    const cookies = [`__client_uat=${T0_S - 100}`, `__session=${token}`];
    expect(await ask({ Host: 'app.acornbooks.example', Origin: origin, Cookie: cookies })).toMatchObject({
      allowed: true,
    });
    for (const headers of [
      { Host: 'a.example', Origin: origin, Authorization: `Bearer ${token}`, authorization: `Bearer ${token}` },
      { Host: 'a.example', Origin: origin, authorization: [`Bearer ${token}`, `Bearer ${token}`] },
    ])
      expect(await ask(headers)).toMatchObject({ allowed: false, status: 401 });
  });
});

describe("the Backend API's option", () => {
  it.each(forms.filter(([name]) => name !== 'a look-up' && name !== 'Headers of another realm'))(
    'accepts %s, and keeps its own headers in any case',
    async (_, form) => {
      const seen: Record<string, unknown>[] = [];
      const server = createServer((request, response) => {
        seen.push(request.headers);
        response.setHeader('content-type', 'application/json').end('{}');
      });
      await listen(server);
      const apiUrl = originOf(server);
      const api = createBackendApi({ secretKey: 'sk_test_0123456789abcdef', apiUrl });
      const headers = form([
        ['X-Trace', 'abc'],
        ['AUTHORIZATION', 'Bearer theirs'],
      ]) as Record<string, string>;
      await api.users.get('user_1', { headers });
      server.close();
      expect(seen[0]).toMatchObject({ 'x-trace': 'abc', authorization: 'Bearer sk_test_0123456789abcdef' });
    },
  );
});

describe('headerLookup', () => {
  it('property: every form agrees with Headers, whatever the names and values', () => {
    const name = fc.constantFrom('svix-id', 'Svix-Id', 'SVIX-ID', 'Cookie', 'cookie', 'x', 'get', 'constructor');
    const value = fc.stringMatching(/^[a-z0-9=;]{1,8}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const lookup = headerLookup(pairs);
        const reference = new Headers(pairs);
        for (const wanted of ['svix-id', 'x', 'get', 'constructor', 'missing'])
          expect(lookup(wanted)).toBe(reference.get(wanted));
        const cookies = pairs.filter(([n]) => n.toLowerCase() === 'cookie').map(([, v]) => v);
        expect(lookup('cookie')).toBe(cookies.length === 0 ? null : cookies.join('; '));
        expect([...headerPairs(pairs)]).toEqual(pairs.map(([n, v]) => [n.toLowerCase(), v]));
        // An object keeps one value for each spelling.
        const object = Object.fromEntries(pairs);
        for (const wanted of ['svix-id', 'x', 'get', 'constructor', 'missing'])
          expect(headerLookup(object)(wanted)).toBe(headerLookup(Object.entries(object))(wanted));
      }),
    );
  });

  it('ignores inherited, undefined and null headers', () => {
    const inherited = Object.create({ 'svix-id': 'x' }) as Record<string, string>;
    expect(headerLookup(inherited)('svix-id')).toBeNull();
    expect(headerLookup({})('constructor')).toBeNull();
    expect(headerLookup({})('__proto__')).toBeNull();
    expect(headerLookup({ a: undefined, b: null, c: [] })('a')).toBeNull();
    expect([...headerPairs({ a: undefined, b: null, c: [] })]).toEqual([]);
  });
});
