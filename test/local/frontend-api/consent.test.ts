/** What `<OAuthConsent/>` asks for, and its form; `<Waitlist/>`. */
import { createAuthenticator } from 'bailiff';
import type { LocalInstance } from 'bailiff-local';
import { beforeEach, describe, expect, it } from 'vitest';
import { call, instances } from '../support.js';
import { FrontEnd, PAGE } from './front-end.js';
import { CALLBACK, codeOf, OAuthClient } from './oauth-support.js';
import { locationOf } from './support.js';

const start = instances();
const CONSENT = `${PAGE}/oauth-consent`;
const SEED = {
  seed: 'consent',
  instance: { display_config: { oauth_consent_url: CONSENT } },
  users: [{ id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse' }],
  organizations: [{ id: 'org_acme', name: 'Acme', members: [{ user: 'user_ada' }] }],
  oauth_applications: [
    {
      name: 'Notes',
      client_id: 'notes',
      client_secret: 'x'.repeat(32),
      redirect_uris: [CALLBACK],
      scopes: 'profile email user:org:read',
    },
    {
      name: 'Trusted',
      client_id: 'trusted',
      redirect_uris: [CALLBACK],
      scopes: 'profile',
      public: true,
      consent_screen_enabled: false,
    },
  ],
};

let clerk: LocalInstance;
let page: FrontEnd;
let client: OAuthClient;

beforeEach(async () => {
  clerk = await start({ seed: SEED });
  page = new FrontEnd(clerk);
  client = new OAuthClient(clerk, { client_id: 'notes', client_secret: 'x'.repeat(32) });
});

const signIn = () => page.post('/v1/client/sign_ins', { identifier: 'ada@example.com', password: 'correct horse' });
/** Where the authorization endpoint sends the browser. */
const authorize = async (change: Record<string, string | null> = {}): Promise<URL> =>
  locationOf(await page.browser.request(client.authorizeUrl(change)));
/** The component's form: the request as the page's address has it, then what the user pressed. */
const decide = (
  consented: string | readonly string[],
  change: Record<string, string> = {},
  headers: Record<string, string> = { origin: PAGE, 'sec-fetch-site': 'same-site' },
): Promise<Response> => {
  const form = new URLSearchParams([consented].flat().map((value) => ['consented', value]));
  const fields = { ...Object.fromEntries(new URL(client.authorizeUrl()).searchParams), ...change };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return page.browser.request(client.at('/v1/me/oauth/consent/notes'), { method: 'POST', body: form, headers });
};
const redeem = async (response: Response) =>
  client.redeem(codeOf(locationOf(response)), { client_secret: client.application.client_secret ?? '' });

describe('the consent page of the application', () => {
  it('receives the browser with the original request, and shows what is requested', async () => {
    await signIn();
    const target = await authorize({ consented: 'true', organization_id: 'org_acme' });
    expect(target.origin + target.pathname).toBe(CONSENT);
    const asked = Object.fromEntries(target.searchParams);
    expect(asked).toMatchObject({
      client_id: 'notes',
      scope: 'profile email',
      redirect_uri: CALLBACK,
      state: 's t&te',
    });
    // Answers in the link are not the user's.
    expect(Object.keys(asked)).not.toContain('consented');
    expect(Object.keys(asked)).not.toContain('organization_id');
    const shown = await page.get('/v1/me/oauth/consent/notes?scope=profile+email');
    expect(shown.body).toEqual({
      oauth_application_name: 'Notes',
      oauth_application_logo_url: null,
      oauth_application_url: null,
      client_id: 'notes',
      redirect_domain: null,
      scopes: [
        { scope: 'profile', description: 'See your name and picture', requires_consent: true },
        { scope: 'email', description: 'See your email address', requires_consent: true },
      ],
    });
  });

  it('shows nothing that is requested without consent', async () => {
    expect(await page.get('/v1/me/oauth/consent/notes')).toMatchObject({ status: 401, code: 'authentication_invalid' });
    await signIn();
    expect(await page.get('/v1/me/oauth/consent/nobody')).toMatchObject({ status: 404, code: 'resource_not_found' });
    expect(await page.get('/v1/me/oauth/consent/notes?scope=foreign')).toMatchObject({ status: 422, param: 'scope' });
    const trusted = await page.get('/v1/me/oauth/consent/trusted');
    expect(trusted).toMatchObject({ status: 422, code: 'feature_requires_oauth2_consent_screen_enabled' });
  });

  it('is skipped for an application without a consent screen', async () => {
    await signIn();
    const target = await authorize({ client_id: 'trusted', scope: 'profile' });
    expect(target.origin + target.pathname).toBe(CALLBACK);
    expect(target.searchParams.has('code')).toBe(true);
  });

  it('is the instance\u2019s own if the environment names none', async () => {
    clerk.configure({ display_config: { oauth_consent_url: '' } });
    await signIn();
    const response = await page.browser.request(client.authorizeUrl());
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Allow Notes?');
    expect((await decide('true')).status).toBe(403);
  });
});

describe('the form of the consent page', () => {
  beforeEach(signIn);

  it('gives a code, whose token the library accepts', async () => {
    const response = await decide('true');
    expect(response.status).toBe(303);
    expect(locationOf(response).searchParams.get('state')).toBe('s t&te');
    const { body } = await redeem(response);
    const { secretKey, publishableKey, apiUrl, now } = clerk;
    const authenticator = createAuthenticator({ secretKey, publishableKey, apiUrl, now, acceptsToken: 'oauth_token' });
    const headers = { authorization: `Bearer ${body.access_token}` };
    const { auth } = await authenticator.authenticateRequest(new Request(PAGE, { headers }));
    expect(auth).toMatchObject({ userId: 'user_ada', clientId: 'notes', scopes: ['profile', 'email'] });
  });

  it('gives the organization that the user chose, if the user is a member', async () => {
    const scope = 'profile user:org:read';
    const { body } = await redeem(await decide('true', { scope, organization_id: 'org_acme' }));
    expect(clerk.state.keys.open(body.access_token)?.payload).toMatchObject({ org_id: 'org_acme' });
    const foreign = await decide('true', { scope, organization_id: 'org_foreign' });
    expect(locationOf(foreign).searchParams.get('error')).toBe('access_denied');
  });

  it.each([
    ['false', 'false'],
    ['nothing', []],
    ['false, though the link says true', ['false', 'true']],
    ['another word', 'yes'],
  ])('denies with %s', async (_title, consented) => {
    const target = locationOf(await decide(consented));
    expect(target.origin + target.pathname).toBe(CALLBACK);
    expect(target.searchParams.get('error')).toBe('access_denied');
    expect(target.searchParams.has('code')).toBe(false);
  });

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of the same host', { origin: 'http://127.0.0.1:4000', 'sec-fetch-site': 'same-site' }],
    ['a page that hides its origin', { origin: 'null', 'sec-fetch-site': 'same-site' }],
    ['nobody who says so', {}],
    ['a frame of the page on another site', { origin: PAGE, 'sec-fetch-site': 'cross-site' }],
  ] as [string, Record<string, string>][])('is refused from %s', async (_title, headers) => {
    const response = await decide('true', {}, headers);
    expect(response.status).toBe(403);
    expect(clerk.state.table('authorization_codes').size).toBe(0);
  });

  it('is refused without a session, and with another browser\u2019s', async () => {
    const other = await clerk.signIn('user_ada');
    const url = `${client.at('/v1/me/oauth/consent/notes')}?_clerk_session_id=${other.session.id}`;
    const form = new URLSearchParams({
      ...Object.fromEntries(new URL(client.authorizeUrl()).searchParams),
      consented: 'true',
    });
    const init = { method: 'POST', body: form, headers: { origin: PAGE } };
    expect((await page.browser.request(url, init)).status).toBe(401);
    page = new FrontEnd(clerk);
    expect((await decide('true')).status).toBe(401);
  });

  it('redirects only to registered addresses', async () => {
    const response = await decide('true', { redirect_uri: 'https://evil.example/callback' });
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });
});

describe('the waitlist', () => {
  it.each(['public', 'waitlist', 'restricted'])('accepts an address in the mode %s, once', async (mode) => {
    clerk.configure({ user_settings: { sign_up: { mode } } });
    clerk.webhooks.add('http://127.0.0.1:1/nobody');
    const first = await page.post('/v1/waitlist', { email_address: 'Eve@example.com' });
    expect(first.body).toEqual({ object: 'waitlist_entry', id: expect.stringMatching(/^wle_/) as string });
    expect((await page.post('/v1/waitlist', { email_address: 'eve@example.com' })).body).toEqual(first.body);
    const list = await call(clerk, 'GET', '/v1/waitlist_entries');
    expect(list.json).toMatchObject({
      total_count: 1,
      data: [{ id: first.body['id'], email_address: 'eve@example.com', status: 'pending' }],
    });
    const told = clerk.webhooks.deliveries.map(({ type }) => type);
    expect(told).toEqual(['waitlistEntry.created']);
  });

  it('reports an invalid address under the field', async () => {
    expect(await page.post('/v1/waitlist')).toMatchObject({
      status: 422,
      code: 'form_param_missing',
      param: 'email_address',
    });
    expect(await page.post('/v1/waitlist', { email_address: 'eve' })).toMatchObject({
      status: 422,
      code: 'form_param_format_invalid',
      param: 'email_address',
    });
  });
});
