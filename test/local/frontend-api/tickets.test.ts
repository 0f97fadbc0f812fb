/** Links of invitations and sign-in tokens, opened in a browser. */
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthenticator } from 'bailiff';
import type { LocalInstance } from 'bailiff-local';
import { ADA, APP, Browser, locationOf, redeem, startWithPeople } from './support.js';

type Json = Record<string, unknown>;

let clerk: LocalInstance;
afterEach(() => clerk.close());

async function api(method: string, path: string, body?: Json): Promise<Json> {
  const response = await fetch(`${clerk.apiUrl}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Json;
  expect(response.status, JSON.stringify(json)).toBe(200);
  return json;
}

/** Opens a link, follows it to the application, and says who Bailiff takes the bearer for there. */
async function open(url: unknown, browser = new Browser()) {
  const answer = await browser.request(String(url));
  expect(answer.status).toBe(303);
  const back = locationOf(await browser.request(locationOf(answer).href));
  const directives = await redeem(clerk, back);
  const cookie = directives.map((directive) => directive.split(';')[0]).join('; ');
  const authenticator = createAuthenticator({ now: clerk.now }, clerk.env);
  const headers = { cookie, accept: 'text/html', 'sec-fetch-dest': 'document' };
  const { auth } = await authenticator.authenticateRequest(new Request(APP, { headers }));
  expect(back.href.startsWith(APP)).toBe(true);
  return auth as unknown as { userId: string | null; orgId: string | null; actor: Json | null };
}

/** What a link says that is refused: nobody is signed in by it. */
async function refused(url: unknown): Promise<[number, string]> {
  const answer = await new Browser().request(String(url));
  return [answer.status, /<p class="lead">([^<]*)/.exec(await answer.text())?.[1] ?? ''];
}

const invite = (email: string, more: Json = {}) =>
  api('POST', '/invitations', { email_address: email, redirect_url: APP, ...more });
const userOf = async (id: string | null) => await api('GET', `/users/${String(id)}`);

describe('row 5: an invitation', () => {
  it('signs its owner up once, with its address and metadata', async () => {
    clerk = await startWithPeople();
    await api('POST', '/waitlist_entries', { email_address: 'new@example.com' });
    const { url, id } = await invite('New@Example.com', { public_metadata: { plan: 'pro' } });
    const { userId } = await open(url);
    expect(await userOf(userId)).toMatchObject({
      public_metadata: { plan: 'pro' },
      email_addresses: [{ email_address: 'new@example.com', verification: { status: 'verified' } }],
      last_sign_in_at: clerk.now(),
      last_active_at: clerk.now(),
    });
    const listed = (await api('GET', '/invitations?status=accepted')) as unknown as Json[];
    expect(listed.map((one) => one['id'])).toEqual([id]);
    const waiting = await api('GET', '/waitlist_entries');
    expect(waiting['data']).toMatchObject([{ status: 'completed' }]);
    expect(await refused(url)).toEqual([410, 'The invitation has been used already.']);
  });

  it('is not consumed by programs that only read it', async () => {
    clerk = await startWithPeople();
    const { url } = await invite('new@example.com');
    expect((await fetch(String(url), { method: 'HEAD', redirect: 'manual' })).status).toBe(204);
    expect((await open(url)).userId).toMatch(/^user_/);
  });

  it('is refused if it is revoked, old, forged, or leads elsewhere', async () => {
    clerk = await startWithPeople();
    const users = clerk.state.table('users').size;
    const revoked = await invite('one@example.com');
    await api('POST', `/invitations/${String(revoked['id'])}/revoke`);
    expect(await refused(revoked['url'])).toEqual([410, 'The invitation has been revoked.']);

    const old = await invite('two@example.com', { expires_in_days: 1 });
    clerk.advanceClock('25h');
    expect(await refused(old['url'])).toEqual([410, 'The invitation has expired.']);

    const away = await invite('three@example.com', { redirect_url: 'https://evil.example/' });
    expect((await refused(away['url']))[0]).toBe(403);
    expect(await api('GET', '/invitations?status=pending')).toMatchObject([{ email_address: 'three@example.com' }]);

    const { url } = await invite('four@example.com');
    expect((await refused(`${String(url).slice(0, -4)}AAAA`))[0]).toBe(400);
    const session = await clerk.createSessionToken({ userId: ADA });
    for (const ticket of ['', 'x', session]) {
      expect((await refused(`${clerk.frontendApiUrl}/v1/tickets/accept?ticket=${ticket}`))[0]).toBe(400);
    }
    expect(clerk.state.table('users').size).toBe(users);
  });
});

describe('row 5: an invitation to an organization', () => {
  it('makes the owner of the address a member, and activates the organization', async () => {
    clerk = await startWithPeople();
    const { url } = await api('POST', '/organizations/org_acorn/invitations', {
      email_address: 'cleo@example.com',
      role: 'org:admin',
      redirect_url: APP,
    });
    const { userId, orgId } = await open(url);
    expect(orgId).toBe('org_acorn');
    const memberships = await api('GET', `/users/${String(userId)}/organization_memberships`);
    expect(memberships['data']).toMatchObject([{ role: 'org:admin', organization: { id: 'org_acorn' } }]);

    const birch = await api('POST', '/organizations/org_birch/invitations', {
      email_address: 'cleo@example.com',
      role: 'org:member',
      redirect_url: APP,
    });
    expect(await open(birch['url'])).toMatchObject({ userId, orgId: 'org_birch' });
  });

  it('reports a full organization, and stays pending', async () => {
    clerk = await startWithPeople();
    const { url } = await api('POST', '/organizations/org_acorn/invitations', {
      email_address: 'cleo@example.com',
      role: 'org:member',
    });
    await api('PATCH', '/organizations/org_acorn', { max_allowed_memberships: 1 });
    expect((await refused(url))[0]).toBe(403);
    const pending = await api('GET', '/organizations/org_acorn/invitations?status=pending');
    expect(pending['total_count']).toBe(1);
  });
});

describe('row 5: a sign-in token', () => {
  const link = (url: unknown) => `${String(url)}&${new URLSearchParams({ redirect_url: APP }).toString()}`;
  const signInToken = (more: Json = {}) =>
    api('POST', '/sign_in_tokens', { user_id: ADA, expires_in_seconds: 600, ...more });

  it('signs its user in, once', async () => {
    clerk = await startWithPeople();
    const { url } = await signInToken();
    expect(await open(link(url))).toMatchObject({ userId: ADA });
    expect(await userOf(ADA)).toMatchObject({ last_sign_in_at: clerk.now(), last_active_at: clerk.now() });
    expect(await refused(link(url))).toEqual([410, 'The sign-in token has been used already.']);
  });

  it('is refused if it is revoked or old, and for users who cannot sign in', async () => {
    clerk = await startWithPeople();
    const revoked = await signInToken();
    await api('POST', `/sign_in_tokens/${String(revoked['id'])}/revoke`);
    expect(await refused(revoked['url'])).toEqual([410, 'The sign-in token has been revoked.']);
    const old = await signInToken();
    clerk.advanceClock('11m');
    expect(await refused(old['url'])).toEqual([410, 'The sign-in token has expired.']);
    const banned = await signInToken();
    await api('POST', `/users/${ADA}/ban`);
    expect(await refused(banned['url'])).toEqual([403, 'The user is banned or locked.']);
    await api('POST', `/users/${ADA}/unban`);
    await open(link(banned['url']));
  });

  it("of an actor impersonates for the token's lifetime, and gives the user no sign-in", async () => {
    clerk = await startWithPeople();
    const before = (await userOf(ADA))['last_sign_in_at'];
    const { url } = await api('POST', '/actor_tokens', {
      user_id: ADA,
      actor: { sub: 'user_bob' },
      session_max_duration_in_seconds: 60,
    });
    expect(await open(link(url))).toMatchObject({ userId: ADA, actor: { sub: 'user_bob' } });
    expect((await userOf(ADA))['last_sign_in_at']).toBe(before);
    const session = clerk.state.table('sessions').by('user_id', ADA).at(-1)?.id ?? '';
    clerk.advanceClock('61s');
    expect(await api('GET', `/sessions/${session}`)).toMatchObject({ status: 'expired' });
  });
});

describe('row 5: restrictions', () => {
  const restrict = (settings: Json) => api('PATCH', '/instance/restrictions', settings);
  const signUp = async (email: string) =>
    (await new Browser().submit(`${clerk.frontendApiUrl}/sign-up`, { email })).status;
  const signIn = async () => (await new Browser().submit(`${clerk.frontendApiUrl}/sign-in`, { user_id: ADA })).status;

  it('apply to sign-ups, not to the Backend API and invited users', async () => {
    clerk = await startWithPeople();
    await api('POST', '/allowlist_identifiers', { identifier: '*@acorn.example' });
    expect(await signUp('one@elsewhere.example')).toBe(303);
    await restrict({ allowlist: true });
    expect(await signUp('two@acorn.example')).toBe(303);
    expect(await signUp('three@elsewhere.example')).toBe(422);
    expect(await signIn()).toBe(303);
    await restrict({ allowlist_blocklist_disabled_on_sign_in: false });
    expect(await signIn()).toBe(403);
    await api('POST', '/users', { email_address: ['four@elsewhere.example'] });
    await open((await invite('five@elsewhere.example'))['url']);
  });

  it('block addresses and domains', async () => {
    clerk = await startWithPeople();
    for (const identifier of ['ada@example.com', '*@spam.example', '*@*.junk.example'])
      await api('POST', '/blocklist_identifiers', { identifier });
    await restrict({ blocklist: true, allowlist_blocklist_disabled_on_sign_in: false });
    expect(await signIn()).toBe(403);
    expect(await signUp('One@Spam.example')).toBe(422);
    expect(await signUp('one@fine.example')).toBe(303);
    expect(await signUp('one@mail.junk.example')).toBe(422);
    expect(await signUp('one@a.b.junk.example')).toBe(422);
    expect(await signUp('one@junk.example')).toBe(303);
    expect(await signUp('one@otherjunk.example')).toBe(303);
    expect((await refused((await invite('two@spam.example'))['url']))[0]).toBe(403);
    await api('POST', '/users', { email_address: ['three@spam.example'] });
  });

  it.each([
    ['one@fine.example', 'one+two@fine.example', 'two@fine.example'],
    ['one@fine.example', 'one=two@fine.example', 'oneself@fine.example'],
    ['some.one@gmail.com', 's.omeone+x@gmail.com', 'some.two@gmail.com'],
    ['someone@gmail.com', 'some.one@gmail.com', 'some.one@fine.example'],
    ['one@yahoo.com', 'one-two@yahoo.com', 'one-two@fine.example'],
    ['one+two@fine.example', 'one+two@fine.example', 'one@fine.example'],
  ])('that block %s block %s, and not %s', async (blocked, also, free) => {
    clerk = await startWithPeople();
    await api('POST', '/blocklist_identifiers', { identifier: blocked });
    await restrict({ blocklist: true });
    expect(await signUp(also)).toBe(422);
    expect(await signUp(free)).toBe(303);
  });

  it('allow one sign-up for all subaddresses of a mailbox', async () => {
    clerk = await startWithPeople();
    await restrict({ block_email_subaddresses: true });
    expect(await signUp('one+two@fine.example')).toBe(303);
    expect(await signUp('one+three@fine.example')).toBe(422);
    expect(await signUp('one@fine.example')).toBe(422);
    expect(await signUp('two@fine.example')).toBe(303);
    expect(await signUp('t.wo@gmail.com')).toBe(303);
    expect(await signUp('two@gmail.com')).toBe(422);
  });

  it('do not apply to addresses on the allowlist too', async () => {
    clerk = await startWithPeople();
    await api('POST', '/blocklist_identifiers', { identifier: '*@spam.example' });
    await api('POST', '/allowlist_identifiers', { identifier: 'good@spam.example' });
    await restrict({ blocklist: true });
    expect(await signUp('good@spam.example')).toBe(303);
    expect(await signUp('bad@spam.example')).toBe(422);
  });

  it('end the wait of an address on the waitlist at its sign-up', async () => {
    clerk = await startWithPeople();
    await api('POST', '/waitlist_entries', { email_address: 'new@example.com' });
    expect(await signUp(' New@example.com')).toBe(303);
    expect((await api('GET', '/waitlist_entries'))['data']).toMatchObject([{ status: 'completed' }]);
  });
});
