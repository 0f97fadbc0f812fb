import { describe, expect, test } from 'vitest';
import {
  isForSharedCaches,
  privateAfter,
  sessionCookiesOf,
  variedByCookie,
} from '../../../src/core/middleware/private-answer.js';

test.each([
  [null, 'private, no-store'],
  ['', 'private, no-store'],
  ['public, max-age=86400', 'private, no-store'],
  ['no-transform', 'private, no-store, no-transform'],
  ['no-cache, No-Transform', 'private, no-store, no-transform'],
  ['no-transform ,public', 'private, no-store, no-transform'],
  ['no-transformer', 'private, no-store'],
  ['x-no-transform', 'private, no-store'],
])('turns Cache-Control %j into %j', (given, expected) => {
  expect(privateAfter(given)).toBe(expected);
});

test.each([
  [null, 'Cookie'],
  ['', 'Cookie'],
  [' , ', 'Cookie'],
  ['Accept', 'Accept, Cookie'],
  ['Accept,,Origin ', 'Accept, Origin, Cookie'],
  ['cookie', 'cookie'],
  ['Accept, COOKIE', 'Accept, COOKIE'],
  ['X-Cookie', 'X-Cookie, Cookie'],
  ['*', '*'],
  ['Accept, *', 'Accept, *'],
])('turns Vary %j into %j', (given, expected) => {
  expect(variedByCookie(given)).toBe(expected);
});

test.each([
  ['CDN-Cache-Control', true],
  ['cloudflare-cdn-cache-control', true],
  ['Surrogate-Control', true],
  ['Edge-Control', true],
  ['X-Accel-Expires', true],
  ['Cache-Control', false],
  ['x-surrogate-control', false],
  ['x-accel-expires-2', false],
])('%s takes precedence over Cache-Control in shared caches: %s', (header, expected) => {
  expect(isForSharedCaches(header)).toBe(expected);
});

describe('cookies of a session', () => {
  test('are all except the redirect counter', () => {
    const headers = [
      ['Set-Cookie', '__session=x; Path=/'],
      ['Vary', 'Cookie'],
      ['Set-Cookie', '__clerk_redirect_count=1; Path=/'],
      ['Set-Cookie', '__client_uat=0'],
    ] as const;
    expect(sessionCookiesOf(headers)).toEqual(['__session=x; Path=/', '__client_uat=0']);
    expect(sessionCookiesOf([])).toEqual([]);
  });
});
