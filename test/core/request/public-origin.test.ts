import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import { publicUrl } from '../../../src/core/request/public-origin.js';
import { INSTANCES, type InstanceType } from '../session/support.js';

interface Given {
  url: string;
  headers?: Record<string, string>;
  trustProxy?: boolean;
  publicOrigin?: string;
}

function seen(
  type: InstanceType,
  { url, headers = {}, trustProxy = false, publicOrigin: origin }: Given,
): string | null {
  const view = {
    method: 'GET',
    url,
    header: (name: string) => headers[name] ?? null,
    ...(origin === undefined ? {} : { publicOrigin: origin }),
  };
  const { publishableKey, secretKey } = INSTANCES[type];
  const config = resolveConfig({ publishableKey, secretKey, trustProxy }, {});
  return publicUrl(view, config)?.toString() ?? null;
}

const FORWARDED = { host: 'inner:8080', 'x-forwarded-host': 'app.example', 'x-forwarded-proto': 'https' };

describe('the public URL', () => {
  test.each<[string, InstanceType, Given, string | null]>([
    ['host and path', 'development', { url: '/a?b', headers: { host: 'app.example' } }, 'http://app.example/a?b'],
    ['scheme of an absolute URL', 'development', { url: 'https://x.example/a' }, 'https://x.example/a'],
    [
      'Host beside an absolute URL',
      'development',
      { url: 'https://x/a', headers: { host: 'app.example' } },
      'https://app.example/a',
    ],
    [
      'the port of the raw URL is not kept',
      'development',
      { url: 'http://x:81/a', headers: { host: 'h' } },
      'http://h/a',
    ],
    ['forwarded headers are not believed', 'development', { url: '/a', headers: FORWARDED }, 'http://inner:8080/a'],
    [
      'unless proxies are trusted',
      'development',
      { url: '/a', headers: FORWARDED, trustProxy: true },
      'https://app.example/a',
    ],
    [
      'items are trimmed, the first counts',
      'development',
      {
        url: '/a',
        headers: { host: 'h', 'x-forwarded-host': ' app.example , h', 'x-forwarded-proto': ' HTTPS , http' },
        trustProxy: true,
      },
      'https://app.example/a',
    ],
    [
      'a forwarded host that is none is ignored',
      'development',
      { url: '/a', headers: { host: 'h', 'x-forwarded-host': 'evil.example/x?' }, trustProxy: true },
      'http://h/a',
    ],
    [
      'a forwarded scheme that is none is ignored',
      'development',
      { url: '/a', headers: { host: 'h', 'x-forwarded-proto': 'javascript' }, trustProxy: true },
      'http://h/a',
    ],
    ['production is https', 'production', { url: '/a', headers: { host: 'app.example' } }, 'https://app.example/a'],
    [
      'production on this machine keeps its scheme',
      'production',
      { url: '/a', headers: { host: 'localhost:3000' } },
      'http://localhost:3000/a',
    ],
    [
      'production, told http by a trusted proxy',
      'production',
      { url: '/a', headers: { host: 'h', 'x-forwarded-proto': 'http' }, trustProxy: true },
      'http://h/a',
    ],
    [
      "the framework's word wins",
      'production',
      { url: '/a', headers: FORWARDED, publicOrigin: 'http://said.example:81' },
      'http://said.example:81/a',
    ],
    [
      "the framework's word must be an origin",
      'production',
      { url: '/a', headers: FORWARDED, publicOrigin: 'file:///etc' },
      null,
    ],
    ...[
      'https://evil.example://app.example',
      'https://a:b@app.example',
      'https://app.example/x',
      'https://app.example?x',
    ].map((origin): [string, InstanceType, Given, string | null] => [
      `and nothing but an origin: ${origin}`,
      'production',
      { url: '/a', headers: FORWARDED, publicOrigin: origin },
      null,
    ]),
    ['no host', 'production', { url: '/a' }, null],
    ['a host that is none', 'production', { url: '/a', headers: { host: 'a b' } }, null],
    // S14, S15: the path is never resolved.
    [
      'a path that looks like a host',
      'production',
      { url: '//evil.example/x', headers: { host: 'app.example' } },
      'https://app.example//evil.example/x',
    ],
    [
      'the same, absolute',
      'production',
      { url: 'https://inner//evil.example/x', headers: { host: 'app.example' } },
      'https://app.example//evil.example/x',
    ],
    [
      'backslashes',
      'production',
      { url: '/\\evil.example/x', headers: { host: 'app.example' } },
      'https://app.example//evil.example/x',
    ],
    [
      'a path with @',
      'production',
      { url: '/@evil.example', headers: { host: 'app.example' } },
      'https://app.example/@evil.example',
    ],
    [
      'a bad escape',
      'production',
      { url: '/%zz?%zz', headers: { host: 'app.example' } },
      'https://app.example/%zz?%zz',
    ],
  ])('%s', (_, type, given, expected) => {
    expect(seen(type, given)).toBe(expected);
  });

  test('property: no path and no forwarded header changes the host', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (path, forwarded) => {
        const headers = { host: 'app.example', 'x-forwarded-host': forwarded };
        const url = seen('production', { url: `/${path}`, headers });
        if (url !== null) expect(new URL(url).origin).toBe('https://app.example');
      }),
    );
  });
});
