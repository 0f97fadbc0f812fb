import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_VALUES, readCookies, type Cookies } from '../../../src/core/request/cookies.js';

const SUFFIX = 'OQFZV_GV';
const read = (header: string | null) =>
  Object.fromEntries(
    Object.entries(readCookies(header, SUFFIX)).filter(([, value]) => value !== null),
  ) as Partial<Cookies>;

describe('readCookies', () => {
  test('finds every cookie of the protocol, and no other', () => {
    expect(
      read(
        `a=1; __session=A; __session_${SUFFIX}=B; __client_uat=1; __client_uat_${SUFFIX}=2; __refresh=no; __refresh_${SUFFIX}=R; __clerk_db_jwt=D; __clerk_db_jwt_${SUFFIX}=E; __clerk_handshake=H; __clerk_handshake_nonce=N; __clerk_redirect_count=2; __session_ABCDEFGH=foreign; __sessionx=no; __clerk_handshake_${SUFFIX}=no`,
      ),
    ).toEqual({
      session: 'A',
      suffixedSession: 'B',
      clientUat: '1',
      suffixedClientUat: '2',
      suffixedRefresh: 'R',
      devBrowser: 'D',
      suffixedDevBrowser: 'E',
      handshake: 'H',
      handshakeNonce: 'N',
      redirectCount: '2',
    });
  });

  test('S6: splits at no encoded separator', () => {
    expect(read('a=x%3B%20__session%3Dforged')).toEqual({});
    expect(read('__client_uat=1%3B__session%3Dforged')).toEqual({ clientUat: '1;__session=forged' });
  });

  test.each([
    [
      'of several sessions, all are candidates',
      '__session=a; __session=c; __session=b; __session=a',
      { session: 'c', duplicates: { session: ['c', 'b', 'a'] } },
    ],
    ['the same value twice is one', '__session=a; __session=a', { session: 'a' }],
    ['an empty duplicate counts for nothing', '__session=; __session=two; __session=', { session: 'two' }],
    [
      'the newest client time counts',
      '__client_uat=0; __client_uat=170; __client_uat=; __client_uat=99; __client_uat=x',
      { clientUat: '170' },
    ],
    ['signed out beside what is no time', '__client_uat=x; __client_uat=0', { clientUat: '0' }],
    ['the highest count counts', '__clerk_redirect_count=1; __clerk_redirect_count=3', { redirectCount: '3' }],
    [
      'more different values than a browser has are none',
      ['a', 'b', 'c', 'd', 'e'].map((value) => `__session=${value}`).join('; '),
      {},
    ],
    ['quotes are kept', '__session="one"', { session: '"one"' }],
    ['a bad escape leaves the value as it came', '__session=%zz%41', { session: '%zz%41' }],
    ['escapes are decoded', '__session=%41', { session: 'A' }],
    [
      'blanks around names and values do not count',
      ' \t__session = one \t;__client_uat=1',
      { session: 'one', clientUat: '1' },
    ],
    ['a value may hold equals signs', '__session=a=b=', { session: 'a=b=' }],
    ['no blank after the separator', 'x=1;__session=one', { session: 'one' }],
    ['a name without a value is none', '__session; __client_uat=1', { clientUat: '1' }],
    ['names are case-sensitive', '__SESSION=one', {}],
    ['empty header', '', {}],
    ['no header', null, {}],
    ['only separators', ';;; ; ', {}],
    ['a name that is only the suffix', `_${SUFFIX}=1; __${SUFFIX}=2`, {}],
  ] as const)('%s', (_, header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  test('reads no suffixed cookie without a suffix', () => {
    expect(readCookies('__session_=x; __refresh_=y', '')).toMatchObject({ session: null });
  });

  test('property: never throws, and follows the documented rules for any text', () => {
    const name = fc.constantFrom('__session', `__session_${SUFFIX}`, '__client_uat', 'other', '__session_x', '');
    const value = fc.oneof(fc.string(), fc.constantFrom('%41', '%zz', '"q"', '', ' a ', 'a=b'));
    const decoded = (text: string) => {
      try {
        return decodeURIComponent(text);
      } catch {
        return text;
      }
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const header = pairs.map(([n, v]) => `${n}=${v}`).join(';');
        const found = header
          .split(';')
          .map((part) => [part.slice(0, Math.max(part.indexOf('='), 0)).trim(), part.slice(part.indexOf('=') + 1)])
          .filter(([n]) => n === '__session')
          .map(([, v = '']) => decoded(v.trim()))
          .filter(Boolean);
        const values = [...new Set(found)].sort().reverse();
        const { session, duplicates } = readCookies(header, SUFFIX);
        expect(session).toBe(values.length > MAX_VALUES ? null : (values[0] ?? null));
        expect(duplicates?.session).toEqual(values.length > 1 && values.length <= MAX_VALUES ? values : undefined);
      }),
    );
  });

  test('property: does not depend on the order of cookies', () => {
    const names = ['__session', '__client_uat', '__clerk_db_jwt', '__refresh'].flatMap((n) => [n, `${n}_${SUFFIX}`]);
    const others = ['__clerk_redirect_count', '__clerk_handshake', '__clerk_handshake_nonce'];
    const value = fc.constantFrom('', '0', '1', '170', '99', 'x', '-1', 'a', 'b', 'c');
    const pair = fc.tuple(fc.constantFrom(...names, ...others), value).map((both) => both.join('='));
    const twoOrders = fc
      .array(pair, { maxLength: 20 })
      .chain((pairs) => fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })));
    fc.assert(
      fc.property(twoOrders, ([one, other]) => {
        expect(readCookies(other.join('; '), SUFFIX)).toEqual(readCookies(one.join('; '), SUFFIX));
      }),
      { numRuns: 1_000 },
    );
  });

  test('reads many cookies without a value in linear time', () => {
    const header = '__a;'.repeat(200_000) + '__session=x';
    expect(readCookies(header, SUFFIX).session).toBe('x');
  });
});
