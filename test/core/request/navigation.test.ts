import { describe, expect, test } from 'vitest';
import {
  isDocumentRequest,
  isTopLevelNavigation,
  parseClientUat,
  parseRedirectCount,
  readQuery,
} from '../../../src/core/request/navigation.js';

const view = (method: string, headers: Record<string, string>) => ({
  method,
  url: '/',
  header: (name: string) => headers[name] ?? null,
});

describe('requests that count as a page', () => {
  test.each<[string, string, Record<string, string>, boolean, boolean]>([
    ['document', 'GET', { 'sec-fetch-dest': 'document' }, true, true],
    ['iframe', 'GET', { 'sec-fetch-dest': 'iframe' }, true, false],
    ['fetch', 'GET', { 'sec-fetch-dest': 'empty', accept: 'text/html' }, false, false],
    ['old browser', 'GET', { accept: 'text/html,application/xhtml+xml' }, true, false],
    ['html, but not first', 'GET', { accept: 'application/json, text/html' }, false, false],
    ['no headers', 'GET', {}, false, false],
    ['POST', 'POST', { 'sec-fetch-dest': 'document', accept: 'text/html' }, false, false],
    ['HEAD', 'HEAD', { 'sec-fetch-dest': 'document' }, false, false],
  ])('%s', (_, method, headers, page, topLevel) => {
    expect(isDocumentRequest(view(method, headers))).toBe(page);
    expect(isTopLevelNavigation(view(method, headers))).toBe(topLevel);
  });
});

test.each([
  [null, 0],
  ['', 0],
  ['0', 0],
  ['2', 2],
  ['3', 3],
  ['7', 7],
  ['-1', 0],
  ['x', 0],
  ['NaN', 0],
  ['1e3', 1000],
  ['2.9', 2],
  ['Infinity', Infinity],
])('reads the loop counter %j as %d', (cookie, expected) => {
  expect(parseRedirectCount(cookie)).toBe(expected);
});

test.each([
  [null, 0],
  ['x', 0],
  ['0', 0],
  ['1700000000', 1_700_000_000],
  ['12abc', 12],
])('reads client_uat %j as %d', (cookie, expected) => {
  expect(parseClientUat(cookie)).toBe(expected);
});

describe('the query', () => {
  test('is decoded, names included, and the first duplicate counts', () => {
    expect(
      readQuery(
        '/x?__clerk_handshake=h&__clerk_handshake_nonce=n&%5F%5Fclerk_db_jwt=d&__clerk_synced=true&__clerk_synced=no&__clerk_redirect_url=u',
      ),
    ).toEqual({ handshake: 'h', handshakeNonce: 'n', devBrowser: 'd', synced: 'true', redirectUrl: 'u' });
  });
  test.each([
    '/',
    '/x?',
    '/x?a=1',
    '/x?__clerk_synced=',
    '/__clerk_synced=true',
    '/x#?__clerk_synced=true',
    '/x?a#&__clerk_synced=true',
  ])('%s gives nothing', (target) => {
    expect(Object.values(readQuery(target))).toEqual([null, null, null, null, null]);
  });
});
