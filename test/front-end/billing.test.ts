/** `<PricingTable/>` and its checkout, in Chromium: a plan is bought, the tokens change, the guard lets in; and nothing is asked of the internet. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  closeChromium,
  hasChromium,
  openStage,
  sayIfSkipped,
  signInAs,
  type StageOptions,
  type Stage,
} from './stage.js';

sayIfSkipped('test/front-end/billing');

const plan = (slug: string, amount: number, more: object = {}) => ({
  id: `plan_${slug}`,
  name: slug.replace(/^./, (letter) => letter.toUpperCase()),
  slug,
  for_payer_type: 'user',
  amount,
  features: [],
  ...more,
});
const SEED = {
  seed: 'billing',
  users: [{ id: 'user_ada', email_address: 'ada@example.com', first_name: 'Ada' }],
  organizations: [{ id: 'org_acme', name: 'Acme', slug: 'acme', members: [{ user: 'user_ada', role: 'org:admin' }] }],
  tables: {
    plans: [
      plan('free', 0, { is_default: true }),
      plan('pro', 1000, { features: [{ slug: 'exports', name: 'Exports' }] }),
      plan('starter', 0, { is_default: true, for_payer_type: 'org' }),
      plan('team', 5000, { for_payer_type: 'org' }),
    ],
  },
};
/** Chromium, a bundle and a handful of page loads on a machine that is shared. */
const MINUTES = 120_000;

let stage: Stage;
afterEach(() => {
  const abroad = stage.requests.filter((url) => !/^(https?:\/\/127\.0\.0\.1[:/]|data:|blob:)/.test(url));
  return stage.close().then(() => {
    expect(abroad).toEqual([]);
  });
});
afterAll(closeChromium);

async function open(options: StageOptions = {}): Promise<void> {
  stage = await openStage({ instance: { seed: SEED }, ...options });
  await signInAs(stage, 'user_ada');
}

/** Status of a guarded route, with a fresh token of the page. */
const guarded = (path: string): Promise<number> =>
  stage.page.evaluate(async (route) => {
    const { Clerk } = window as unknown as { Clerk: { session: { getToken: (how: object) => Promise<string> } } };
    const token = await Clerk.session.getToken({ skipCache: true });
    return (await fetch(route, { headers: { authorization: `Bearer ${token}` } })).status;
  }, path);

async function choosePlan(path: string, button: RegExp): Promise<void> {
  await stage.page.goto(`${stage.site}/${path}`);
  await stage.page.getByRole('button', { name: button }).first().click();
}

describe.skipIf(!hasChromium)('<PricingTable/>', () => {
  it.each([6, 5] as const)(
    'sells a plan for the test card, after which the guard lets the user in (clerk-js %i)',
    async (major) => {
      await open({ major });
      const { page, clerk } = stage;
      expect([await guarded('/api/pro'), await guarded('/api/exports')]).toEqual([403, 403]);
      await choosePlan('pricing', /Subscribe/);
      await page.getByText('Total Due Today').waitFor();
      await page.getByRole('button', { name: 'Pay with test card' }).click();
      await page.getByText('Payment was successful!').waitFor();
      expect([await guarded('/api/pro'), await guarded('/api/exports')]).toEqual([200, 200]);
      expect(clerk.state.table('payment_attempts').rows()).toMatchObject([{ amount: 1000, status: 'paid' }]);
    },
    MINUTES,
  );

  it(
    'accepts the card of the form, and reports a declined one',
    async () => {
      await open();
      const { page } = stage;
      await choosePlan('pricing', /Subscribe/);
      await page.getByLabel('Test card').selectOption('pm_card_chargeDeclined');
      await page.getByRole('button', { name: /^Pay \$/ }).click();
      await page
        .getByText(/declined/i)
        .first()
        .waitFor();
      expect(await guarded('/api/pro')).toBe(403);
      await page.getByLabel('Test card').selectOption('pm_card_mastercard');
      await page.getByRole('button', { name: /^Pay \$/ }).click();
      await page.getByText('Payment was successful!').waitFor();
      expect(await guarded('/api/pro')).toBe(200);
    },
    MINUTES,
  );

  it(
    'sells to an organization',
    async () => {
      await open();
      const { page, clerk } = stage;
      await page.evaluate(() =>
        (window as unknown as { Clerk: { setActive: (how: object) => Promise<void> } }).Clerk.setActive({
          organization: 'org_acme',
        }),
      );
      await choosePlan('organization-pricing', /Subscribe/);
      await page.getByRole('button', { name: 'Pay with test card' }).click();
      await page.getByText('Payment was successful!').waitFor();
      const [item] = clerk.state.table('subscription_items').by('plan_id', 'plan_team');
      expect(item).toMatchObject({ organization_id: 'org_acme', status: 'active' });
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('the billing tabs', () => {
  it(
    'of <UserProfile/> add a card, cancel a plan at the end of its period, and show statements and payments',
    async () => {
      await open();
      const { page, clerk } = stage;
      await choosePlan('pricing', /Subscribe/);
      await page.getByRole('button', { name: 'Pay with test card' }).click();
      await page.getByText('Payment was successful!').waitFor();

      await page.goto(`${stage.site}/user-billing#/billing`);
      await page.getByText('Visa').first().waitFor();
      await page.getByText('Add new payment method').first().click();
      await page.getByLabel('Test card').selectOption('pm_card_mastercard');
      await page.getByRole('button', { name: 'Add Payment Method' }).click();
      await page.getByText('Mastercard').first().waitFor();

      await page.getByRole('tab', { name: 'Statements' }).click();
      await page.getByText('$10.00').first().waitFor();
      await page.getByRole('tab', { name: 'Payments' }).click();
      await page.getByText('Paid').first().waitFor();

      await page.getByRole('tab', { name: 'Subscription' }).click();
      await page.getByText('Manage', { exact: true }).first().click();
      await page.getByRole('button', { name: 'Cancel subscription' }).click();
      await page.getByText('Keep subscription').waitFor();
      await page.getByRole('button', { name: 'Cancel subscription' }).last().click();
      await expect
        .poll(() => clerk.state.table('subscription_items').by('plan_id', 'plan_pro')[0]?.status, { timeout: 20_000 })
        .toBe('canceled');
      // Until the period is over, by the clock of the instance.
      expect(await guarded('/api/pro')).toBe(200);
    },
    MINUTES,
  );

  it(
    'of <OrganizationProfile/> show purchases to a member who may read them',
    async () => {
      await open();
      const { page } = stage;
      await page.evaluate(() =>
        (window as unknown as { Clerk: { setActive: (how: object) => Promise<void> } }).Clerk.setActive({
          organization: 'org_acme',
        }),
      );
      await page.goto(`${stage.site}/organization-billing#/organization-billing`);
      await page.getByText('Starter').first().waitFor();
      await page.getByText('Add new payment method').first().waitFor();
      await page.getByRole('tab', { name: 'Payments' }).click();
      await page.getByText('No payment history').waitFor();
    },
    MINUTES,
  );
});
