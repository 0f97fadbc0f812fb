import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repeatedHeaders } from '../../../src/core/request/raw-headers.js';

describe('repeated headers', () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>> | null]>([
    ['none', [], null],
    ['one of each', ['Host', 'a', 'Authorization', 'b', 'Referer', 'c'], null],
    ['others of the same length', ['From', 'a', 'from', 'b', 'Cache-Control', 'x', 'cache-control', 'y'], null],
    ['those that may repeat', ['Cookie', 'a=b', 'Cookie', 'c=d', 'Accept', 'x', 'Accept', 'y'], null],
    [
      'two tokens',
      ['Authorization', 'Bearer a', 'Host', 'h', 'Authorization', 'Bearer b'],
      { authorization: 'Bearer a, Bearer b' },
    ],
    ['in any case', ['authorization', 'a', 'AUTHORIZATION', 'b', 'aUthorization', 'c'], { authorization: 'a, b, c' }],
    ['of the same value', ['Host', 'h', 'host', 'h'], { host: 'h, h' }],
    ['an empty one first', ['Authorization', '', 'Authorization', 'Bearer a'], { authorization: ', Bearer a' }],
    ['an empty one last', ['Authorization', 'Bearer a', 'Authorization', ''], { authorization: 'Bearer a, ' }],
    ['a value that looks like a name', ['x', 'Host', 'Host', 'a'], null],
    ['two kinds', ['Host', 'a', 'Host', 'b', 'Referer', 'c', 'referer', 'd'], { host: 'a, b', referer: 'c, d' }],
  ])('%s', (_, raw, expected) => {
    expect(repeatedHeaders(raw)).toEqual(expected);
  });

  test('gives nothing without raw headers', () => {
    expect(repeatedHeaders(undefined)).toBeNull();
  });

  test("property: joins as the Web's Headers do", () => {
    const name = fc.constantFrom(
      'Host',
      'host',
      'Authorization',
      'AUTHORIZATION',
      'Referer',
      'Cookie',
      'Accept',
      'From',
    );
    const value = fc.constantFrom('a', 'Bearer x', '', 'h:80');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (lines) => {
        const found = repeatedHeaders(lines.flat());
        const web = new Headers(lines);
        for (const single of ['host', 'authorization', 'referer']) {
          const count = lines.filter(([given]) => given.toLowerCase() === single).length;
          expect(found?.[single]).toBe(count > 1 ? web.get(single) : undefined);
        }
      }),
    );
  });
});
