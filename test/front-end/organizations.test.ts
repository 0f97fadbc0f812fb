/** Clerk's components for organizations, unchanged from npm, on the offline instance, in Chromium. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
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
const row = (text: string) => stage.page.getByRole('row').filter({ hasText: text });
const membershipOf = (userId: string) =>
  stage.clerk.state
    .table('organization_memberships')
    .by('organization_id', 'org_acme')
    .find((each) => each.user_id === userId);
/** The menu at the end of a row, and what is chosen in it. */
async function choose(text: string, item: string): Promise<void> {
  await row(text)
    .getByRole('button', { name: /menu|open|actions/i })
    .last()
    .click();
  await stage.page.getByRole('menuitem', { name: item }).click();
}

describe.skipIf(!hasChromium)('an organization', () => {
  it(
    'is created, invites two people, and is switched to and from',
    async () => {
      const page = await open('user_eve');
      await page.goto(`${stage.site}/create-organization`);
      await page.getByLabel('Name').fill('Book Club');
      await button('Create organization').click();
      await page.getByText('Invite new members').waitFor();
      await page.locator('[data-testid=tag-input]').fill('joe@books.test,kim@books.test,');
      await button('Select role').click();
      await page.getByRole('option', { name: 'Member' }).click();
      await button('Send invitations').click();
      await page.getByText('Invitations successfully sent').waitFor();
      expect(stage.clerk.emails.map(({ to }) => to)).toEqual(['joe@books.test', 'kim@books.test']);
    },
    MINUTES,
  );
});
