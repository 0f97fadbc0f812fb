import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyToken } from '../../src/verify/classify.js';
import { CATEGORY } from '../support/tokens.js';
import { segment } from '../support/tokens.js';

const jwt = (header: unknown, payload: unknown) => `${segment(header)}.${segment(payload)}.AQID`;

describe('classifyToken', () => {
  it.each([
    ['mt_abc', 'm2m_token', 'opaque'],
    ['oat_abc', 'oauth_token', 'opaque'],
    ['ak_a+b/c=', 'api_key', 'opaque'],
    ['ak_', 'api_key', 'opaque'],
    ['MT_abc', 'session_token', 'malformed'],
    ['Ak_abc', 'session_token', 'malformed'],
    ['', 'session_token', 'malformed'],
    ['a.b.c', 'session_token', 'malformed'],
    [jwt({}, { sub: 'user_ada' }), 'session_token', 'jwt'],
    [jwt({}, { sub: 'mch_one' }), 'm2m_token', 'jwt'],
    [jwt({ typ: 'at+jwt' }, { sub: 'user_ada' }), 'oauth_token', 'jwt'],
    [jwt({ typ: 'application/at+jwt' }, {}), 'oauth_token', 'jwt'],
    [jwt({ typ: 'AT+JWT' }, {}), 'session_token', 'jwt'],
    [jwt({ typ: 'at+jwt' }, { sub: 'mch_one' }), 'm2m_token', 'jwt'],
    [jwt({ typ: ['at+jwt'] }, { sub: ['mch_one'] }), 'session_token', 'jwt'],
    [`mt_${jwt({}, {})}`, 'm2m_token', 'opaque'],
    [jwt(null, {}), 'session_token', 'malformed'],
  ])('%s is a %s, %s', (token, tokenType, form) => {
    expect(classifyToken(token)).toMatchObject({ token, tokenType, form });
    expect(classifyToken(token).jwt !== null).toBe(form === 'jwt');
  });

  it.each([
    [{}, true],
    [{ cat: CATEGORY.session }, true],
    [{ cat: CATEGORY.ignored }, true],
    [{ cat: CATEGORY.template }, false],
    [{ cat: CATEGORY.m2m }, false],
    [{ cat: '' }, false],
    [{ cat: null }, false],
    [{ cat: [CATEGORY.session] }, false],
    [{ cat: 'cl_unknown' }, false],
  ])('header %j may be a session: %s', (header, expected) => {
    expect(classifyToken(jwt(header, { sub: 'user_ada' })).sessionCategory).toBe(expected);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', 'ak_', 'mt_', 'oat_'), (text, prefix) => {
        expect(classifyToken(prefix + text).token).toBe(prefix + text);
      }),
    );
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (head, body) => void classifyToken(jwt(head, body))));
  });
});
