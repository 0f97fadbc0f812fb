/** M2M tokens between services, organizations in addresses, and the site in a browser: what the commands do not show. */
import { startLocalInstance } from 'bailiff-local';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createMachineToken } from '../../examples/m2m/machine-token.js';
import { createApp as createMultiTenant } from '../../examples/multi-tenant/app.js';
import { createSite } from '../../examples/site/app.js';
import { Browser } from '../session-browser/browser.js';

async function startClerk(seed: object = {}) {
  const clerk = await startLocalInstance({ seed });
  for (const [name, value] of Object.entries(clerk.env)) vi.stubEnv(name, value);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await clerk.close();
  });
  return clerk;
}

it('a machine token is made once, renewed before it ends, and requested again after a failure', async () => {
  const machines = [{ name: 'invoices' }, { name: 'reports', scopes: ['invoices'], secret_key: 'ak_reports' }];
  const clerk = await startClerk({ machines });
  let time = clerk.now();
  const machineToken = createMachineToken({ machineSecretKey: 'ak_reports', retries: 0 }, () => time);
  clerk.fail({ operation: 'createM2MToken', status: 503, times: 1 });
  await expect(machineToken()).rejects.toThrow();
  const [first, same] = await Promise.all([machineToken(), machineToken()]);
  expect(same).toBe(first);
  time += 3_539_000;
  expect(await machineToken()).toBe(first);
  time += 2_000;
  expect(await machineToken()).not.toBe(first);
  expect(
    clerk.requests.filter(({ operation, status }) => operation === 'createM2MToken' && (status ?? 500) < 300),
  ).toHaveLength(2);
});

it('a member of two organizations sees the active one, and an API key sees neither', async () => {
  const organizations = ['acorn', 'oak'].map((slug) => ({ id: `org_${slug}`, name: slug, slug }));
  const clerk = await startClerk({ organizations });
  const app = createMultiTenant();
  const ask = async (slug: string, token: string) =>
    (await app.request(`/orgs/${slug}/invoices`, { headers: { authorization: `Bearer ${token}` } })).status;
  const permissions = ['org:invoices:read'];
  const inAcorn = await clerk.createSessionToken({ userId: 'user_ada', orgId: 'org_acorn', permissions });
  const inOak = await clerk.createSessionToken({ userId: 'user_ada', orgId: 'org_oak', permissions });
  const alone = await clerk.createSessionToken({ userId: 'user_ada' });
  const { secret } = await clerk.createApiKey({ subject: 'org_acorn' });
  expect([await ask('acorn', inAcorn), await ask('oak', inAcorn)]).toEqual([200, 403]);
  expect([await ask('acorn', inOak), await ask('oak', inOak)]).toEqual([403, 200]);
  expect([await ask('acorn', alone), await ask('acorn', secret)]).toEqual([403, 401]);
});

it('a visitor of the site is sent to the sign-in page and comes back signed in', async () => {
  const clerk = await startClerk({ users: [{ id: 'user_ada', first_name: 'Ada', email_address: 'ada@example.com' }] });
  const site = createSite({ accountsUrl: clerk.frontendApiUrl });
  const origin = 'http://127.0.0.1:3999';
  const browser = new Browser({ sites: { [origin]: async (request) => site.fetch(request) }, now: clerk.now });
  const home = await browser.open(`${origin}/`);
  expect(String(home.body)).toContain('Sign in');
  const signIn = await browser.open(`${origin}/account`);
  expect(new URL(signIn.url).origin).toBe(clerk.frontendApiUrl);
  expect(new URL(signIn.url).pathname).toBe('/sign-in');
  const back = new URL(signIn.url).searchParams.get('redirect_url') ?? '';
  expect(back).toContain(`${origin}/account`);
  const account = await browser.submit(`${clerk.frontendApiUrl}/sign-in`, { user_id: 'user_ada', redirect_url: back });
  expect(account.status).toBe(200);
  expect(String(account.body)).toContain('<b id="user">user_ada</b>');
  expect((await browser.submit(`${origin}/favourites`, {})).url).toBe(`${origin}/account`);
});
