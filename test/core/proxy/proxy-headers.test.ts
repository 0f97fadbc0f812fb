import { describe, expect, test } from 'vitest';
import { forwardedHeaders, returnedHeaders } from '../../../src/core/proxy/proxy-headers.js';

const forwarded = (headers: readonly (readonly [string, string])[], clientAddress: string | null = '198.51.100.7') =>
  Object.fromEntries(
    forwardedHeaders(
      { headers, publicOrigin: 'https://app.example:8443', clientAddress },
      { proxyUrl: 'https://app.example:8443/__clerk', secretKey: 'sk_test_x' },
    ),
  );

/** What the proxy says itself, with every request. */
const OWN = {
  'clerk-proxy-url': 'https://app.example:8443/__clerk',
  'clerk-secret-key': 'sk_test_x',
  'accept-encoding': 'identity',
  'x-forwarded-host': 'app.example:8443',
  'x-forwarded-proto': 'https',
};
const ADDRESS = { 'x-forwarded-for': '198.51.100.7' };

describe('headers to the Frontend API', () => {
  test.each(['cookie', 'authorization', 'user-agent', 'origin', 'x-custom', 'content-type', 'via'])(
    'pass %s',
    (name) => {
      expect(forwarded([[name, 'kept']])).toEqual({ ...OWN, ...ADDRESS, [name]: 'kept' });
    },
  );

  test.each(
    [
      [
        'connection',
        'keep-alive',
        'proxy-authenticate',
        'proxy-authorization',
        'te',
        'trailer',
        'transfer-encoding',
        'upgrade',
      ],
      [':method', ':path', ':authority', ':scheme'],
      ['host', 'content-length', 'expect'],
      ['accept-encoding', 'clerk-proxy-url', 'clerk-secret-key', 'x-forwarded-host', 'x-forwarded-proto'],
    ].flat(),
  )('drop %s, in any case', (name) => {
    for (const spelling of [name, name.toUpperCase()]) {
      expect(forwarded([[spelling, 'theirs']])).toEqual({ ...OWN, ...ADDRESS });
    }
  });

  const ADDRESSES = [
    ...[
      'forwarded',
      'x-forwarded-for',
      'x-forwarded',
      'x-forwarded-port',
      'x-forwarded-server',
      'x-original-forwarded-for',
    ],
    ...['x-real-ip', 'cf-connecting-ip', 'cf-connecting-ipv6', 'cf-pseudo-ipv4', 'true-client-ip', 'x-client-ip'],
    ...['fastly-client-ip', 'fly-client-ip', 'x-cluster-client-ip', 'x-azure-clientip', 'x-appengine-user-ip'],
  ];
  test.each(ADDRESSES)('drop the address %s of the browser, known or not', (name) => {
    for (const spelling of [name, name.toUpperCase()]) {
      expect(forwarded([[spelling, '203.0.113.9']])).toEqual({ ...OWN, ...ADDRESS });
      expect(forwarded([[spelling, '203.0.113.9']], null)).toEqual(OWN);
    }
  });

  test('drop names that Connection lists', () => {
    const headers = [
      ['Connection', 'X-One, close'],
      ['x-one', '1'],
      ['connection', ' x-two '],
      ['X-Two', '2'],
      ['x-three', '3'],
    ] as const;
    expect(forwarded(headers)).toEqual({ ...OWN, ...ADDRESS, 'x-three': '3' });
  });

  test('join headers of one name', () => {
    expect(
      forwarded([
        ['x-a', '1'],
        ['X-A', '2'],
      ]),
    ).toMatchObject({ 'x-a': '1, 2' });
  });
});

describe('headers to the browser', () => {
  const returned = (headers: [string, string][]) => [...returnedHeaders(new Response(null, { headers }))];

  test.each(['connection', 'keep-alive', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade'])(
    'drop %s, which belongs to one connection',
    (name) => {
      expect(returned([[name, 'x']])).toEqual([]);
    },
  );

  test('drop lengths and encodings of the original body, and pass the rest', () => {
    const given: [string, string][] = [
      ['content-encoding', 'br'],
      ['content-length', '5'],
      ['etag', '"x"'],
      ['x-a', '1'],
    ];
    expect(returned(given)).toEqual([
      ['etag', '"x"'],
      ['x-a', '1'],
    ]);
  });

  test('keep cookies separate and drop names that Connection lists', () => {
    const given: [string, string][] = [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['connection', 'x-own'],
      ['x-own', '1'],
    ];
    expect(returned(given)).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
  });

  test('add no Location', () => {
    expect(returnedHeaders(new Response('x')).has('location')).toBe(false);
  });
});
