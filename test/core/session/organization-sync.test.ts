import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import {
  needsActivation,
  organizationParameter,
  organizationTarget,
} from '../../../src/core/session/organization-sync.js';
import type { SessionClaims } from '../../../src/types.js';
import { sessionClaimsV1, sessionClaimsV2 } from '../../support/tokens.js';
import { KEY } from './support.js';

const config = resolveConfig(
  {
    jwtKey: KEY.pem,
    organizationSync: {
      organizationPatterns: ['/orgs/:slug', '/orgs/:slug/(.*)', '/by-id/:id', '/both/:slug/:id', '/named/:name'],
      personalAccountPatterns: ['/me', '/me/(.*)', '/named/:any'],
    },
  },
  {},
);

test.each([
  ['/orgs/acorn', { kind: 'organization', slug: 'acorn' }],
  ['/ORGS/acorn/', { kind: 'organization', slug: 'acorn' }],
  ['/orgs/acorn/a/b', { kind: 'organization', slug: 'acorn' }],
  ['/orgs/a%20b', { kind: 'organization', slug: 'a%20b' }],
  ['/by-id/org_1', { kind: 'organization', id: 'org_1' }],
  ['/both/acorn/org_1', { kind: 'organization', id: 'org_1' }],
  ['/me', { kind: 'personal' }],
  ['/me/x', { kind: 'personal' }],
  ['/named/x', { kind: 'personal' }],
  ['/orgs', null],
  ['/orgs//', null],
  ['/', null],
  ['/%zz', null],
] as const)('%s', (path, expected) => {
  expect(organizationTarget(config, path)).toEqual(expected);
});

test.each([0, 1, 2])('matches each of several patterns, alone and at any position (%i)', (index) => {
  const organizations = ['/a/:slug', '/b/:id', '/c/:slug/(.*)'];
  const personal = ['/x', '/y/(.*)', '/z'];
  const paths = ['/a/acorn', '/b/acorn', '/c/acorn/1'];
  const own = ['/x', '/y/1', '/z'];
  const target = (organizationPatterns: string[], personalAccountPatterns: string[], path: string) =>
    organizationTarget(
      resolveConfig({ jwtKey: KEY.pem, organizationSync: { organizationPatterns, personalAccountPatterns } }, {}),
      path,
    );
  const found = index === 1 ? { kind: 'organization', id: 'acorn' } : { kind: 'organization', slug: 'acorn' };
  expect(target(organizations, personal, paths[index]!)).toEqual(found);
  expect(target([organizations[index]!], [], paths[index]!)).toEqual(found);
  expect(target(organizations.toSpliced(index, 1), personal, paths[index]!), 'without it').toBeNull();
  expect(target(organizations, personal, own[index]!)).toEqual({ kind: 'personal' });
  expect(target([], [personal[index]!], own[index]!)).toEqual({ kind: 'personal' });
  expect(target(organizations, personal.toSpliced(index, 1), own[index]!), 'without it').toBeNull();
});

test('property: never throws, and finds a part of the path as it came', () => {
  const part = fc.oneof(
    fc.constantFrom('orgs', 'by-id', 'both', 'me', 'named', '..', '%', '%2F', '//', ''),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const path = `/${parts.join('/')}`;
      const target = organizationTarget(config, path);
      if (target?.kind !== 'organization') return;
      const found = 'id' in target ? target.id : target.slug;
      expect(found).not.toBe('');
      expect(path).toContain(`/${found}`);
      expect(found, 'one segment').not.toMatch(/[/?#]/);
    }),
    { numRuns: 2_000 },
  );
});

test('finds no target without patterns', () => {
  expect(organizationTarget(resolveConfig({ jwtKey: KEY.pem }, {}), '/orgs/acorn')).toBeNull();
});

describe.each([
  ['1', sessionClaimsV1, { org_id: undefined, org_slug: undefined }],
  ['2', sessionClaimsV2, { o: undefined }],
] as const)('switching the session, with claims of version %s', (_, claimsOf, without) => {
  const claims = (changes = {}) => claimsOf(changes) as unknown as SessionClaims;
  test.each([
    ['the active one by slug', { kind: 'organization', slug: 'acorn' }, {}, false],
    ['the active one by id', { kind: 'organization', id: 'org_acorn' }, {}, false],
    ['another by slug', { kind: 'organization', slug: 'birch' }, {}, true],
    ['another by id', { kind: 'organization', id: 'org_birch' }, {}, true],
    ['an organization, none active', { kind: 'organization', slug: 'acorn' }, without, true],
    ['the personal account, an organization active', { kind: 'personal' }, {}, true],
    ['the personal account, none active', { kind: 'personal' }, without, false],
    ['another, but the session is pending', { kind: 'organization', slug: 'birch' }, { sts: 'pending' }, false],
  ] as const)('%s', (_name, target, changes, expected) => {
    expect(needsActivation(target, claims(changes))).toBe(expected);
  });
});

test('tells the handshake the target', () => {
  expect(organizationParameter({ kind: 'organization', id: 'org_1' })).toBe('org_1');
  expect(organizationParameter({ kind: 'organization', slug: 'acorn' })).toBe('acorn');
  expect(organizationParameter({ kind: 'personal' })).toBe('');
});
