import { describe, expect, test } from 'vitest';
import { SUFFIX_ROWS, usesSuffixedCookies, type SuffixFacts } from '../../../src/core/request/cookie-suffix.js';
import { readCookies } from '../../../src/core/request/cookies.js';
import { decodeJwt } from '../../../src/verify/decode.js';
import { EXPIRED, INSTANCES, SECONDS, tokenOf, type InstanceType } from '../session/support.js';
import { T0 } from '../../support/tokens.js';

interface Twins {
  S?: string;
  U?: string;
  s?: string;
  u?: string;
}

/** `S`, `U`: plain session and client; `s`, `u`: suffixed. */
function facts(type: InstanceType, { S, U, s, u }: Twins): SuffixFacts {
  const { suffix, host } = INSTANCES[type];
  const pairs = [
    ['__session', S],
    ['__client_uat', U],
    [`__session_${suffix}`, s],
    [`__client_uat_${suffix}`, u],
  ].filter(([, value]) => value !== undefined);
  return {
    cookies: readCookies(pairs.map((pair) => pair.join('=')).join('; '), suffix),
    peek: (token) => decodeJwt(token)?.payload ?? null,
    production: type === 'production',
    issuers: new Set([host, `https://${host}`, `http://${host}`]),
    now: T0,
  };
}

const rowOf = (given: SuffixFacts) => SUFFIX_ROWS.find((row) => row.when(given))?.row;

describe.each(['development', 'production'] as const)('plain or suffixed cookies, %s', (type) => {
  const own = tokenOf(type);
  const older = tokenOf(type, { iat: SECONDS - 500 });
  const foreign = tokenOf(type, { iss: 'https://clerk.elsewhere.example' });
  const ended = tokenOf(type, { ...EXPIRED, iat: SECONDS + 100 });

  test.each<[string, number, boolean, Twins]>([
    ['plain session cannot be decoded', 1, false, { S: 'garbage', s: own, u: '1', U: '1' }],
    ['plain session has no issuer', 1, false, { S: tokenOf(type, { iss: undefined }), s: own, u: '1' }],
    ['plain session has an empty issuer', 1, false, { S: tokenOf(type, { iss: '' }), s: own, u: '1' }],
    ['plain session of another instance', 2, true, { S: foreign, U: '1', s: own, u: '1' }],
    ['plain session of another instance, nothing suffixed', 2, true, { S: foreign, U: '1' }],
    ['S6: an issuer that is a number is another instance', 2, true, { S: tokenOf(type, { iss: 123 }), s: own, u: '1' }],
    ['nothing at all', 3, false, {}],
    ['nothing suffixed', 3, false, { S: own, U: '1' }],
    ['both signed in, plain is newer', 4, false, { S: own, U: '1', s: older, u: '1' }],
    ['both signed in, plain is newer, clients absent', 4, false, { S: own, s: older }],
    ['plain signed in, suffixed session undecodable', 4, false, { S: own, U: '1', s: 'garbage', u: '1' }],
    ['suffixed signed out, plain not', 5, false, { S: older, U: '1', s: own, u: '0' }],
    ['suffixed signed out, plain client absent', 5, false, { u: '0' }],
    ['suffixed session without its client', 7, false, { s: own, U: '1' }],
    ['one token under both names', 8, true, { S: own, U: '1', s: own, u: '1' }],
    ['suffixed is newer', 8, true, { S: older, U: '1', s: own, u: '1' }],
    ['both signed out', 8, true, { U: '0', u: '0' }],
    ['only suffixed', 8, true, { s: own, u: '1' }],
    ['plain signed out, suffixed session alive', 8, true, { U: '0', s: own, u: '1' }],
  ])('%s: row %i', (_, row, suffixed, twins) => {
    const given = facts(type, twins);
    expect(rowOf(given)).toBe(row);
    expect(usesSuffixedCookies(given)).toBe(suffixed);
  });

  test('row 6 applies in development only: plain signed out, suffixed session ended', () => {
    const given = facts(type, { U: '0', s: ended, u: '1' });
    expect(rowOf(given)).toBe(type === 'development' ? 6 : 8);
    expect(usesSuffixedCookies(given)).toBe(type === 'production');
  });

  test('a session ends at exp to the second, without tolerance', () => {
    const at = (exp: number) => rowOf(facts(type, { U: '0', s: tokenOf(type, { exp }), u: '1' }));
    expect(at(SECONDS)).toBe(type === 'development' ? 6 : 8);
    expect(at(SECONDS + 1)).toBe(8);
  });
});

test('rows are numbered in order', () => {
  expect(SUFFIX_ROWS.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
