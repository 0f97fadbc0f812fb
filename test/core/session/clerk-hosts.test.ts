import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import { accountsPortal, isClerkPage, issuersOf } from '../../../src/core/session/clerk-hosts.js';
import { answerToSatellite, questionToPrimary, satelliteReturnUrl } from '../../../src/core/session/satellite.js';
import type { AuthenticatorOptions } from '../../../src/types.js';
import { KEY } from './support.js';

const configFor = (host: string | null, options: AuthenticatorOptions = {}, mode = 'live') => {
  const publishableKey = host === null ? {} : { publishableKey: `pk_${mode}_${btoa(`${host}$`)}` };
  return resolveConfig({ jwtKey: KEY.pem, ...publishableKey, ...options }, {});
};

test.each([
  ['clerk.acornbooks.example', 'https://accounts.acornbooks.example'],
  ['brave-otter-7.clerk.accounts.dev', 'https://brave-otter-7.accounts.dev'],
  ['brave-otter-7.clerk.accountsstage.dev', 'https://brave-otter-7.accountsstage.dev'],
  ['127.0.0.1:4010', 'http://127.0.0.1:4010'],
  [null, null],
])('finds the accounts portal of %s at %s', (host, expected) => {
  expect(accountsPortal(configFor(host))).toBe(expected);
});

test.each([
  ['development', 'test', 'brave-otter-7.clerk.accounts.dev', 'https://brave-otter-7.accounts.dev'],
  ['production', 'live', 'clerk.shop.example', 'https://accounts.shop.example'],
] as const)('knows the hosts of a satellite with a domain in %s', (_, mode, host, portal) => {
  const key = mode === 'live' ? 'clerk.acornbooks.example' : host;
  const satellite = { isSatellite: true, domain: 'shop.example', signInUrl: 'https://acornbooks.example/in' };
  const config = configFor(key, satellite, mode);
  expect(config.frontendApiUrl).toBe(`https://${host}`);
  expect(accountsPortal(config)).toBe(portal);
  expect(isClerkPage(new URL(`https://${host}/x`), config)).toBe(true);
  const primary = configFor(key, { domain: 'shop.example' }, mode);
  expect(primary.frontendApiUrl).toBe(`https://${key}`);
});

describe('pages of Clerk', () => {
  const known = (page: string, ...given: Parameters<typeof configFor>) =>
    isClerkPage(new URL(page), configFor(...given));
  test("includes the Frontend API's host behind a proxy", () => {
    const proxied = { proxyUrl: 'https://acornbooks.example/__clerk' };
    expect(known('https://acornbooks.example/x', 'clerk.acornbooks.example', proxied)).toBe(true);
    expect(known('https://accounts.acornbooks.example/', 'clerk.acornbooks.example', proxied)).toBe(false);
    expect(known('https://clerk.acornbooks.example/', 'clerk.acornbooks.example', { proxyUrl: '/__clerk' })).toBe(
      false,
    );
  });
  /** Portals of development instances, and hosts of anybody's that look like one. */
  const PORTALS: readonly (readonly [portal: string, others: readonly string[]])[] = [
    [
      'brave-otter-7.accounts.dev',
      ['brave-otter-7.clerk.accounts.dev', 'accounts.dev', 'x.accountszdev', 'xaccounts.dev', 'accounts.dev.x'],
    ],
    [
      'brave-otter-7.accountsstage.dev',
      ['brave-otter-7.clerk.accountsstage.dev', 'accountsstage.dev', 'x.accountsstagezdev', 'xaccountsstage.dev'],
    ],
    [
      'brave-otter-7.accounts.lclclerk.com',
      ['b.clerk.accounts.lclclerk.com', 'x.accountszlclclerk.com', 'x.accounts.lclclerkzcom', 'xaccounts.lclclerk.com'],
    ],
    [
      'accounts.brave.lcl.dev',
      ['x.accounts.brave.lcl.dev', 'accountszbrave.lcl.dev', 'accounts.bravezlcl.dev', 'accounts.b.lclzdev'],
    ],
    [
      'accounts.brave.lclstage.dev',
      ['xaccounts.brave.lclstage.dev', 'accounts.bravezlclstage.dev', 'accounts.b.lclstagezdev'],
    ],
    [
      'accounts.brave.lclclerk.com',
      ['xaccounts.brave.lclclerk.com', 'accounts.bravezlclclerk.com', 'accounts.b.lclclerkzcom'],
    ],
  ];
  const own = 'brave-otter-7.clerk.accounts.dev';
  test.each(PORTALS)('includes %s in development, and no longer host', (portal, others) => {
    expect(known(`https://${portal}/sign-in`, own, {}, 'test')).toBe(true);
    expect(known(`https://${portal}:8443/sign-in`, own, {}, 'test')).toBe(true);
    expect(known(`https://${portal}/sign-in`, 'clerk.acornbooks.example')).toBe(false);
    const longer = [`${portal}.evil`, `${portal}.evil.example`, `${portal}x`, `${portal}-x.example`];
    for (const host of [...others, ...longer]) {
      if (host !== own) expect([host, known(`https://${host}/sign-in`, own, {}, 'test')]).toEqual([host, false]);
    }
  });
  test.each(['clerk.acornbooks.example', 'accounts.acornbooks.example'])('includes %s, and no longer host', (page) => {
    const ofInstance = (host: string) => known(`https://${host}/x`, 'clerk.acornbooks.example');
    expect(ofInstance(page)).toBe(true);
    for (const other of [`${page}.evil`, `${page}x`, `x.${page}`, `x${page}`, `${page}:8443`, 'acornbooks.example'])
      expect([other, ofInstance(other)]).toEqual([other, false]);
  });
  test('is empty without a key', () => {
    expect(known('https://accounts.acornbooks.example/', null)).toBe(false);
  });
});

test("gives as issuers the key's host, a satellite's own and the proxy", () => {
  const options = {
    isSatellite: true,
    domain: 'shop.example',
    signInUrl: 'https://a.example/in',
    proxyUrl: 'https://p.example/c/',
  };
  const issuers = issuersOf(configFor('clerk.acornbooks.example', options));
  for (const host of ['clerk.acornbooks.example', 'clerk.shop.example', 'p.example/c']) {
    for (const spelled of [host, `https://${host}`, `http://${host}`]) expect(issuers).toContain(spelled);
  }
  expect(issuersOf(configFor(null)).size).toBe(0);
});

test('finds the address where a satellite may be answered', () => {
  const config = configFor('clerk.acornbooks.example', { allowedRedirectOrigins: ['https://shop.example'] });
  expect(satelliteReturnUrl(config, 'https://shop.example/a')?.href).toBe('https://shop.example/a');
  for (const bad of [
    null,
    '',
    'ftp://localhost/',
    'https://u@shop.example/',
    'https://:p@localhost/',
    'https://other.example/',
  ]) {
    expect(satelliteReturnUrl(config, bad)).toBeNull();
  }
  expect(answerToSatellite(new URL('https://shop.example/a'), null)).toBe('https://shop.example/a?__clerk_synced=true');
  expect(questionToPrimary('not a url', new URL('https://shop.example/'))).toBeNull();
});
