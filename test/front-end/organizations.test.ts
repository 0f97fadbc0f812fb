/** Clerk's components for organizations, unchanged from npm, on the offline instance, in Chromium. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { confirmRemoval, rowWith } from './forms.js';
import { closeChromium, hasChromium, openStage, sayIfSkipped, signInAs, type Major, type Stage } from './stage.js';

sayIfSkipped('test/front-end/organizations');

const MANY = Array.from({ length: 11 }, (_, n) => `user_m${String(n)}`);
const SEED = {
  seed: 'front-end-organizations',
  users: [
    { id: 'user_ada', email_address: 'ada@acme.test', password: 'correct horse', first_name: 'Ada' },
    { id: 'user_bob', email_address: 'bob@acme.test', first_name: 'Bob', last_name: 'Byte' },
    { id: 'user_eve', email_address: 'eve@books.test', first_name: 'Eve' },
    ...MANY.map((id) => ({ id, email_address: `${id.slice(5)}@acme.test`, first_name: id.slice(5) })),
  ],
  organizations: [
    {
      id: 'org_acme',
      name: 'Acme',
      slug: 'acme',
      max_allowed_memberships: 50,
      members: [
        { user: 'user_ada', role: 'org:admin' },
        { user: 'user_bob', role: 'org:member' },
        ...MANY.map((user) => ({ user, role: 'org:member' })),
      ],
    },
  ],
};
/** One pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** Chromium, a bundle and a handful of page loads on a machine that is shared. */
const MINUTES = 120_000;

let stage: Stage;
afterEach(() => stage.close());
afterAll(closeChromium);

async function open(userId: string, major: Major = 6): Promise<Page> {
  stage = await openStage({ instance: { seed: SEED }, major });
  await signInAs(stage, userId);
  return stage.page;
}

async function call(method: string, path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${stage.clerk.secretKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${stage.clerk.apiUrl}${path}`, { method, headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}
const activate = (organization: string | null): Promise<void> =>
  stage.page.evaluate(
    (id) =>
      (window as unknown as { Clerk: { setActive: (with_: object) => Promise<void> } }).Clerk.setActive({
        organization: id,
      }),
    organization,
  );
/** Opens the profile of Acme at one of its pages. */
async function profile(path = ''): Promise<void> {
  await activate('org_acme');
  await stage.page.goto(`${stage.site}/organization${path}`);
}
const button = (name: string | RegExp) => stage.page.getByRole('button', { name, exact: typeof name === 'string' });
/** Waits until there is one alone: while a card opens or closes, the page has the old one and the new one. */
async function alone(locator: ReturnType<typeof rowWith>): Promise<void> {
  await expect.poll(() => locator.count(), { timeout: 20_000 }).toBe(1);
}
/** What is chosen in the menu at the end of a row. */
async function choose(within: ReturnType<typeof rowWith>, item: string): Promise<void> {
  await within.getByRole('button', { name: 'Open menu' }).click();
  await stage.page.getByRole('menuitem', { name: item }).click();
}
async function invite(...addresses: readonly string[]): Promise<void> {
  const input = stage.page.locator('[data-testid=tag-input]');
  await alone(input);
  for (const address of addresses) {
    await input.fill(address);
    await input.press(',');
  }
  await button('Send invitations').click();
}
/** Somebody else sits down at this browser. */
async function changeTo(userId: string): Promise<void> {
  await stage.context.clearCookies();
  await signInAs(stage, userId);
}
const rolesOf = (userId: string): string[] =>
  stage.clerk.state
    .table('organization_memberships')
    .by('user_id', userId)
    .map(({ role }) => role);
const acme = () => stage.clerk.state.table('organizations').get('org_acme');

async function create(): Promise<void> {
  const { page, site } = stage;
  await page.goto(`${site}/create-organization`);
  await page.getByLabel('Name').fill('Book Club');
  await button('Create organization').click();
  await page.getByText('Invite new members').waitFor();
  await invite('joe@books.test', 'kim@books.test');
  await page.getByText('Invitations successfully sent').waitFor();
  expect(stage.clerk.emails.map(({ to }) => to)).toEqual(['joe@books.test', 'kim@books.test']);
  await button('Finish').click();
  await page.waitForURL(`${site}/`);
  await page.locator('#organization', { hasText: /^org_/ }).waitFor();
  const { orgId } = await stage.callApi();
  expect(stage.clerk.state.table('organizations').get(orgId)).toMatchObject({ name: 'Book Club' });
}

async function switchBack(): Promise<void> {
  const { page, site } = stage;
  await page.goto(`${site}/switcher`);
  await button(/organization switcher/i).click();
  await button(/Personal account/)
    .or(page.getByRole('menuitem', { name: /Personal account/ }))
    .click();
  await page.locator('#organization', { hasText: 'none' }).waitFor();
  expect(await stage.callApi()).toMatchObject({ status: 200, orgId: null });
}

describe.skipIf(!hasChromium)('an organization', () => {
  it(
    'is created, invites two people, and is switched to and from',
    async () => {
      const page = await open('user_eve');
      await create();
      await switchBack();
      await page.goto(`${stage.site}/organizations`);
      await button(/Book Club/).click();
      await page.waitForURL(`${stage.site}/`);
      await page.locator('#organization', { hasText: /^org_/ }).waitFor();
      // Whoever is invited accepts in the list.
      await call('POST', `/v1/organizations/org_acme/invitations`, {
        email_address: 'eve@books.test',
        role: 'org:member',
      });
      await page.goto(`${stage.site}/organizations`);
      await button('Join').click();
      await button(/Acme/).click();
      await page.locator('#organization', { hasText: 'org_acme' }).waitFor();
      expect(await stage.callApi()).toMatchObject({ userId: 'user_eve', orgId: 'org_acme' });
      const abroad = stage.requests.filter((url) => !/^(https?:\/\/127\.0\.0\.1[:/]|data:|blob:)/.test(url));
      expect(abroad).toEqual([]);
    },
    MINUTES,
  );

  it(
    'has members that are listed, found, promoted and removed, and invitations that are revoked',
    async () => {
      const page = await open('user_ada');
      await profile('/organization-members');
      await rowWith(stage.page, 'm10@acme.test').waitFor();
      await button('Next').click();
      await rowWith(stage.page, 'bob@acme.test').waitFor();
      await button('Previous').click();
      await rowWith(stage.page, 'm10@acme.test').waitFor();
      await page.getByRole('searchbox').pressSequentially('byte');
      await rowWith(stage.page, 'm10@acme.test').waitFor({ state: 'detached' });
      await rowWith(stage.page, 'bob@acme.test').getByRole('button', { name: 'Member' }).click();
      await page.getByRole('option', { name: 'Admin' }).click();
      await expect.poll(() => rolesOf('user_bob')).toEqual(['org:admin']);
      await rowWith(stage.page, 'bob@acme.test').getByRole('button', { name: 'Admin' }).waitFor();
      await choose(rowWith(stage.page, 'bob@acme.test'), 'Remove member');
      await rowWith(stage.page, 'bob@acme.test').waitFor({ state: 'detached' });
      expect(rolesOf('user_bob')).toEqual([]);

      await button('Invite').click();
      await invite('ada@acme.test');
      await page.getByText(/already .*member/).waitFor();
      await button('Cancel').click();
      await button('Invite').click();
      await invite('joe@acme.test');
      await page.getByRole('tab', { name: /Invitations 1/ }).click();
      await choose(rowWith(stage.page, 'joe@acme.test'), 'Revoke invitation');
      await rowWith(stage.page, 'joe@acme.test').waitFor({ state: 'detached' });
      const [invitation] = stage.clerk.state.table('organization_invitations').rows();
      expect(invitation).toMatchObject({ status: 'revoked', inviter_id: 'user_ada' });
    },
    MINUTES,
  );

  it(
    'shows a member no invitations or domains, and lets them leave',
    async () => {
      const page = await open('user_bob');
      await profile('/organization-members');
      await rowWith(stage.page, 'bob@acme.test').or(rowWith(stage.page, 'm10@acme.test')).first().waitFor();
      expect(await page.getByRole('tab', { name: /Invitations|Requests/ }).count()).toBe(0);
      expect(await button('Invite').count()).toBe(0);
      await page.goto(`${stage.site}/organization`);
      await button('Leave organization').click();
      expect(await button('Delete organization').count()).toBe(0);
      await page.locator('input:visible').last().fill('Acme');
      await button('Leave organization').last().click();
      await page.waitForURL(`${stage.site}/`);
      await page.locator('#organization', { hasText: 'none' }).waitFor();
      expect(rolesOf('user_bob')).toEqual([]);
    },
    MINUTES,
  );

  it(
    'has a logo and a name, and is deleted',
    async () => {
      const page = await open('user_ada');
      const update = async (): Promise<void> => {
        await button('Save').waitFor({ state: 'detached' });
        await alone(button('Update profile'));
        await button('Update profile').click();
      };
      await profile();
      await update();
      const logo = { name: 'logo.png', mimeType: 'image/png', buffer: PIXEL };
      await page.locator('input[type=file]').setInputFiles(logo);
      await expect.poll(() => acme()?.image_url).toBe(`data:image/png;base64,${PIXEL.toString('base64')}`);
      await update();
      await confirmRemoval(stage.page);
      await expect.poll(() => acme()?.image_url).toBeNull();
      await update();
      await page.getByLabel('Name').fill('Acme Ltd');
      await button('Save').click();
      await page.getByText('Acme Ltd').first().waitFor();
      expect(acme()).toMatchObject({ name: 'Acme Ltd' });
      await button('Delete organization').click();
      await page.locator('input:visible').last().fill('Acme Ltd');
      await button('Delete organization').last().click();
      await page.waitForURL(`${stage.site}/`);
      await page.locator('#organization', { hasText: 'none' }).waitFor();
      expect(acme()).toBeUndefined();
    },
    MINUTES,
  );

  it(
    'has a domain that a code verifies, whose users ask to join and are accepted',
    async () => {
      const page = await open('user_ada');
      await profile();
      await button('Add domain').click();
      await page.locator('input[name=name]').fill('books.test');
      await button('Save').click();
      await page.getByLabel('Verification email address').fill('post');
      await button('Save').click();
      const code = page.locator('input[autocomplete="one-time-code"]').first();
      await code.waitFor();
      await code.pressSequentially(await stage.clerk.lastCode('post@books.test'));
      await code.waitFor({ state: 'detached' });
      await page.reload();
      await page.getByText('No automatic enrollment').waitFor();
      await button('Open menu').click();
      await page.getByRole('menuitem', { name: 'Manage' }).click();
      await page.getByText('Automatic suggestions').last().click();
      await button('Save').click();
      await page.getByText('Automatic suggestions').waitFor();

      await changeTo('user_eve');
      await page.goto(`${stage.site}/organizations`);
      await button('Request to join').click();
      await page.getByText('Pending approval').waitFor();

      await changeTo('user_ada');
      await profile('/organization-members');
      await page.getByRole('tab', { name: /Requests/ }).click();
      await rowWith(stage.page, 'eve@books.test').getByRole('button', { name: 'Approve' }).click();
      await rowWith(stage.page, 'eve@books.test').waitFor({ state: 'detached' });
      expect(rolesOf('user_eve')).toEqual(['org:member']);

      await page.goto(`${stage.site}/organization`);
      await button('Open menu').click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await page.getByText('The email domain books.test will be removed.').waitFor();
      await confirmRemoval(stage.page);
      await expect.poll(() => stage.clerk.state.table('organization_domains').size).toBe(0);
    },
    MINUTES,
  );

  it(
    'is created with invitations and switched in the previous major',
    async () => {
      await open('user_eve', 5);
      await create();
      await switchBack();
    },
    MINUTES,
  );
});
