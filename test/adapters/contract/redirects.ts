/** `redirect: true`: where a signed-out page request is sent, and that it is no way around the rest of a requirement. */
import { expect, it } from 'vitest';
import type { Framework, Adapter } from '../frameworks.js';
import { browserCookies, PRODUCTION, SUFFIX, type Fixtures } from '../fixtures.js';
import { answerOf, codeOf, createEnvironments, type Environment } from './harness.js';

const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };

export function redirects(framework: Framework): void {
  const environments = createEnvironments(framework);
  const routes = [
    { path: '/dashboard', guards: [(adapter: Adapter) => adapter.requireAuth({ redirect: true })] },
    { path: '/admin', guards: [(adapter: Adapter) => adapter.requireAuth({ role: 'org:admin', redirect: true })] },
  ];
  const withSignIn = ({ options }: { options: object }) => [
    [{ ...options, signInUrl: 'https://accounts.acornbooks.example/sign-in' }],
  ];

  it('sends users to the sign-up page if the guard says so, and pending sessions to their tasks', async () => {
    const up = [{ path: '/join', guards: [(adapter: Adapter) => adapter.requireAuth({ redirect: 'sign-up' })] }];
    const signUpUrl = 'https://acornbooks.example/up';
    const visit = async (options: object) => {
      const { get, served } = await environments.open({ routes: up }, (fixtures) => [
        [{ ...fixtures.options, ...options }],
      ]);
      const { status, headers } = await get('/join', null, PAGE);
      return [status, headers['location']?.replace(encodeURIComponent(served.url.replace('http:', 'https:')), 'HERE')];
    };
    expect(await visit({ ...PRODUCTION, signUpUrl, publicUrl: 'https://app.example' })).toEqual([
      302,
      `${signUpUrl}?redirect_url=https%3A%2F%2Fapp.example%2Fjoin`,
    ]);
    const portal = await visit({ ...PRODUCTION, publicUrl: 'https://app.example' });
    expect(portal[1]).toMatch(/^https:\/\/accounts\.acornbooks\.example\/sign-up\?/);
    const json = await environments.open({ routes: up }, ({ options }) => [[{ ...options, ...PRODUCTION, signUpUrl }]]);
    expect((await json.get('/join', null, { accept: 'application/json' })).status).toBe(401);
  });

  /** Whom Clerk need not meet first: a signed-out browser of production, one that development knows, one without a key. */
  const SIGN_IN = 'https://accounts.acornbooks.example/sign-in';
  const known = { cookie: '__clerk_db_jwt=dvb_one' };
  it.each<[string, object, Record<string, string>, (back: string) => string]>([
    ['production, where no page is set', PRODUCTION, {}, (back) => `${SIGN_IN}?redirect_url=${back}`],
    [
      'production, with a page of its own',
      { ...PRODUCTION, signInUrl: 'https://acornbooks.example/in?x=1' },
      { cookie: '__clerk_db_jwt=dvb_one' },
      (back) => `https://acornbooks.example/in?x=1&redirect_url=${back}`,
    ],
    [
      'no publishable key',
      { publishableKey: null, signInUrl: SIGN_IN },
      {},
      (back) => `${SIGN_IN}?redirect_url=${back}`,
    ],
    [
      'development, to another host: with the token of the browser',
      {},
      known,
      (back) => `${SIGN_IN}?redirect_url=${back}&__clerk_db_jwt=dvb_one`,
    ],
    [
      'development, the token under the name of this instance first',
      { signInUrl: 'https://acornbooks.example/in' },
      { cookie: `__clerk_db_jwt=dvb_other; __clerk_db_jwt_${SUFFIX}=dvb_one` },
      (back) => `https://acornbooks.example/in?redirect_url=${back}&__clerk_db_jwt=dvb_one`,
    ],
  ])('answers 302 with no-store: %s', async (_, options, headers, expected) => {
    const { get, served } = await environments.open({ routes }, (fixtures) => [[{ ...fixtures.options, ...options }]]);
    const answer = await get('/dashboard?tab=1', null, { ...PAGE, ...headers });
    expect([answer.status, answer.headers['cache-control'], answer.headers['location']]).toEqual([
      302,
      'no-store',
      expected(encodeURIComponent(`${served.url}/dashboard?tab=1`)),
    ]);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('leaves the dev browser token out of the URL if the sign-in page is on the same host', async () => {
    const { get, served } = await environments.open({ routes }, ({ options }) => [[{ ...options, signInUrl: '/in' }]]);
    const answer = await get('/dashboard', null, { ...PAGE, ...known });
    const back = encodeURIComponent(`${served.url}/dashboard`);
    expect([answer.status, answer.headers['location']]).toEqual([302, `${served.url}/in?redirect_url=${back}`]);
  });

  it('comes after the handshake if a development instance does not know the browser yet', async () => {
    const { get, served } = await environments.open({ routes }, withSignIn);
    const answer = await get('/dashboard?tab=1', null, PAGE);
    expect([answer.status, answer.headers['cache-control']]).toEqual([307, 'no-store']);
    const location = new URL(answer.headers['location'] ?? '');
    expect(location.pathname).toBe('/v1/client/handshake');
    expect(location.searchParams.get('redirect_url')).toBe(`${served.url}/dashboard?tab=1`);
  });

  it('answers API clients with 401', async () => {
    const { get } = await environments.open({ routes }, withSignIn);
    expect((await get('/dashboard')).status).toBe(401);
    expect((await get('/dashboard', 'expired')).status).toBe(401);
  });

  it('S16: still checks the rest of the requirement', async () => {
    const { get } = await environments.open({ routes }, withSignIn);
    expect((await get('/admin', 'member', PAGE)).status).toBe(403);
    expect((await get('/admin', 'admin', PAGE)).status).toBe(200);
  });

  /** Signed in by a cookie: a member, whom `/admin` does not let in. */
  const asMember = (fixtures: Fixtures) => ({ ...PAGE, ...browserCookies(fixtures.tokens.member) });
  const ask = ({ served }: Environment, headers: Record<string, string>, path = '/admin') =>
    served.agent
      .get(path)
      .set(headers)
      .ok(() => true);

  it('answers a browser with a page if the user lacks access, with the same status and headers', async () => {
    const environment = await environments.open({ routes }, withSignIn);
    const member = asMember(environment.fixtures);
    const [page, json] = [
      await ask(environment, member),
      await ask(environment, { ...member, 'sec-fetch-dest': 'empty' }),
    ];
    expect([page.status, json.status]).toEqual([403, 403]);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<h1>You may not open this page</h1>');
    expect(page.text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page.text).not.toMatch(/<script|org:admin|acornbooks/);
    const { errors } = json.body as { errors: unknown };
    expect(errors).toEqual([expect.objectContaining({ code: 'forbidden' })]);
    const others = ({ headers }: { headers: Record<string, string> }) =>
      Object.keys(headers).filter((name) => !['content-type', 'content-length', 'date'].includes(name));
    expect(others(page)).toEqual(others(json));
  });

  it('asks for reverification on the page', async () => {
    const guards = [(adapter: Adapter) => adapter.requireAuth({ reverification: 'strict', redirect: true })];
    const environment = await environments.open({ routes: [{ path: '/settings', guards }] }, withSignIn);
    const stale = { ...PAGE, ...browserCookies(environment.fixtures.tokens.stale) };
    const page = await ask(environment, stale, '/settings');
    expect([page.status, page.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    expect(page.text).toContain('<h1>Please verify that it is you</h1>');
  });

  it.each<[string, Record<string, string>, object]>([
    ['a script', { 'sec-fetch-dest': 'empty', accept: '*/*' }, { redirect: true }],
    ['an image', { 'sec-fetch-dest': 'image' }, { redirect: true }],
    ['a client without HTML', { 'sec-fetch-dest': '', accept: 'application/json' }, { redirect: true }],
    ['a page of a route without redirect', {}, {}],
  ])('answers with JSON: %s', async (_, headers, manner) => {
    const guards = [(adapter: Adapter) => adapter.requireAuth({ role: 'org:admin', ...manner })];
    const environment = await environments.open({ routes: [{ path: '/admin', guards }] }, withSignIn);
    const answer = await ask(environment, { ...asMember(environment.fixtures), ...headers });
    expect([answer.status, answer.headers['content-type']]).toEqual([403, 'application/json']);
    expect(codeOf(answerOf(answer))).toBe('forbidden');
  });

  it('answers a header token with JSON, and serves the route to a user with access', async () => {
    const environment = await environments.open({ routes }, withSignIn);
    expect(codeOf(await environment.get('/admin', 'member', PAGE))).toBe('forbidden');
    const admin = await ask(environment, { ...PAGE, ...browserCookies(environment.fixtures.tokens.admin) });
    expect([admin.status, admin.headers['content-type']]).toEqual([200, expect.stringContaining('application/json')]);
  });

  it('sends the page if onDenied asks for the default answer', async () => {
    const seen: unknown[] = [];
    const environment = await environments.open({ routes }, ({ options }) => [
      [
        {
          ...options,
          signInUrl: 'https://acornbooks.example/in',
          onDenied: framework.onDenied((pass, denial) => {
            seen.push([denial.code, denial.page?.slice(0, 15), Object.keys(denial).includes('page')]);
            return pass(undefined);
          }),
        },
      ],
    ]);
    const page = await ask(environment, asMember(environment.fixtures));
    expect([page.status, page.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    expect(seen).toEqual([['forbidden', '<!doctype html>', false]]);
  });

  it('lets onDenied replace the page', async () => {
    const environment = await environments.open({ routes }, ({ options }) => [
      [
        {
          ...options,
          signInUrl: 'https://acornbooks.example/in',
          onDenied: framework.answerDenied(() => ({ status: 418, body: { own: true } })),
        },
      ],
    ]);
    const answer = await ask(environment, asMember(environment.fixtures));
    expect([answer.status, answer.body]).toEqual([418, { own: true }]);
  });
}
