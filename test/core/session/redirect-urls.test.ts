import { createRedirect } from '@clerk/backend/internal';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import { signInUrl, signUpUrl } from '../../../src/core/session/redirect-urls.js';
import type { AuthenticatorOptions } from '../../../src/types.js';
import { INSTANCES, INSTANCE_TYPES, KEY } from './support.js';

const BACK = 'https://app.acornbooks.example/back?a=1';

describe.each(INSTANCE_TYPES)('sign-in and sign-up pages, %s', (type) => {
  const { publishableKey, secretKey } = INSTANCES[type];
  const PAGES: AuthenticatorOptions[] = [
    {},
    { signInUrl: 'https://app.acornbooks.example/in' },
    { signInUrl: 'https://other.example/in?x=1' },
    { signUpUrl: 'https://other.example/up' },
    { signInUrl: 'https://primary.example/in', isSatellite: true, domain: 'app.acornbooks.example' },
  ];
  const LINKS = [{}, { pending: true }, { devBrowserToken: 'dvb' }];
  const grid = PAGES.flatMap((page) =>
    LINKS.map((link) => [JSON.stringify(page), JSON.stringify(link), page, link] as const),
  );

  test.each(grid)('%s %s: equal those of @clerk/backend', (_page, _link, page, link) => {
    const config = resolveConfig({ publishableKey, secretKey, ...page }, {});
    const reference = createRedirect({
      publishableKey,
      baseUrl: 'https://app.acornbooks.example/here',
      redirectAdapter: (url: string) => url,
      ...('devBrowserToken' in link ? { devBrowserToken: link.devBrowserToken ?? '' } : {}),
      ...('pending' in link ? { sessionStatus: 'pending' as const } : {}),
      ...(page.signInUrl ? { signInUrl: page.signInUrl } : {}),
      ...(page.signUpUrl ? { signUpUrl: page.signUpUrl } : {}),
      isSatellite: page.isSatellite ?? false,
    });
    const pages = [signInUrl(config, BACK, link), signUpUrl(config, BACK, link)];
    const expected = [
      reference.redirectToSignIn({ returnBackUrl: BACK }),
      reference.redirectToSignUp({ returnBackUrl: BACK }),
    ].map((url) => {
      // The library appends the tasks to the query, where there is one.
      const misplaced = /\?x=1%2Ftasks/.test(url);
      return misplaced ? url.replace('?x=1%2Ftasks', '/tasks?x=1') : url;
    });
    // A development browser's token travels in development alone.
    const strip = (url: string | null) =>
      type === 'production' ? (url ?? '').replace('&__clerk_db_jwt=dvb', '') : url;
    expect(pages).toEqual(expected.map(strip));
  });

  test('may be relative pages of the application', () => {
    const config = resolveConfig({ publishableKey, secretKey, signInUrl: '/in' }, {});
    expect(signInUrl(config, BACK)).toBe(`https://app.acornbooks.example/in?redirect_url=${encodeURIComponent(BACK)}`);
    expect(signUpUrl(config, BACK)).toBe(
      `https://app.acornbooks.example/in/create?redirect_url=${encodeURIComponent(BACK)}`,
    );
    expect(signInUrl(config, '/back')).toBe('/in?redirect_url=%2Fback');
    const queried = resolveConfig({ publishableKey, secretKey, signInUrl: '/in?x=1' }, {});
    expect(signInUrl(queried, '/back')).toBe('/in?x=1&redirect_url=%2Fback');
    expect(signUpUrl(queried, '/back')).toBe('/in/create?x=1&redirect_url=%2Fback');
    expect(signInUrl(queried, '/back', { pending: true })).toBe('/in/tasks?x=1&redirect_url=%2Fback');
    expect(signInUrl(queried, BACK)).toBe(
      `https://app.acornbooks.example/in?x=1&redirect_url=${encodeURIComponent(BACK)}`,
    );
  });
});

test('are absent without a page and a publishable key', () => {
  const config = resolveConfig({ jwtKey: KEY.pem }, {});
  expect(signInUrl(config, BACK)).toBeNull();
  expect(signUpUrl(config, BACK)).toBeNull();
});

test('use http for an instance on this machine', () => {
  const publishableKey = `pk_test_${Buffer.from('127.0.0.1:4010$').toString('base64').replace(/=+$/, '')}`;
  const config = resolveConfig({ publishableKey, jwtKey: KEY.pem }, {});
  expect(config.frontendApiUrl).toBe('http://127.0.0.1:4010');
  expect(signInUrl(config, BACK)).toBe(`http://127.0.0.1:4010/sign-in?redirect_url=${encodeURIComponent(BACK)}`);
});
