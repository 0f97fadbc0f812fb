import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import { headerTokenOf, UNREADABLE_TOKEN } from '../../../src/core/request/authorization-header.js';
import { createRequestContext } from '../../../src/core/request/context.js';
import { classifyToken } from '../../../src/verify/classify.js';
import { INSTANCES } from '../session/support.js';

describe('the token in the Authorization header', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER abc', 'abc'],
    ['Bearer   abc  ', 'abc'],
    ['Bearer\tabc', 'abc'],
    ['  Bearer abc', 'abc'],
    ['abc', 'abc'],
    ['Bearer', null],
    ['Bearer ', null],
    ['', null],
    ['   ', null],
    [null, null],
    [undefined, null],
    // S34: another scheme is no token, so that cookies are read.
    ['Basic YWRhOnNlY3JldA==', null],
    ['Digest username="Bearer x"', null],
    ['Bearer a b', UNREADABLE_TOKEN],
    ['Bearer a, Bearer b', UNREADABLE_TOKEN],
    ['Bearer a\tb', UNREADABLE_TOKEN],
    [`Bearer ${'a'.repeat(16_385)}`, UNREADABLE_TOKEN],
    [`Bearer ${'a'.repeat(16_384)}`, 'a'.repeat(16_384)],
    ['Bearerabc', 'Bearerabc'],
    // Several headers, joined as the Web's Headers do it: one of them was meant to decide.
    ['Bearer a, Bearer a', UNREADABLE_TOKEN],
    [', Bearer a', UNREADABLE_TOKEN],
    ['Bearer a,', 'a,'],
    ['a, b', UNREADABLE_TOKEN],
    ['Basic YWRh, Bearer a', UNREADABLE_TOKEN],
    ['Basic YWRh,\tbearer', UNREADABLE_TOKEN],
    ['Digest a="b", c="bearer d"', null],
  ])('%j', (header, expected) => {
    expect(headerTokenOf(header)).toBe(expected);
  });

  test('never accepts a malformed token', () => {
    expect(classifyToken(UNREADABLE_TOKEN)).toMatchObject({ form: 'malformed', jwt: null });
  });
});

test('reads headers lazily, and once', () => {
  const reads: string[] = [];
  const header = (name: string) => {
    reads.push(name);
    return name === 'cookie' ? '__session=x' : null;
  };
  const { publishableKey, secretKey } = INSTANCES.development;
  const config = resolveConfig({ publishableKey, secretKey }, {});
  const context = createRequestContext({ method: 'GET', url: '/', header }, config, true);
  expect(reads).toEqual([]);
  expect([context.headerToken, context.headerToken, context.classified]).toEqual([null, null, null]);
  expect(reads).toEqual(['authorization']);
  expect(context.cookies.session).toBe('x');
  expect(context.cookies).toBe(context.cookies);
  expect(reads).toEqual(['authorization', 'cookie']);
  expect(context.publicOrigin).toBeNull();
  expect(context.publicOrigin).toBeNull();
  expect(reads.filter((name) => name === 'host')).toHaveLength(1);
  expect(context.publicUrl()).toBeNull();
});
