/** The decision table of cookie sessions, row by row, in both instance types: through the flow, as a browser meets it. */
import { describe, expect, test } from 'vitest';
import { COOKIE_ROWS, VERDICT_ROWS } from '../../../src/core/session/decide.js';
import {
  createTestApp,
  EXPIRED,
  headerOf,
  INSTANCES,
  INSTANCE_TYPES,
  locationOf,
  PAGE,
  SECONDS,
  signedInCookies,
  tokenOf,
  type Ask,
  type InstanceType,
  type TestAppOptions,
} from './support.js';

const SATELLITE = { isSatellite: true, domain: 'shop.example', signInUrl: 'https://acornbooks.example/sign-in' };
const ORGANIZATIONS = { organizationSync: { organizationPatterns: ['/orgs/:slug'] } };

interface Expected {
  status: string;
  reason: string | null;
}
interface Row {
  name: string;
  type?: InstanceType;
  options?: TestAppOptions;
  ask: (type: InstanceType) => Ask;
  /** What a page load gets; `null` where production and development differ and `type` says which this is. */
  page: Expected;
  /** What a `fetch` of the same gets. */
  fetch: Expected;
}

const out = (reason: string): Expected => ({ status: 'signed-out', reason });
const handshake = (reason: string): Expected => ({ status: 'handshake', reason });
const IN: Expected = { status: 'signed-in', reason: null };
const renewed = (reason: string) => ({ page: handshake(reason), fetch: out(reason) });

/** Somebody whose cookies are in order but for what is given. */
const cookies = (type: InstanceType, changes: Record<string, string | null>) =>
  Object.fromEntries(
    Object.entries({ ...signedInCookies(type, tokenOf(type)), ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    ),
  );
const both = (type: InstanceType, name: string, value: string | null) => ({
  [name]: value,
  [`${name}_${INSTANCES[type].suffix}`]: value,
});
const session = (type: InstanceType, token: string | null) => cookies(type, both(type, '__session', token));
const client = (type: InstanceType, uat: string | null) => cookies(type, both(type, '__client_uat', uat));

const ROWS: readonly Row[] = [
  // 10: satellites
  {
    name: '10 satellite without auto sync and without cookies',
    options: SATELLITE,
    ask: () => ({ cookies: { __clerk_db_jwt: 'dvb' } }),
    page: out('session-token-and-uat-missing'),
    fetch: out('session-token-and-uat-missing'),
  },
  {
    name: '10 satellite with auto sync and without cookies',
    options: { ...SATELLITE, satelliteAutoSync: true },
    ask: () => ({ cookies: { __clerk_db_jwt: 'dvb' } }),
    page: handshake('satellite-needs-syncing'),
    fetch: out('session-token-and-uat-missing'),
  },
  {
    name: '10 satellite after sign-in on the primary (__clerk_synced=false), cookies or not',
    options: SATELLITE,
    ask: (type) => ({ url: '/?__clerk_synced=false', cookies: cookies(type, {}) }),
    page: handshake('satellite-needs-syncing'),
    fetch: IN,
  },
  {
    name: '10 satellite that has synchronised (__clerk_synced=true)',
    options: { ...SATELLITE, satelliteAutoSync: true },
    ask: () => ({ url: '/?__clerk_synced=true', cookies: { __clerk_db_jwt: 'dvb' } }),
    page: out('session-token-and-uat-missing'),
    fetch: out('session-token-and-uat-missing'),
  },
  {
    name: '10 satellite with cookies',
    options: { ...SATELLITE, satelliteAutoSync: true },
    ask: (type) => ({ cookies: cookies(type, {}) }),
    page: IN,
    fetch: IN,
  },
  // 11: development primary
  {
    name: '11 primary that a satellite asks',
    type: 'development',
    ask: (type) => ({ url: '/?__clerk_redirect_url=http://localhost:4000/back', cookies: cookies(type, {}) }),
    ...renewed('primary-responds-to-syncing'),
  },
  {
    name: '11 production never answers',
    type: 'production',
    ask: (type) => ({ url: '/?__clerk_redirect_url=http://localhost:4000/back', cookies: cookies(type, {}) }),
    page: IN,
    fetch: IN,
  },
  // 12, 13: dev browser
  {
    name: '12 dev browser in the query',
    type: 'development',
    ask: (type) => ({ url: '/?__clerk_db_jwt=dvb_two', cookies: cookies(type, {}) }),
    ...renewed('dev-browser-sync'),
  },
  {
    name: '12 production ignores a dev browser',
    type: 'production',
    ask: (type) => ({ url: '/?__clerk_db_jwt=dvb_two', cookies: cookies(type, {}) }),
    page: IN,
    fetch: IN,
  },
  {
    name: '13 no dev browser',
    type: 'development',
    ask: (type) => ({ cookies: cookies(type, both(type, '__clerk_db_jwt', null)) }),
    ...renewed('dev-browser-missing'),
  },
  {
    name: '13 production needs none',
    type: 'production',
    ask: (type) => ({ cookies: cookies(type, both(type, '__clerk_db_jwt', null)) }),
    page: IN,
    fetch: IN,
  },
  // 14 to 19: what the cookies say together
  {
    name: '14 nobody',
    ask: () => ({ cookies: { __clerk_db_jwt: 'dvb' } }),
    page: out('session-token-and-uat-missing'),
    fetch: out('session-token-and-uat-missing'),
  },
  {
    name: '14 signed out',
    ask: (type) => ({
      cookies: { ...session(type, null), ...both(type, '__client_uat', '0') } as Record<string, string>,
    }),
    page: out('session-token-and-uat-missing'),
    fetch: out('session-token-and-uat-missing'),
  },
  {
    name: '15 session without client',
    ask: (type) => ({ cookies: client(type, null) }),
    ...renewed('session-token-but-no-client-uat'),
  },
  {
    name: '15 session of a client that is signed out',
    ask: (type) => ({ cookies: client(type, '0') }),
    ...renewed('session-token-but-no-client-uat'),
  },
  {
    name: '16 client without session',
    ask: (type) => ({ cookies: session(type, null) }),
    ...renewed('client-uat-but-no-session-token'),
  },
  {
    name: '17 session that cannot be decoded',
    ask: (type) => ({ cookies: session(type, 'garbage') }),
    page: out('token-invalid'),
    fetch: out('token-invalid'),
  },
  {
    name: '18 JWT-template token in the cookie (S1)',
    ask: (type) => ({ cookies: session(type, tokenOf(type, {}, { cat: 'cl_B7d4PD222AAA' })) }),
    page: out('token-type-mismatch'),
    fetch: out('token-type-mismatch'),
  },
  {
    name: '18 M2M token in the cookie (S2)',
    ask: (type) => ({ cookies: session(type, tokenOf(type, { sub: 'mch_x' }, { cat: 'cl_B7d4PD333AAA' })) }),
    page: out('token-type-mismatch'),
    fetch: out('token-type-mismatch'),
  },
  {
    name: '18 OAuth token in the cookie (S2)',
    ask: (type) => ({ cookies: session(type, tokenOf(type, {}, { typ: 'at+jwt', cat: undefined })) }),
    page: out('token-type-mismatch'),
    fetch: out('token-type-mismatch'),
  },
  {
    name: '19 session older than the client',
    ask: (type) => ({ cookies: client(type, String(SECONDS + 1)) }),
    ...renewed('session-token-iat-before-client-uat'),
  },
  {
    name: '19 session as old as the client',
    ask: (type) => ({ cookies: client(type, String(SECONDS)) }),
    page: IN,
    fetch: IN,
  },
  // 20: verification
  {
    name: '20 wrong signature',
    ask: (type) => ({ cookies: session(type, `${tokenOf(type).slice(0, -8)}AAAAAAAA`) }),
    page: out('token-invalid-signature'),
    fetch: out('token-invalid-signature'),
  },
  {
    name: '20 foreign party (S8)',
    options: { authorizedParties: ['https://acornbooks.example'] },
    ask: (type) => ({ cookies: session(type, tokenOf(type, { azp: 'https://evil.example' })) }),
    page: out('token-invalid-authorized-parties'),
    fetch: out('token-invalid-authorized-parties'),
  },
  {
    name: '20 expired, nothing to refresh it with',
    ask: (type) => ({
      cookies: cookies(type, {
        ...both(type, '__session', tokenOf(type, EXPIRED)),
        ...both(type, '__client_uat', '1'),
      }),
    }),
    ...renewed('session-token-expired-refresh-non-eligible-no-refresh-cookie'),
  },
  {
    name: '20 not active yet',
    ask: (type) => ({ cookies: session(type, tokenOf(type, { nbf: SECONDS + 60 })) }),
    ...renewed('session-token-nbf'),
  },
  {
    name: '20 from the future',
    ask: (type) => ({ cookies: session(type, tokenOf(type, { iat: SECONDS + 60 })) }),
    ...renewed('session-token-iat-in-the-future'),
  },
  // 21: referrer
  {
    name: '21 came from elsewhere',
    ask: (type) => ({ cookies: cookies(type, {}), headers: { referer: 'https://search.example/?q=x' } }),
    page: handshake('primary-domain-cross-origin-sync'),
    fetch: IN,
  },
  {
    name: '21 came from elsewhere, second time in a row',
    ask: (type) => ({
      cookies: cookies(type, { __clerk_redirect_count: '1' }),
      headers: { referer: 'https://search.example/' },
    }),
    page: IN,
    fetch: IN,
  },
  {
    name: '21 came from a page of our own',
    ask: (type) => ({ cookies: cookies(type, {}), headers: { referer: 'https://app.acornbooks.example/x' } }),
    page: IN,
    fetch: IN,
  },
  {
    name: '21 a satellite does not care',
    options: SATELLITE,
    ask: (type) => ({ cookies: cookies(type, {}), headers: { referer: 'https://search.example/' } }),
    page: IN,
    fetch: IN,
  },
  // 22: organizations
  {
    name: '22 another organization',
    options: ORGANIZATIONS,
    ask: (type) => ({ url: '/orgs/birch', cookies: cookies(type, {}) }),
    page: handshake('active-organization-mismatch'),
    fetch: IN,
  },
  {
    name: '22 the active organization',
    options: ORGANIZATIONS,
    ask: (type) => ({ url: '/orgs/acorn', cookies: cookies(type, {}) }),
    page: IN,
    fetch: IN,
  },
  {
    name: '22 another organization, three redirects in a row',
    options: ORGANIZATIONS,
    ask: (type) => ({ url: '/orgs/birch', cookies: cookies(type, { __clerk_redirect_count: '3' }) }),
    page: IN,
    fetch: IN,
  },
  { name: '23 signed in', ask: (type) => ({ cookies: cookies(type, {}) }), page: IN, fetch: IN },
];

describe.each(INSTANCE_TYPES)('%s', (type) => {
  const rows = ROWS.filter((row) => row.type === undefined || row.type === type);

  test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const app = createTestApp(type, row.options);
    const asked = row.ask(type);
    const ask = async (more: Ask) => {
      const outcome = await app.ask({ ...asked, ...more, headers: { ...more.headers, ...asked.headers } });
      return { outcome, seen: { status: outcome.status, reason: 'reason' in outcome ? outcome.reason : null } };
    };
    const page = await ask({ headers: PAGE });
    expect(page.seen, 'page load').toEqual(row.page);
    const fetched = await ask({ headers: { 'sec-fetch-dest': 'empty', accept: '*/*' } });
    expect(fetched.seen, 'fetch').toEqual(row.fetch);

    // A redirect is never stored and always counted; nothing else carries headers here.
    const location = locationOf(page.outcome);
    expect(location !== null).toBe(row.page.status === 'handshake');
    if (location !== null) {
      expect(headerOf(page.outcome, 'Cache-Control')).toBe('no-store');
      expect(headerOf(page.outcome, 'Set-Cookie')).toBe(
        '__clerk_redirect_count=1; Path=/; SameSite=Lax; HttpOnly; Max-Age=2',
      );
    }
    expect(headerOf(fetched.outcome, 'Location')).toBeNull();

    // A POST is never sent away.
    const posted = await ask({ method: 'POST', headers: PAGE });
    expect(posted.seen.status).toBe(posted.seen.reason === null ? 'signed-in' : 'signed-out');
  });

  test.each(rows.filter((row) => row.page.status === 'handshake').map((row) => [row.name, row] as const))(
    'after three redirects in a row: %s',
    async (_, row) => {
      const app = createTestApp(type, row.options);
      const asked = row.ask(type);
      for (const count of ['3', '4', '99']) {
        const list = { ...(asked.cookies as Record<string, string>), __clerk_redirect_count: count };
        const outcome = await app.ask({ ...asked, cookies: list, headers: { ...PAGE, ...asked.headers } });
        expect(outcome.status).not.toBe('handshake');
        expect(headerOf(outcome, 'Location')).toBeNull();
        if (outcome.status === 'signed-out') {
          expect(outcome.reason).toBe(row.page.reason);
          expect(outcome.message).toContain('Three handshakes in a row did not help:');
        }
      }
    },
  );
});

test('ids of rows are unique, and the last row of each table matches always', () => {
  const ids = [...COOKIE_ROWS, ...VERDICT_ROWS].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(COOKIE_ROWS.at(-1)?.when.length).toBe(0);
  expect(VERDICT_ROWS.at(-1)?.when.length).toBe(0);
});
