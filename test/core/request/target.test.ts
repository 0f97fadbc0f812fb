import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRequest } from '../../../src/core/request/target.js';

const check = (method: string, url: string, host: string | null = 'app.example') =>
  checkRequest({ method, url, header: (name) => (name === 'host' ? host : null) });

describe('checkRequest', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/a//b?x=//y'],
    ['GET', '/%zz'],
    // S15: an escaped path is the router's business.
    ['GET', '/%61dmin'],
    ['GET', 'https://app.example/x'],
    ['OPTIONS', '*'],
    ['DELETE', '/'],
  ])('%s %s passes', (method, url) => {
    expect(check(method, url)).toBeNull();
  });

  // S26 and S15.
  test.each([
    ['TRACE', '/'],
    ['TRACK', '/'],
    ['GET', '//'],
    ['GET', '//admin'],
    ['GET', '//evil.example/x'],
    ['GET', '/\\evil.example/x'],
    ['GET', 'https://user:pw@app.example/'],
    ['GET', 'https://user@app.example/'],
    ['GET', 'http://'],
    ['GET', 'javascript:alert(1)'],
    ['GET', 'relative'],
    ['GET', ''],
    ['GET', '*'],
  ])('%s %s is refused', (method, url) => {
    expect(check(method, url)).toBe('bad-request');
  });

  test.each(['app.example', 'app.example:8080', 'localhost:3000', '127.0.0.1', '[::1]:3000', 'a_b.example', '', null])(
    'host %j passes',
    (host) => {
      expect(check('GET', '/', host)).toBeNull();
    },
  );

  test.each([
    'h/path?',
    'a b',
    'a,b',
    'user@h',
    'h:99999999',
    'h#x',
    'h\\x',
    '<h>',
    '[zz]',
    'h'.repeat(256),
    'http://h',
  ])('S26: host %j is refused', (host) => {
    expect(check('GET', '/', host)).toBe('bad-request');
  });

  test('property: never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.option(fc.string()), (method, url, host) => {
        expect([null, 'bad-request']).toContain(check(method, url, host));
      }),
    );
  });
});
