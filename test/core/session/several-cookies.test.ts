/** Several cookies of one name: the session is the one that verifies, and the order in which they came says nothing. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Claims } from '../../support/tokens.js';
import {
  answer,
  createTestApp,
  EXPIRED,
  FRESH,
  headerOf,
  INSTANCE_TYPES,
  INSTANCES,
  KEY,
  locationOf,
  OTHER_KEY,
  PAGE,
  SECONDS,
  tokenOf,
  type InstanceType,
} from './support.js';

const at = (seconds: number): Claims => ({ iat: SECONDS + seconds, nbf: SECONDS + seconds - 10 });

/** Session tokens by what becomes of them. */
const tokensOf = (type: InstanceType) => ({
  good: tokenOf(type, { sid: 'sess_good', ...at(-50) }),
  newer: tokenOf(type, { sid: 'sess_newer', ...at(-20) }),
  expired: tokenOf(type, { sid: 'sess_expired', ...EXPIRED }),
  forged: tokenOf(type, { sid: 'sess_forged', ...at(-1) }, {}, OTHER_KEY),
  foreign: tokenOf(type, { iss: 'https://clerk.elsewhere.example', sid: 'sess_foreign', ...at(-1) }, {}, OTHER_KEY),
  template: tokenOf(type, { ...at(-1) }, { cat: 'cl_B7d4PD222AAA' }),
  garbage: 'garbage',
  empty: '',
});
type Name = keyof ReturnType<typeof tokensOf>;

const orders = <T>(list: readonly T[]): T[][] =>
  list.length < 2
    ? [[...list]]
    : list.flatMap((first, index) =>
        orders(list.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
      );

function cookiesOf(type: InstanceType, names: readonly Name[], stems = ['__session']): string[] {
  const tokens = tokensOf(type);
  return stems.flatMap((stem) => names.map((name) => `${stem}=${tokens[name]}`));
}

const uats = (type: InstanceType, ...values: readonly (number | string)[]) =>
  values.flatMap((value) => [`__client_uat=${value}`, `__client_uat_${INSTANCES[type].suffix}=${value}`]);
const devBrowserOf = (type: InstanceType) => `__clerk_db_jwt=dvb_one; __clerk_db_jwt_${INSTANCES[type].suffix}=dvb_one`;

describe.each(INSTANCE_TYPES)('%s', (type) => {
  const { suffix } = INSTANCES[type];
  const stems = ['__session', `__session_${suffix}`];
  const devBrowser = devBrowserOf(type);

  test.each<[string, Name[], string]>([
    ['an expired one beside a good one', ['expired', 'good'], 'sess_good'],
    ['an empty one beside a good one', ['empty', 'good'], 'sess_good'],
    ['one that is no token beside a good one', ['garbage', 'good'], 'sess_good'],
    ['a newer one with a bad signature', ['forged', 'good'], 'sess_good'],
    ['one of another application on the domain', ['foreign', 'good'], 'sess_good'],
    ['a template token', ['template', 'good'], 'sess_good'],
    ['two good ones: the newer', ['good', 'newer'], 'sess_newer'],
    ['everything together', ['expired', 'forged', 'good', 'newer'], 'sess_newer'],
  ])('%s: signs in, for a page and a script, under the plain name and both', async (_, names, sid) => {
    for (const names_ of orders(names)) {
      for (const under of [['__session'], stems]) {
        for (const headers of [PAGE, {}]) {
          const cookies = [...cookiesOf(type, names_, under), ...uats(type, SECONDS - 100), devBrowser];
          // Plain alone means that no client cookie has a suffix either.
          const sent = under.length > 1 ? cookies : cookies.filter((cookie) => !cookie.startsWith('__client_uat_'));
          const outcome = await createTestApp(type).ask({ cookies: sent.join('; '), headers });
          expect(outcome).toMatchObject({ status: 'signed-in', session: { data: { sid } }, headers: null });
        }
      }
    }
  });

  test('prefers the newest client time', async () => {
    for (const [first, second] of orders([0, SECONDS - 100])) {
      const cookies = [...cookiesOf(type, ['good'], stems), ...uats(type, first ?? '', second ?? ''), devBrowser];
      const outcome = await createTestApp(type).ask({ cookies: cookies.join('; '), headers: PAGE });
      expect(outcome.status).toBe('signed-in');
    }
    for (const [first, second] of orders([SECONDS - 100, SECONDS - 10])) {
      const cookies = [...cookiesOf(type, ['good'], stems), ...uats(type, first ?? '', second ?? ''), devBrowser];
      const outcome = await createTestApp(type).ask({ cookies: cookies.join('; ') });
      expect(outcome).toMatchObject({ status: 'signed-out', reason: 'session-token-iat-before-client-uat' });
    }
  });

  test('renews the renewable session if none is good', async () => {
    for (const names of orders<Name>(['expired', 'forged', 'garbage'])) {
      const cookies = [...cookiesOf(type, names, stems), ...uats(type, 1), devBrowser];
      const outcome = await createTestApp(type).ask({ cookies: cookies.join('; '), headers: PAGE });
      expect(outcome).toMatchObject({
        status: 'handshake',
        reason: 'session-token-expired-refresh-non-eligible-no-refresh-cookie',
      });
      expect(locationOf(outcome)?.searchParams.get('__session')).toBe(tokensOf(type).expired);
    }
  });

  test('counts more different values than a browser keeps as none, without checking a signature', async () => {
    const good = tokensOf(type).good;
    const many = Array.from({ length: 4 }, (_, index) => tokenOf(type, { sid: `sess_${index}`, ...at(-30) }));
    const jwks = vi.fn(() => Promise.resolve(answer(200, { keys: [KEY.jwk] })));
    const app = createTestApp(type, { jwks });
    const ask = (values: readonly string[]) =>
      app.ask({ cookies: [...values.map((v) => `__session=${v}`), '__client_uat=1', devBrowser].join('; ') });
    expect(await ask([good, ...many])).toMatchObject({
      status: 'signed-out',
      reason: 'client-uat-but-no-session-token',
    });
    expect(jwks).not.toHaveBeenCalled();
    expect(await ask([good, ...many.slice(1)])).toMatchObject({ status: 'signed-in' });
  });

  test('tries two refresh cookies in turn until Clerk accepts one', async () => {
    const renewed = tokenOf(type, FRESH);
    const tried: string[] = [];
    const refresh = vi.fn(({ refreshToken }: { refreshToken: string }) => {
      tried.push(refreshToken);
      return Promise.resolve(
        refreshToken.startsWith('rt-good')
          ? answer(200, { cookies: [`__session=${renewed}; Path=/`] })
          : answer(401, { errors: [{ code: 'refresh_token_unknown' }] }),
      );
    });
    const ask = (...values: readonly string[]) => {
      tried.length = 0;
      const cookies = [...cookiesOf(type, ['expired'], stems), ...uats(type, 1), devBrowser];
      const all = [...cookies, ...values.map((value) => `__refresh_${suffix}=${value}`)];
      return createTestApp(type, { refresh }).ask({ cookies: all.join('; ') });
    };
    for (const values of orders(['rt-good', 'rt-old', '']))
      expect(await ask(...values)).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_new' } } });
    expect(await ask('rt-1', 'rt-2', 'rt-3')).toMatchObject({
      status: 'signed-out',
      reason: 'session-token-expired-refresh-refresh_token_unknown',
    });
    expect(tried).toHaveLength(2);
  });

  test('stops trying at an outage, and does not sign out', async () => {
    const refresh = vi.fn(() => Promise.resolve(answer(503, undefined)));
    const cookies = [...cookiesOf(type, ['expired'], stems), ...uats(type, 1), devBrowser];
    const all = [...cookies, `__refresh_${suffix}=rt-1`, `__refresh_${suffix}=rt-2`];
    const outcome = await createTestApp(type, { refresh }).ask({ cookies: all.join('; ') });
    expect(outcome.status).toBe('unavailable');
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  test('loads the keys once for several cookies with unknown key ids', async () => {
    const unknown = (n: number) =>
      tokenOf(type, { sid: `sess_${n}`, ...at(-n - 1) }, {}, { ...KEY, kid: `ins_unknown_${n}` });
    const hostile = stems.flatMap((stem, s) => [1, 2, 3, 4].map((n) => `${stem}=${unknown(n + 4 * s)}`));
    const jwks = vi.fn(() => Promise.resolve(answer(200, { keys: [KEY.jwk] })));
    const app = createTestApp(type, { jwks });
    const first = await app.ask({ cookies: [...hostile, ...uats(type, 1), devBrowser].join('; ') });
    expect(first).toMatchObject({ status: 'signed-out', reason: 'jwk-kid-mismatch' });
    expect(jwks).toHaveBeenCalledTimes(1);
    // With the keys at hand they cost one more at most, and a good session beside them is one all the same.
    const plain = [`__session=${tokensOf(type).good}`, ...hostile.slice(1, 4), '__client_uat=1'];
    for (const cookies of [plain, [...plain].reverse()]) {
      const outcome = await app.ask({ cookies: [...cookies, devBrowser].join('; ') });
      expect(outcome).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_good' } } });
    }
    expect(jwks.mock.calls.length).toBeLessThanOrEqual(2);
  });

  test('gives no 401 if an unchecked cookie could be the session', async () => {
    const jwks = () => Promise.resolve(answer(500, undefined));
    const cookies = [...cookiesOf(type, ['good', 'garbage'], stems), ...uats(type, 1), devBrowser];
    for (const list of [cookies, [...cookies].reverse()])
      expect((await createTestApp(type, { jwks }).ask({ cookies: list.join('; ') })).status).toBe('unavailable');
  });

  test('sends a page to the handshake with one dev browser, in any order', async () => {
    const ask = (list: readonly string[]) => createTestApp(type).ask({ cookies: list.join('; '), headers: PAGE });
    const list = ['__clerk_db_jwt=dvb_1', '__clerk_db_jwt=dvb_2', '__clerk_db_jwt=', '__client_uat=1'];
    const locations = await Promise.all(orders(list).map(async (cookies) => headerOf(await ask(cookies), 'Location')));
    expect(new Set(locations).size).toBe(1);
    expect(new URL(locations[0] ?? '').searchParams.get('__clerk_db_jwt')).toBe(
      type === 'development' ? 'dvb_2' : null,
    );
  });

  test('property: does not depend on the order of cookies', async () => {
    const tokens = tokensOf(type);
    const names = [...stems, ...stems];
    const session = fc
      .tuple(fc.constantFrom(...names), fc.constantFrom(...Object.values(tokens)))
      .map((both) => both.join('='));
    const time = fc
      .tuple(
        fc.constantFrom('__client_uat', `__client_uat_${suffix}`),
        fc.constantFrom('0', '1', String(SECONDS - 30), 'x', ''),
      )
      .map((both) => both.join('='));
    const other = fc.constantFrom(
      devBrowser,
      '__clerk_db_jwt=dvb_two',
      '__clerk_redirect_count=1',
      '__clerk_redirect_count=3',
      `__refresh_${suffix}=rt-1`,
      `__refresh_${suffix}=rt-2`,
    );
    const jar = fc
      .tuple(
        fc.array(session, { minLength: 1, maxLength: 6 }),
        fc.array(time, { maxLength: 4 }),
        fc.array(other, { maxLength: 3 }),
      )
      .map((lists) => lists.flat());
    const twoOrders = jar.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    const refresh = () => Promise.resolve(answer(401, { errors: [{ code: 'refresh_token_unknown' }] }));
    await fc.assert(
      fc.asyncProperty(twoOrders, fc.constantFrom(PAGE, {}), async ([one, two], headers) => {
        const [first, second] = await Promise.all(
          [one, two].map((cookies) => createTestApp(type, { refresh }).ask({ cookies: cookies.join('; '), headers })),
        );
        expect(second).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });
});
