import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import { publicUrl } from '../../../src/core/request/public-origin.js';
import { INSTANCES, type InstanceType } from '../session/support.js';

interface Given {
  url: string;
  headers?: Record<string, string>;
  trustProxy?: boolean;
  publicUrl?: string;
  publicOrigin?: string;
}

function seen(
  type: InstanceType,
  { url, headers = {}, trustProxy = false, publicUrl: configured, publicOrigin: origin }: Given,
): string | null {
  const view = {
    method: 'GET',
    url,
    header: (name: string) => headers[name] ?? null,
    ...(origin === undefined ? {} : { publicOrigin: origin }),
  };
  const { publishableKey, secretKey } = INSTANCES[type];
  const config = resolveConfig({ publishableKey, secretKey, trustProxy, publicUrl: configured ?? null }, {});
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

  test('property: keeps the host whatever the path and the forwarded headers', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (path, forwarded) => {
        const headers = { host: 'app.example', 'x-forwarded-host': forwarded };
        const url = seen('production', { url: `/${path}`, headers });
        if (url !== null) expect(new URL(url).origin).toBe('https://app.example');
      }),
    );
  });
});

describe('the option publicUrl', () => {
  const STAGE = 'https://app.example/prod';
  const see = (url: string, publicUrl = STAGE) =>
    seen('production', { url, headers: FORWARDED, trustProxy: true, publicUrl, publicOrigin: 'https://said.example' });

  test.each([
    ['/a?b', 'https://app.example/prod/a?b'],
    ['https://inner/a', 'https://app.example/prod/a'],
    ['/', 'https://app.example/prod/'],
    ['/prod', 'https://app.example/prod'],
    ['/prod/', 'https://app.example/prod/'],
    ['/prod?x', 'https://app.example/prod?x'],
    ['/prods', 'https://app.example/prod/prods'],
    ['/prod/../a', 'https://app.example/prod/a'],
    ['/../../a', 'https://app.example/prod/a'],
    ['/%2e%2e/a', 'https://app.example/prod/a'],
    ['//evil.example/x', 'https://app.example/prod//evil.example/x'],
    ['/\\evil.example', 'https://app.example/prod//evil.example'],
  ])('%s', (url, expected) => {
    expect(see(url)).toBe(expected);
  });

  test('is the origin alone without a base path', () => {
    expect(see('/a?b', 'https://app.example:8443/')).toBe('https://app.example:8443/a?b');
    expect(see('//evil.example', 'https://app.example')).toBe('https://app.example//evil.example');
  });

  const bases = fc
    .array(
      fc.stringMatching(/^[a-z0-9._~-]{1,8}$/).filter((part) => !/^\.+$/.test(part)),
      { maxLength: 3 },
    )
    .map((parts) => parts.map((part) => `/${part}`).join(''));
  const paths = fc.oneof(
    fc.webPath().map((path) => path || '/'),
    fc.string().map((text) => `/${text.replaceAll(/[?#]/g, '')}`),
    fc.array(fc.constantFrom('..', '.', '%2e%2e', '', 'a', 'prod', '@', '\\')).map((parts) => `/${parts.join('/')}`),
  );

  test('property: puts every URL on that origin, below the base path, which occurs once', () => {
    fc.assert(
      fc.property(bases, paths, fc.webQueryParameters(), (base, path, query) => {
        const publicUrl = `https://app.example${base}`;
        const url = new URL(see(`${path}?${query}`, publicUrl) ?? '');
        expect(url.origin).toBe('https://app.example');
        expect(`${url.pathname}/`.startsWith(`${base}/`)).toBe(true);
        expect(url.search).toBe(new URL(`https://x/?${query}`).search);
        // What it gives is left as it is.
        expect(see(url.pathname + url.search, publicUrl)).toBe(url.href);
        // Whether somebody in front took the base path off makes no difference.
        const asked = new URL(`https://x${path.replaceAll(/[?#]/g, '')}`).pathname;
        if (!`${asked}/`.startsWith(`${base}/`)) expect(see(base + asked, publicUrl)).toBe(see(asked, publicUrl));
      }),
    );
  });

  test.each([
    'app.example.com',
    '/prod',
    'ftp://app.example',
    'https://a:b@app.example',
    'https://app.example?x',
    'https://app.example/#x',
    'https://app.example//prod',
    '',
    7,
  ])('refuses %s and names the option and the remedy', (publicUrl) => {
    expect(() => resolveConfig({ publicUrl: publicUrl as string }, {})).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        option: 'publicUrl',
        message: expect.stringMatching(/option publicUrl.*https:\/\/example\.com\/prod/) as string,
      }) as Error,
    );
  });
});
