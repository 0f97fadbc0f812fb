import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { returnedLocation, upstreamUrl } from '../../../src/core/proxy/upstream-url.js';

const BASE = { origin: 'https://fapi.example', path: '/base' };
const ROOT = { origin: 'https://fapi.example', path: '' };

describe('S14: the URL in the Frontend API', () => {
  test.each([
    ['', '/base/'],
    ['/', '/base/'],
    ['?a=1', '/base/?a=1'],
    ['/v1/client?a=1&a=2', '/base/v1/client?a=1&a=2'],
    ['/v1/client?to=https://x.example/../y', '/base/v1/client?to=https://x.example/../y'],
    ['/v1/a%20b/%C3%A4', '/base/v1/a%20b/%C3%A4'],
    ['/v1/..x/x../...', '/base/v1/..x/x../...'],
    ['/v1/%', '/base/v1/%'],
    ['//evil.example/x', '/base//evil.example/x'],
    ['/@evil.example', '/base/@evil.example'],
    ['/v1/a%2fb', '/base/v1/a%2fb'],
    // Encoded four times over, which is as far as anybody looks.
    ['/v1/%25252541', '/base/v1/%25252541'],
  ])('keeps %j', (rest, expected) => {
    expect(upstreamUrl(BASE, rest)?.href).toBe(BASE.origin + expected);
    expect(upstreamUrl(ROOT, rest)?.href).toBe(BASE.origin + expected.slice('/base'.length));
  });

  test.each([
    '/..',
    '/../',
    '/../other',
    '/../base/v1',
    '/v1/../../other',
    '/%2e%2e/other',
    '/%2E%2e/other',
    '/.%2e/other',
    '/%2E./other',
    '/..\\other',
    '\\..\\other',
    '/v1\\..\\..\\other',
    '/..;/other',
    '/..;a=b/other',
    '/%2e%2e%3b/other',
    '/..%2fother',
    '/v1/..%2f..%2fother',
    '/v1/%2e%2e%2f%2e%2e%2fother',
    '/..%5cother',
    '/v1%2f..%2f..%2fother',
    '/%252e%252e/other',
    '/%252e%252e%252fother',
    '/%25252e%25252e/other',
    '/%2%65%2%65/other',
    '/%25252525252e./other',
    '/v1/%2525252541',
    '/..\t%3b/other',
    '/..%23/other',
    '/..%3f/other',
    '/..%00/other',
    '/..%20/other',
    '/..%09x/other',
    '/.\n.%3b/other',
    '/..%3b\t/other',
    '/v1/..?x',
    '/v1/..#x',
  ])('refuses %j, with and without a base path', (rest) => {
    expect(upstreamUrl(BASE, rest)).toBeNull();
    expect(upstreamUrl(ROOT, rest)).toBeNull();
  });

  const piece = fc.oneof(
    fc.constantFrom('/', '\\', '.', '..', '%2e', '%2E', '%252e', '%2f', '%5c', ';', '%3b', '%', '25', 'v1', '@', ':'),
    fc.constantFrom('?', '#', '\t', '\n', ' ', '//', 'evil.example', 'base', 'other', '\u0000', 'ä', '。', '%00'),
    fc.string({ maxLength: 3 }),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

  /** As a server that resolves everything it can: segments without their parameters, `..` taken away with what it follows. */
  const resolved = (path: string): string =>
    path
      .split(/[/\\]/)
      .reduce<string[]>((kept, segment) => {
        const name = segment.split(';', 1)[0] ?? '';
        return name === '..' ? kept.slice(0, -1) : name === '' || name === '.' ? kept : [...kept, name];
      }, [])
      .join('/');
  const decoded = (path: string): string =>
    path.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

  test('property: never leaves the origin or base path, however often a server decodes it', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(BASE, ROOT), (rest, base) => {
        const url = upstreamUrl(base, rest);
        if (url === null) return;
        expect(url.origin).toBe(base.origin);
        const below = `${base.path.slice(1)}/`;
        for (let path = url.pathname, pass = 0; pass < 5; pass++, path = decoded(path)) {
          if (base.path !== '') expect(`${resolved(path)}/`.startsWith(below)).toBe(true);
          expect(path.split(/[/\\]/)).not.toContain('..');
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('property: keeps a path of plain segments', () => {
    const segment = fc.stringMatching(/^[a-z0-9_~-][a-z0-9._~-]{0,8}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const path = `/${segments.join('/')}`;
        expect(upstreamUrl(BASE, path)?.href).toBe(`${BASE.origin}/base${path}`);
      }),
    );
  });

  test('decodes a path a few times at most', () => {
    expect(upstreamUrl(BASE, `/%${'25'.repeat(8000)}2e`)).toBeNull();
  });
});

describe('the target of a redirect', () => {
  const asked = new URL('https://fapi.example/base/v1/client');
  const PROXY = 'https://app.example/__clerk';
  test.each([
    ['https://fapi.example/base/v1/next?b=1#c', `${PROXY}/v1/next?b=1#c`],
    ['/base/v1/next', `${PROXY}/v1/next`],
    ['next', `${PROXY}/v1/next`],
    ['../other', `${PROXY}/other`],
    ['/base', PROXY],
    // Beside the base path there is nothing that this server forwards.
    ['/v1/next', 'https://fapi.example/v1/next'],
    ['/basement/x', 'https://fapi.example/basement/x'],
    ['/base/../x', 'https://fapi.example/x'],
    // The same host over http is another origin.
    ['http://fapi.example/base/v1/next', 'http://fapi.example/base/v1/next'],
    ['https://fapi.example:8443/base/v1', 'https://fapi.example:8443/base/v1'],
    ['https://evil.example/base/v1', 'https://evil.example/base/v1'],
    ['//evil.example/base/v1', '//evil.example/base/v1'],
    ['https://', 'https://'],
  ])('%s', (location, expected) => {
    expect(returnedLocation(location, asked, BASE, PROXY)).toBe(expected);
  });

  test('is served here on every path of the origin without a base path', () => {
    expect(returnedLocation('/v1/next', asked, ROOT, PROXY)).toBe(`${PROXY}/v1/next`);
  });
});
