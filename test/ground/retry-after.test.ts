import { parseRetryAfter } from '../../src/ground/retry-after.js';
import { describe, expect, it } from 'vitest';

const NOW = Date.UTC(2027, 0, 15, 8, 0, 0);
const HOUR = 3_600_000;

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['2027', 2_027_000],
    ['Fri, 15 Jan 2027 08:00:30 GMT', 30_000],
    ['Friday, 15-Jan-27 08:00:30 GMT', 30_000],
    ['Fri, 15 Jan 2027 07:00:00 GMT', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['-1', null],
    ['-5', null],
    ['1.5', null],
    ['1e3', null],
    ['soon', null],
    ['nonsense', null],
    ['Fri, nonsense', null],
    ['Fri, nonsense GMT', null],
    ['2027-01-15T08:00:30Z', null],
    ['15 Jan 2027 08:00:30 GMT', null],
    ['Fri, 15 Jan 2027 08:00:30 +0100', null],
    ['', null],
    [null, null],
  ])('reads %j as %j', (header, expected) => {
    expect(parseRetryAfter(header, NOW, HOUR)).toBe(expected);
  });

  it.each(['3601', '99999999', '9'.repeat(400), 'Fri, 15 Jan 2027 09:00:01 GMT', 'Fri, 15 Jan 2999 08:00:00 GMT'])(
    'is capped: %s',
    (header) => {
      expect(parseRetryAfter(header, NOW, HOUR)).toBe(HOUR);
      expect(parseRetryAfter(header, NOW, 1)).toBe(1);
    },
  );
});
