import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRequest, createRequestCheck } from '../../../src/core/request/check-request.js';

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
    ['GET', 'HTTPS://app.example/x'],
    ['GET', 'https://app.example'],
    ['GET', 'https://app.example?x=//y'],
    ['GET', 'https://app.example/a//b'],
    ['OPTIONS', '*'],
    ['DELETE', '/'],
  ])('accepts %s %s', (method, url) => {
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
    ['GET', '/\t/evil.example/x'],
    ['GET', 'https://app.example//evil.example/x'],
    ['GET', 'https://app.example//'],
    ['GET', 'https://app.example/\\evil.example/x'],
    ['GET', 'https://app.example/\t/evil.example/x'],
    ['GET', 'https://app.example:8080//x'],
    ['GET', 'http:/app.example/x'],
    ['GET', 'http:///app.example/x'],
    ['GET', 'http:\\\\app.example/x'],
    ['GET', ' http://app.example/x'],
    ['GET', 'https://user:pw@app.example/'],
    ['GET', 'https://user@app.example/'],
    ['GET', 'http://'],
    ['GET', 'javascript:alert(1)'],
    ['GET', 'relative'],
    ['GET', ''],
    ['GET', '*'],
  ])('refuses %s %s', (method, url) => {
    expect(check(method, url)).toBe('bad-request');
  });

  test.each(['app.example', 'app.example:8080', 'localhost:3000', '127.0.0.1', '[::1]:3000', 'a_b.example', '', null])(
    'accepts host %j',
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
  ])('S26: refuses host %j', (host) => {
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

describe.each<readonly [string, () => typeof checkRequest]>([
  ['checkRequest', () => checkRequest],
  ['createRequestCheck, with the first request', () => createRequestCheck()],
  [
    'createRequestCheck, for a host and an origin that were found good',
    () => {
      const remembering = createRequestCheck();
      remembering({ method: 'GET', url: 'https://app.example/', header: () => 'app.example' });
      return remembering;
    },
  ],
])('methods: %s', (_, make) => {
  const decide = (method: string, url: string) => make()({ method, url, header: () => 'app.example' });
  const targets = ['/', '/a?b', 'https://app.example', 'https://app.example/x', 'https://other.example/x'];

  test.each(['TRACE', 'TRACK', 'trace', 'track', 'Trace', 'tRaCk'])(
    'S26: refuses %s, whatever the target',
    (method) => {
      for (const url of targets) expect(decide(method, url)).toBe('bad-request');
    },
  );

  test.each(['GET', 'PATCH', 'TRACES', 'XTRACE', 'TRAC', 'TRACX', 'trade', ''])('accepts %s', (method) => {
    for (const url of targets) expect(decide(method, url)).toBeNull();
  });
});

describe('createRequestCheck', () => {
  // Pieces of which attackers make URLs that two parsers read differently.
  const piece = fc.constantFrom(
    ...[
      'http:',
      'https:',
      'HTTP:',
      'ftp:',
      '/',
      '//',
      '\\',
      '@',
      '?',
      '#',
      ':',
      'u:p@',
      'app.example',
      'evil',
      ':80',
      '1.2.3.999',
    ],
    ...['\t', ' ', '[::1]', '%2f', '*', 'http://app.example/', 'https://app.example', 'xn--'],
  );
  const url = fc.oneof(
    fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join('')),
    fc.webUrl(),
  );
  const host = fc.option(fc.oneof(fc.constantFrom('app.example', 'a b', 'user@h', 'app.example:80'), fc.string()));
  const method = fc.constantFrom('GET', 'OPTIONS', 'TRACE', 'TRACK');

  test('property: gives the same answers as without memory', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(method, url, host), { minLength: 2, maxLength: 8 }), (requests) => {
        const remembering = createRequestCheck();
        for (const [how, where, at] of requests) {
          // Twice, so that what the first left behind is used.
          for (const target of [where, where, `${where}@evil`, `${where}/x`, `${where}//x`, `${where}\\x`]) {
            const view = { method: how, url: target, header: (name: string) => (name === 'host' ? at : null) };
            expect(remembering(view)).toBe(checkRequest(view));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['http:/a/b', 'http://user:pw@evil/'],
    ['http:///a/b', 'http:///user:pw@evil/'],
    ['http://\t/a/b', 'http://\t/user:pw@evil/'],
    ['http:\\\\a/b', 'http:\\\\user:pw@evil/'],
    ['https://app.example', 'https://app.example@evil/'],
    ['https://app.example/', 'https://app.example:pw@evil/'],
    ['https://app.example?/', 'https://app.example?@evil/'],
    ['https://app.example/x', 'https://app.example//evil.example/x'],
    ['https://app.example/x', 'https://app.example/\\evil.example/x'],
    ['https://app.example/x', 'https://app.example/\n/evil.example/x'],
  ])('judges %j alone, and %j after it', (good, other) => {
    const remembering = createRequestCheck();
    const view = (target: string) => ({ method: 'GET', url: target, header: () => null });
    expect(remembering(view(good))).toBe(checkRequest(view(good)));
    expect(remembering(view(other))).toBe(checkRequest(view(other)));
  });
});
