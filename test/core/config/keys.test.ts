import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileOrganizationSync } from '../../../src/core/config/organization-sync.js';
import { cookieSuffix, parsePublishableKey } from '../../../src/core/config/publishable-key.js';
import { sha1 } from '../../../src/core/config/sha1.js';
import { ConfigurationError } from '../../../src/errors.js';

describe('SHA-1', () => {
  it('agrees with node:crypto on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Buffer.from(sha1(bytes)).toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
      }),
    );
  });

  it.each([0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128])(
    'agrees at %i bytes, at the edges of padding',
    (length) => {
      const bytes = new Uint8Array(length).fill(0xa5);
      expect(Buffer.from(sha1(bytes)).toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
    },
  );
});

function refusal(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe('publishable keys', () => {
  it.each([
    ['pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA', 'production', 'clerk.acornbooks.example', 'JO1anrym'],
    [
      'pk_test_YnJhdmUtb3R0ZXItNy5jbGVyay5hY2NvdW50cy5kZXYk',
      'development',
      'brave-otter-7.clerk.accounts.dev',
      'OQFZV_GV',
    ],
    ['pk_live_Y2xlcmsuY2xlcmsuZGV2JA', 'production', 'clerk.clerk.dev', '1Z8AzTQD'],
    [`pk_test_${btoa('127.0.0.1:4000$')}`, 'development', '127.0.0.1:4000', null],
  ])('%s', (raw, instanceType, frontendApiHost, suffix) => {
    const key = parsePublishableKey(raw);
    expect(key).toMatchObject({ raw, instanceType, frontendApiHost });
    if (suffix !== null) expect(key.cookieSuffix).toBe(suffix);
  });

  it.each([
    '',
    'pk_',
    'pk_live_',
    'sk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    'pk_prod_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    'pk_live_!!!!',
    'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA_x',
    `pk_live_${btoa('clerk.acorn.test')}`,
    `pk_live_${btoa('clerk.acorn.test$$')}`,
    `pk_live_${btoa('localhost$')}`,
    `pk_live_${btoa('a.test/path$')}`,
    `pk_live_${btoa('user@a.test$')}`,
    `__proto___${btoa('a.test$')}`,
  ])('refuses %j', (raw) => {
    expect(() => parsePublishableKey(raw)).toThrow(/CLERK_PUBLISHABLE_KEY/);
  });

  it.each([
    ['sk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA', 'holds the CLERK_SECRET_KEY'],
    ['ak_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA', 'holds the CLERK_MACHINE_SECRET_KEY'],
    ['whsec_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA', 'holds the CLERK_WEBHOOK_SIGNING_SECRET'],
    ['-----BEGIN PUBLIC KEY-----', 'holds the CLERK_JWT_KEY'],
    ['pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGx', 'is cut off or damaged'],
    ['pk_prod_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA', 'begins with neither pk_live_ nor pk_test_'],
    ['Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA', 'begins with neither pk_live_ nor pk_test_'],
  ])('say what is wrong with %j, and never quote it', (raw, problem) => {
    const error = refusal(() => parsePublishableKey(raw));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ option: 'publishableKey' });
    expect(String(error)).toContain(`CLERK_PUBLISHABLE_KEY (option publishableKey) ${problem}.`);
    expect(inspect(error)).not.toContain(raw);
  });

  it('give cookie names with allowed characters', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(cookieSuffix(text)).toMatch(/^[A-Za-z0-9_-]{8}$/)));
  });
});

describe('organization patterns', () => {
  const sync = compileOrganizationSync({
    organizationPatterns: ['/orgs/:slug', '/orgs/:slug/(.*)', '/by-id/:id', '/other/:name'],
    personalAccountPatterns: ['/me', '/me/(.*)'],
  });

  it.each([
    ['/orgs/acorn', { slug: 'acorn' }],
    ['/ORGS/acorn/', { slug: 'acorn' }],
    ['/orgs/acorn/a/b', { slug: 'acorn' }],
    ['/by-id/org_1', { id: 'org_1' }],
    ['/other/x', {}],
    ['/orgs', null],
    ['/me', null],
  ])('%s matches an organization: %j', (path, expected) => {
    expect(sync?.matchOrganization(path)).toEqual(expected);
  });

  it('match personal paths', () => {
    expect(['/me', '/me/x', '/orgs/me', '/%E0%A4%A'].map((path) => sync?.matchPersonalAccount(path))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('are optional', () => {
    expect(compileOrganizationSync({})).toBeNull();
    expect(compileOrganizationSync({ organizationPatterns: [], personalAccountPatterns: [] })).toBeNull();
    expect(compileOrganizationSync({ personalAccountPatterns: ['/me'] })?.matchOrganization('/me')).toBeNull();
    expect(compileOrganizationSync({ organizationPatterns: ['/o/:id'] })?.matchPersonalAccount('/o/1')).toBe(false);
  });
});
