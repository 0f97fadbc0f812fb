import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCookies, type Cookies } from '../../../src/core/request/cookies.js';

const SUFFIX = 'OQFZV_GV';
const read = (header: string | null) =>
  Object.fromEntries(
    Object.entries(readCookies(header, SUFFIX)).filter(([, value]) => value !== null),
  ) as Partial<Cookies>;

describe('readCookies', () => {
  test('finds every cookie that matters, and nothing else', () => {
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

  test('S6: an encoded separator forges nothing', () => {
    expect(read('a=x%3B%20__session%3Dforged')).toEqual({});
    expect(read('__client_uat=1%3B__session%3Dforged')).toEqual({ clientUat: '1;__session=forged' });
  });

  test.each([
    ['the first of duplicates counts', '__session=one; __session=two', { session: 'one' }],
    ['an empty first duplicate counts as absent', '__session=; __session=two', {}],
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

  test('without a suffix nothing suffixed is read', () => {
    expect(readCookies('__session_=x; __refresh_=y', '')).toMatchObject({ session: null });
  });

  test('property: never throws, and agrees with the rules of the page on any text', () => {
    const name = fc.constantFrom('__session', `__session_${SUFFIX}`, '__client_uat', 'other', '__session_x', '');
    const value = fc.oneof(fc.string(), fc.constantFrom('%41', '%zz', '"q"', '', ' a ', 'a=b'));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const header = pairs.map(([n, v]) => `${n}=${v}`).join(';');
        const wanted = header
          .split(';')
          .map(
            (part) =>
              [part.slice(0, Math.max(part.indexOf('='), 0)).trim(), part.slice(part.indexOf('=') + 1).trim()] as const,
          )
          .find(([n]) => n === '__session')?.[1];
        const decoded = (text: string) => {
          try {
            return decodeURIComponent(text);
          } catch {
            return text;
          }
        };
        expect(readCookies(header, SUFFIX).session).toBe(wanted === undefined ? null : decoded(wanted) || null);
      }),
    );
  });

  test('many cookies without a value cost no more than their length', () => {
    const header = '__a;'.repeat(200_000) + '__session=x';
    expect(readCookies(header, SUFFIX).session).toBe('x');
  });
});
