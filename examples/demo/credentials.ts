/** One credential of every sort, issued by an offline instance, and what goes into a request to show it. */
import type { LocalInstance } from 'bailiff-local';

export interface Credential {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

const ORG = 'org_acorn';
const READ = 'org:invoices:read';
const MANAGE = 'org:invoices:manage';

const bearer = (name: string, token: string): Credential => ({ name, headers: { authorization: `Bearer ${token}` } });

/** Changes one character in the middle of the signature. */
function tamper(token: string): string {
  const at = token.length - 20;
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}

export type Credentials = Awaited<ReturnType<typeof issueCredentials>>;

export async function issueCredentials(clerk: LocalInstance) {
  const admin = { userId: 'user_ada', orgId: ORG, role: 'org:admin', permissions: [READ, MANAGE] };
  const member = { userId: 'user_bob', orgId: ORG, role: 'org:member', permissions: [READ] };
  const session = (request: object) => clerk.createSessionToken({ fva: [1, -1], expiresInSeconds: 3600, ...request });
  const key = (scopes: string[]) => clerk.createApiKey({ subject: 'user_ada', scopes });
  const m2m = (format: 'opaque' | 'jwt', scope: string) =>
    clerk.createM2MToken({ machineId: 'mch_reports', scopes: [scope], format });
  const oauth = (format: 'opaque' | 'jwt') =>
    clerk.createOAuthToken({ userId: 'user_ada', clientId: 'client_agent', scopes: ['invoices:read'], format });
  const adminToken = await session(admin);
  const browser = await clerk.signIn('user_ada', { org: ORG });

  return {
    none: { name: 'none', headers: {} },
    garbage: bearer('garbage', 'not-a-token'),
    basic: { name: 'Basic password', headers: { authorization: 'Basic YWRhOnNlY3JldA==' } },
    admin: bearer('user, admin', adminToken),
    member: bearer('user, member', await session(member)),
    outsider: bearer('user, no organization', await session({ userId: 'user_cleo' })),
    stale: bearer('user, verified 2 h ago', await session({ ...admin, fva: [120, -1] })),
    pending: bearer('user, tasks to finish', await session({ ...admin, pending: true })),
    expired: bearer('user, expired token', await session({ ...admin, expiresInSeconds: -3600 })),
    tampered: bearer('user, tampered token', tamper(adminToken)),
    cookies: { name: 'session cookies', headers: { cookie: browser.cookieHeader } },
    page: { name: 'none, page load', headers: { accept: 'text/html', 'sec-fetch-dest': 'document' } },
    reader: bearer('API key, invoices:read', (await key(['invoices:read'])).secret),
    writer: bearer('API key, ingest:write', (await key(['ingest:write'])).secret),
    unknownKey: bearer('API key, unknown', `ak_${'0'.repeat(40)}`),
    m2m: bearer('M2M token, opaque', (await m2m('opaque', 'mch_invoices')).token),
    m2mJwt: bearer('M2M token, JWT', (await m2m('jwt', 'mch_invoices')).token),
    m2mElsewhere: bearer(
      'M2M token for others',
      (await clerk.createM2MToken({ machineId: 'mch_other', scopes: ['mch_billing'] })).token,
    ),
    oauth: bearer('OAuth token, opaque', (await oauth('opaque')).token),
    oauthJwt: bearer('OAuth token, JWT', (await oauth('jwt')).token),
  } satisfies Record<string, Credential>;
}
