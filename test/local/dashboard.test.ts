/** The dashboard of the offline instance, over HTTP: what it shows, what its forms do, and who may not come in. */
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createAuthenticator } from 'bailiff';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DASHBOARD_PATHS } from '../support/dashboard.js';
import { listen, originOf } from '../support/listen.js';
import { call, decode } from './support.js';

const NOW = 1_800_000_000_000;
const EVIL = '<img src=x onerror=alert(1)>';

let clerk: LocalInstance;
beforeEach(async () => {
  clerk = await startLocalInstance({
    seed: {
      users: [
        { id: 'user_ada', first_name: 'Ada', last_name: 'Lovelace', email_address: 'ada@example.com' },
        { id: 'user_bob', first_name: 'Bob', email_address: 'bob@example.com' },
      ],
      organizations: [{ id: 'org_acorn', name: 'Acorn Books', members: [{ user: 'user_ada', role: 'org:admin' }] }],
      jwt_templates: [{ name: 'reports', claims: { who: '{{user.id}}' } }],
    },
    now: NOW,
  });
});
afterEach(() => clerk.close());

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** `fetch` forbids some of these headers. */
function send(path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${clerk.apiUrl}${path}`, { method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const get = async (path: string) => {
  const { status, text } = await send(path);
  expect(status, path).toBe(200);
  return text;
};

/** As the page's own form. */
const submit = (action: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  send(
    `/dashboard/${action}`,
    {
      'content-type': 'application/x-www-form-urlencoded',
      origin: clerk.apiUrl,
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
    'POST',
    new URLSearchParams(fields).toString(),
  );

/** Submits, and reads the page that the browser is sent to. */
async function done(action: string, fields: Record<string, string> = {}): Promise<string> {
  const { status, headers, text } = await submit(action, fields);
  expect(status, text).toBe(303);
  return get(headers.location ?? '');
}

describe('access to the dashboard', () => {
  it('is open on this machine for every section, never cached or framed, without external resources', async () => {
    for (const path of DASHBOARD_PATHS) {
      const { status, headers, text } = await send(path);
      expect(status, path).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-store');
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'self'");
      const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(text.match(/<script/g)).toHaveLength(1);
      expect(text).toContain(`<script nonce="${nonce}">`);
      expect(text).toContain('aria-current="page"');
    }
    const [one, other] = [await send('/'), await send('/')];
    expect(one.headers['content-security-policy']).not.toBe(other.headers['content-security-policy']);
  });

  const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
    [
      'a script of another site',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: 'https://evil.example' },
    ],
    ['a script of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
    ['an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['an older browser', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
  ];

  it.each(FOREIGN)('is refused for %s', async (_, headers) => {
    for (const path of [...DASHBOARD_PATHS, '/dashboard/users/user_ada', '/dashboard/snapshot/bailiff-snapshot.json']) {
      const answer = await send(path, headers);
      expect(answer.status, path).toBe(403);
      expect(answer.text).not.toContain('user_ada');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it.each([
    ...FOREIGN,
    [
      'a form of another site',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
    ['a form of another port', { origin: 'http://127.0.0.1:3999', 'sec-fetch-site': 'same-site' }],
    [
      'an origin that is not the one that the browser tells',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
  ] as [string, Record<string, string>][])('refuses forms from %s', async (_, headers) => {
    const before = JSON.stringify(clerk.export());
    for (const [action, fields] of [
      ['users/delete', { user_id: 'user_ada' }],
      ['faults/preset', { preset: 'outage' }],
      ['clock/advance', { by: '1h' }],
      ['snapshot/reset', {}],
      ['tokens/session', { user_id: 'user_ada' }],
    ] as const) {
      const sent = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
      const answer = await send(`/dashboard/${action}`, sent, 'POST', new URLSearchParams(fields).toString());
      expect(answer.status, action).toBe(403);
    }
    expect(JSON.stringify(clerk.export())).toBe(before);
    expect((await call(clerk, 'GET', '/v1/users')).status).toBe(200);
  });

  it('allows links to its pages, but not to the snapshot file', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await send('/dashboard/users', link)).status).toBe(200);
    const file = await send('/dashboard/snapshot/bailiff-snapshot.json', link);
    expect([file.status, file.text.includes(clerk.secretKey)]).toEqual([404, false]);
  });

  it('is limited to host names of this machine', async () => {
    for (const host of ['evil.example', 'localhost.evil.example:4000', '192.168.1.7'])
      expect((await send('/', { host })).status, host).toBe(421);
    expect((await send('/', { host: 'localhost' })).status).toBe(200);
  });

  it('is limited to its methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await send('/dashboard/users', {}, method)).status, method).toBe(405);
    expect(await send('/dashboard/users', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it.each([
    ['x-forwarded-for', '203.0.113.9'],
    ['x-forwarded-host', 'abc.tunnel.example'],
    ['forwarded', 'for=203.0.113.9'],
    ['clerk-proxy-url', 'https://app.example/__clerk'],
  ])('needs the secret key through a proxy or a tunnel (%s)', async (name, value) => {
    const headers = { [name]: value };
    const refused = await send('/dashboard/users', headers);
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toMatch(/^Basic /);
    expect(refused.text).not.toContain('user_ada');
    const basic = (key: string) => `Basic ${Buffer.from(`developer:${key}`).toString('base64')}`;
    expect((await send('/dashboard/users', { ...headers, authorization: basic('sk_test_wrong') })).status).toBe(401);
    expect((await send('/dashboard/users', { ...headers, authorization: basic(clerk.secretKey) })).status).toBe(200);
    // The key does not open it to other pages.
    const foreign = { ...headers, authorization: basic(clerk.secretKey), origin: 'https://evil.example' };
    expect((await send('/dashboard/users', foreign)).status).toBe(403);
  });

  it('is closed to the network if the instance listens on all addresses', async () => {
    const open = await startLocalInstance({ host: '0.0.0.0', force: true });
    try {
      const { port } = new URL(open.apiUrl);
      const ask = (headers: Record<string, string>) =>
        new Promise<number | undefined>((resolve, reject) => {
          httpRequest({ host: '127.0.0.1', port, path: '/', headers, agent: false }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          })
            .on('error', reject)
            .end();
        });
      expect(await ask({ host: `127.0.0.1:${port}` })).toBe(200);
      expect(await ask({ host: `192.168.1.7:${port}` })).toBe(401);
      expect(await ask({ host: 'evil.example' })).toBe(421);
      expect(await ask({ host: `192.168.1.7:${port}`, authorization: `Bearer ${open.secretKey}` })).toBe(200);
    } finally {
      await open.close();
    }
  });

  it('leaves the root to the Frontend API behind the proxy of an application', async () => {
    const answer = await send('/', { 'clerk-proxy-url': 'http://localhost:3000/__clerk' });
    expect([answer.status, answer.headers.location]).toEqual([303, '/__clerk/user']);
  });
});

describe('values of users', () => {
  it('are escaped on every page', async () => {
    await call(clerk, 'PATCH', '/v1/users/user_ada', { first_name: EVIL, last_name: '"><script>alert(1)</script>' });
    await call(clerk, 'PATCH', '/v1/organizations/org_acorn', { name: EVIL });
    await call(clerk, 'POST', '/v1/api_keys', { subject: 'user_ada', name: EVIL, scopes: [EVIL] });
    await call(clerk, 'POST', '/v1/machines', { name: EVIL });
    await call(clerk, 'POST', '/v1/invitations', { email_address: 'x@example.com', redirect_url: 'http://localhost/' });
    await clerk.signIn('user_ada', { org: 'org_acorn', actor: EVIL });
    await clerk.fetch(`${clerk.apiUrl}/v1/nothing/${encodeURIComponent(EVIL)}?x=${encodeURIComponent(EVIL)}`, {
      method: 'POST',
      headers: { 'x-evil': EVIL, 'content-type': 'application/json' },
      body: JSON.stringify({ evil: EVIL, more: '</pre><script>alert(1)</script>' }),
    });
    clerk.fail({ operation: '/nothing/<img*', status: 500 });
    clerk.state.table('emails').insert({
      id: 'ema_evil',
      user_id: null,
      subject: EVIL,
      body: `${EVIL} javascript:alert(1) http://x.example/"onmouseover="alert(1)`,
      status: 'queued',
      to_email_address: EVIL,
      data: { magic_link: 'javascript:alert(1)', otp_code: EVIL },
      created_at: NOW,
      updated_at: NOW,
    });
    const details = [
      '/dashboard/users/user_ada',
      '/dashboard/organizations/org_acorn',
      ...[1, 2, 3, 4, 5, 6].map((number) => `/dashboard/requests/${number}`),
      `/dashboard/users?q=${encodeURIComponent(EVIL)}`,
      `/dashboard/tokens?user_id=${encodeURIComponent(EVIL)}`,
    ];
    const pages = await Promise.all([...DASHBOARD_PATHS, ...details].map(get));
    for (const text of pages) {
      expect(text).not.toMatch(/<img|onmouseover="/);
      expect(text.match(/<script/g)).toHaveLength(1);
      expect(text).not.toMatch(/href="(?!https?:|\/|#|data:image\/svg)/);
    }
    expect(pages.filter((text) => text.includes('&lt;img')).length).toBeGreaterThan(8);

    const refused = await submit('users/ban', { user_id: EVIL });
    expect([refused.status, refused.text.includes('<img'), refused.text.includes('&lt;img')]).toEqual([
      404,
      false,
      true,
    ]);
    const notice = await get(`/dashboard/users?done=${encodeURIComponent(EVIL)}`);
    expect(notice).not.toContain('class="notice');
  });
});

it('may be incomplete in rows of a seed', async () => {
  const id = '\ud800/../x';
  const tables = ['users', 'organizations', 'organization_memberships', 'organization_roles', 'sessions', 'api_keys'];
  for (const table of [...tables, 'machines', 'emails', 'sms_messages', 'jwt_templates'])
    clerk.state.table(table).insert({ id, user_id: id, organization_id: id });
  for (const path of [...DASHBOARD_PATHS, '/dashboard/users/user_ada']) await get(path);
});

describe('users, organizations, sessions', () => {
  it('creates a user as the Backend API does, or shows the error', async () => {
    const page = await done('users/create', { email_address: 'new@example.com', first_name: 'New' });
    expect(page).toContain('The user is here.');
    const { json } = await call(clerk, 'GET', '/v1/users/count?email_address=new@example.com');
    expect(json['total_count']).toBe(1);
    const again = await submit('users/create', { email_address: 'new@example.com' });
    expect(again.status).toBe(422);
    expect(again.text).toContain('role="alert"');
  });

  it('bans, locks and deletes users, and undoes bans and locks', async () => {
    await clerk.signIn('user_bob');
    const user = async () => (await call(clerk, 'GET', '/v1/users/user_bob')).json;
    expect(await done('users/ban', { user_id: 'user_bob' })).toContain('banned');
    expect(await user()).toMatchObject({ banned: true });
    expect(clerk.state.table('sessions').by('user_id', 'user_bob')[0]?.status).toBe('revoked');
    await done('users/unban', { user_id: 'user_bob' });
    await done('users/lock', { user_id: 'user_bob' });
    expect(await user()).toMatchObject({ banned: false, locked: true });
    await done('users/unlock', { user_id: 'user_bob' });
    expect(await user()).toMatchObject({ locked: false });
    await done('users/delete', { user_id: 'user_bob' });
    expect((await call(clerk, 'GET', '/v1/users/user_bob')).status).toBe(404);
    expect((await send('/dashboard/users/user_bob')).status).toBe(404);
  });

  it('searches, and splits long lists into pages', async () => {
    for (let i = 0; i < 60; i++) await clerk.createSessionToken({ userId: `user_number${i}` });
    const found = await get('/dashboard/users?q=lovelace');
    expect([found.includes('Ada Lovelace'), found.includes('user_bob')]).toEqual([true, false]);
    const rows = (text: string) => text.match(/<tr role="row">/g)?.length;
    expect(rows(await get('/dashboard/users'))).toBe(51);
    expect(rows(await get('/dashboard/users?page=1'))).toBe(13);
    expect(await get('/dashboard/users?page=-1&q=%00')).toContain('Nobody matches.');
  });

  it('adds and removes members by the rules of the model', async () => {
    await done('organizations/add-member', { organization_id: 'org_acorn', user_id: 'user_bob', role: 'org:member' });
    expect(await get('/dashboard/organizations/org_acorn')).toContain('Members (2)');
    const members = async () =>
      (await call(clerk, 'GET', '/v1/organizations/org_acorn/memberships')).json['total_count'];
    expect(await members()).toBe(2);
    const last = await submit('organizations/remove-member', { organization_id: 'org_acorn', user_id: 'user_ada' });
    expect([last.status, await members()]).toEqual([400, 2]);
    await done('organizations/remove-member', { organization_id: 'org_acorn', user_id: 'user_bob' });
    expect(await members()).toBe(1);
    await done('organizations/create', { name: 'Birch', created_by: 'user_bob' });
    expect(clerk.state.table('organizations').by('name', 'Birch')).toHaveLength(1);
    await done('organizations/delete', { organization_id: 'org_acorn' });
    expect((await call(clerk, 'GET', '/v1/organizations/org_acorn')).status).toBe(404);
  });

  it('revokes a session', async () => {
    const { session } = await clerk.signIn('user_ada');
    expect(await get('/dashboard/sessions')).toContain('active');
    await done('sessions/revoke', { session_id: session.id });
    expect((await call(clerk, 'GET', `/v1/sessions/${session.id}`)).json['status']).toBe('revoked');
    expect(await get(`/dashboard/sessions/${session.id}`)).toContain('revoked');
  });
});

describe('keys and tokens', () => {
  const tokenIn = (text: string) => /<div id="token"><pre[^>]*>([^<]+)<\/pre>/.exec(text)?.[1] ?? '';

  it('makes session tokens that the library accepts, and shows them decoded', async () => {
    const { status, text } = await submit('tokens/session', {
      user_id: 'user_ada',
      org_id: 'org_acorn',
      seconds: '120',
    });
    expect(status).toBe(200);
    expect(text).toContain('&quot;sub&quot;: &quot;user_ada&quot;');
    const authenticator = createAuthenticator({ now: clerk.now }, clerk.env);
    const headers = { authorization: `Bearer ${tokenIn(text)}` };
    const { auth } = await authenticator.authenticateRequest(new Request('http://localhost/', { headers }));
    expect(auth).toMatchObject({ isAuthenticated: true, userId: 'user_ada', orgId: 'org_acorn', orgRole: 'org:admin' });
  });

  it('makes tokens by template', async () => {
    const { text } = await submit('tokens/session', { user_id: 'user_ada', template: 'reports' });
    expect(decode(tokenIn(text)).payload).toMatchObject({ who: 'user_ada' });
    expect((await submit('tokens/session', { user_id: 'user_ada', template: 'none' })).status).toBe(404);
    expect((await submit('tokens/session', { user_id: 'user_ada', seconds: 'soon' })).status).toBe(422);
  });

  it('makes machine and access tokens that the Backend API knows', async () => {
    const m2m = tokenIn((await submit('tokens/m2m', { machine_id: 'mch_a', scopes: 'mch_b', format: 'opaque' })).text);
    expect((await call(clerk, 'POST', '/v1/m2m_tokens/verify', { token: m2m })).json['subject']).toBe('mch_a');
    const oauth = tokenIn((await submit('tokens/oauth', { user_id: 'user_ada', scopes: 'email', format: 'jwt' })).text);
    expect(decode(oauth).payload).toMatchObject({ sub: 'user_ada' });
    expect((await submit('tokens/m2m', { machine_id: 'worker' })).status).toBe(422);
  });

  it('makes API keys and machines, and revokes and deletes them', async () => {
    await done('keys/create-key', { subject: 'user_ada', name: 'Reports', scopes: 'a:read, b:read' });
    const [key] = clerk.state.table('api_keys').rows();
    expect(key).toMatchObject({ name: 'Reports', scopes: ['a:read', 'b:read'] });
    const verify = () => call(clerk, 'POST', '/v1/api_keys/verify', { secret: key?.secret });
    expect((await verify()).status).toBe(200);
    await done('keys/revoke-key', { id: key?.id ?? '' });
    expect((await verify()).status).toBe(404);
    await done('keys/create-machine', { name: 'worker' });
    const [machine] = clerk.state.table('machines').rows();
    expect(await get('/dashboard/keys')).toContain(machine?.secret_key);
    await done('keys/delete-machine', { id: machine?.id ?? '' });
    expect(clerk.state.table('machines').size).toBe(0);
    expect((await submit('keys/create-key', {})).status).toBe(422);
  });
});

describe('messages and webhooks', () => {
  it('shows the latest codes, and follows http links only', async () => {
    clerk.state.table('emails').insert({
      id: 'ema_1',
      user_id: null,
      subject: '482913 is your code',
      body: '482913 is your code. http://127.0.0.1:4000/v1/verify?token=x',
      status: 'queued',
      to_email_address: 'ada@example.com',
      data: { otp_code: '482913' },
      created_at: NOW,
      updated_at: NOW,
    });
    for (const path of ['/', '/dashboard/messages']) {
      const text = await get(path);
      expect(text).toMatch(/class="big">\s*482913/);
      expect(text).toContain('href="http://127.0.0.1:4000/v1/verify?token=x"');
    }
  });

  it('shows deliveries with status, attempts and next retry, and repeats them', async () => {
    const answers = [500, 200, 200];
    let told = 0;
    const server = createServer((_, response) => {
      response.writeHead(answers[told++] ?? 200).end();
    });
    await listen(server);
    try {
      await done('webhooks/add', { url: `${originOf(server)}/hook`, events: 'user.*' });
      await call(clerk, 'POST', '/v1/users', { email_address: ['c@example.com'] });
      await clerk.webhooks.settled();
      const pending = await get('/dashboard/webhooks');
      expect(pending).toContain('pending');
      expect(pending).toContain('1, answer 500');
      expect(pending).toContain('2027-01-15 08:00:05');
      const [delivery] = clerk.webhooks.deliveries;
      await done('clock/advance', { by: '5s' });
      await clerk.webhooks.settled();
      expect(await get('/dashboard/webhooks')).toContain('2, answer 200');
      const page = await done('webhooks/replay', { message_id: delivery?.messageId ?? '' });
      expect(page).toContain('c@example.com');
      await clerk.webhooks.settled();
      expect([told, clerk.webhooks.deliveries[0]?.attempts.length]).toEqual([3, 3]);
      await done('webhooks/remove', { id: clerk.webhooks.endpoints[0]?.id ?? '' });
      expect(clerk.webhooks.endpoints).toEqual([]);
    } finally {
      server.close();
    }
    for (const [action, fields] of [
      ['replay', { message_id: 'msg_none' }],
      ['remove', { id: 'ep_none' }],
      ['add', { url: 'https://evil.example/' }],
      ['add', { url: 'nothing' }],
    ] as const)
      expect((await submit(`webhooks/${action}`, fields)).status, action).toBeGreaterThan(400);
  });
});

describe('the list of requests', () => {
  it('shows requests and answers without secrets', async () => {
    await call(clerk, 'POST', '/v1/users', {
      email_address: ['d@example.com'],
      password: 'correct horse battery',
      code: 424242,
    });
    await call(clerk, 'GET', '/v1/users/nobody');
    await call(clerk, 'POST', '/v1/machines', { name: 'worker' });
    const list = await get('/dashboard/requests');
    expect(list).toContain('CreateUser');
    expect(list).toMatch(/POST \/v1\/users/);
    expect(list).toContain('404');
    const created = await get('/dashboard/requests/1');
    expect(created).toContain('d@example.com');
    expect(created).not.toContain('correct horse');
    expect(created).not.toContain('424242');
    expect(created).not.toContain(clerk.secretKey);
    expect(await get('/dashboard/requests/2')).toContain('resource_not_found');
    expect(await get('/dashboard/requests/3')).not.toContain(clerk.state.table('machines').rows()[0]?.secret_key);
    expect((await send('/dashboard/requests/99')).status).toBe(404);
  });

  it('counts no requests of the dashboard, and applies no faults to them', async () => {
    await done('faults/preset', { preset: 'outage' });
    await get('/');
    expect(clerk.requests).toEqual([]);
    expect(await get('/dashboard/requests')).toContain('No request has come yet.');
  });

  it('sends an open page only newer ones', async () => {
    const [, version = ''] = /data-version="([^"]+)"/.exec(await get('/dashboard/users')) ?? [];
    const again = () => send('/dashboard/users', { 'x-dashboard-version': version });
    expect((await again()).status).toBe(204);
    await clerk.createSessionToken({ userId: 'user_eve' });
    expect(await again()).toMatchObject({ status: 200 });
    expect((await again()).text).toContain('user_eve');
  });
});

describe('faults, clock, snapshot', () => {
  const jwks = async () => (await call(clerk, 'GET', '/v1/jwks')).status;

  it('switches faults on and off', async () => {
    expect(await done('faults/preset', { preset: 'outage' })).toContain('answers 503');
    expect(await jwks()).toBe(503);
    expect(await get('/dashboard/faults')).toContain('1 so far');
    await done('faults/stop', { number: '1' });
    expect(await jwks()).toBe(200);

    await done('faults/add', { operation: 'GetJWKS', effect: 'error', status: '429', retry_after: '7', times: '1' });
    expect((await call(clerk, 'GET', '/v1/users')).status).toBe(200);
    const limited = await call(clerk, 'GET', '/v1/jwks');
    expect([limited.status, limited.headers.get('retry-after'), await jwks()]).toEqual([429, '7', 200]);

    await done('faults/preset', { preset: 'keys' });
    await done('faults/preset', { preset: 'rate-limit' });
    await done('faults/clear');
    expect(await jwks()).toBe(200);
    for (const [action, fields] of [
      ['add', { operation: 'GetNothing', effect: 'error' }],
      ['add', { operation: '*', effect: 'constructor' }],
      ['add', { operation: '*', effect: 'error', status: '99' }],
      ['preset', { preset: '__proto__' }],
      ['stop', { number: '77' }],
    ] as const)
      expect((await submit(`faults/${action}`, fields)).status, JSON.stringify(fields)).toBeGreaterThanOrEqual(400);
    expect(await jwks()).toBe(200);
  });

  it('moves, stops and starts the clock', async () => {
    expect(await done('clock/advance', { by: '1h' })).toContain('2027-01-15 09:00:00');
    expect(clerk.now()).toBe(NOW + 3_600_000);
    await done('clock/set', { at: '2026-01-01T00:00:00Z' });
    expect(clerk.now()).toBe(Date.UTC(2026, 0, 1));
    await done('clock/resume');
    expect(await get('/dashboard/clock')).toContain('runs');
    await done('clock/freeze');
    expect(await get('/dashboard/clock')).toContain('stands still');
    for (const [action, fields] of [
      ['advance', { by: 'soon' }],
      ['set', { at: 'never' }],
    ] as const)
      expect((await submit(`clock/${action}`, fields)).status).toBe(422);
    // Times that no calendar has are shown all the same.
    clerk.clock.freeze(9e15);
    expect(await get('/')).toContain('9000000000000000');
  });

  const upload = (text: string) => {
    const body = new FormData();
    body.set('snapshot', new Blob([text], { type: 'application/json' }), 'state.json');
    return fetch(`${clerk.apiUrl}/dashboard/snapshot/restore`, { method: 'POST', body, redirect: 'manual' });
  };

  it('exports the state as a file, and imports one', async () => {
    const file = await send('/dashboard/snapshot/bailiff-snapshot.json');
    expect(file.headers['content-disposition']).toBe('attachment; filename="bailiff-snapshot.json"');
    await done('users/delete', { user_id: 'user_ada' });
    expect((await call(clerk, 'GET', '/v1/users/user_ada')).status).toBe(404);
    expect((await upload(file.text)).status).toBe(303);
    expect((await call(clerk, 'GET', '/v1/users/user_ada')).status).toBe(200);
    await done('users/delete', { user_id: 'user_bob' });
    await done('snapshot/reset');
    expect((await call(clerk, 'GET', '/v1/users/user_bob')).status).toBe(200);
  });

  it.each([
    ['no JSON', 'x'],
    ['no snapshot', '{}'],
    ['broken rows', { tables: { users: [null] } }],
    ['no table', { tables: { users: 'many' } }],
    ['keys that are none', { keys: [{}] }],
    ['no clock', { clock: {} }],
    ['no streams', { random: { ids: {} } }],
  ])('keeps the state if the file is %s', async (_, broken) => {
    const before = JSON.stringify(clerk.export());
    const answer = await upload(typeof broken === 'string' ? broken : JSON.stringify({ ...clerk.export(), ...broken }));
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('role="alert"');
    expect(JSON.stringify(clerk.export())).toBe(before);
  });

  it('has no other paths', async () => {
    for (const path of ['/dashboard/nothing', '/dashboard/users/user_none', '/dashboard/%', '/dashboard/clock/x/y'])
      expect((await send(path)).status, path).toBe(404);
    for (const action of ['users/nothing', 'users/constructor', 'clock/', 'nothing/at-all'])
      expect((await submit(action)).status, action).toBe(404);
  });
});
