/** Plans, subscriptions, checkouts, cards, statements and credit, as Clerk's components ask for them. */
import type { LocalInstance } from 'bailiff-local';
import { beforeEach, describe, expect, it } from 'vitest';
import { call, decode, instances } from '../support.js';
import { FrontEnd, type Reply } from './front-end.js';
import { NOW } from './support.js';

const start = instances();
const DAY = 86_400_000;
const plan = (slug: string, amount: number, more: object = {}) => ({
  id: `plan_${slug}`,
  slug,
  name: slug,
  for_payer_type: 'user',
  amount,
  features: [{ slug: `${slug}_feature` }],
  ...more,
});
const SEED = {
  seed: 'billing',
  users: ['ada', 'bob'].map((name) => ({
    id: `user_${name}`,
    email_address: `${name}@example.com`,
    password: 'correct horse',
  })),
  organizations: [
    {
      id: 'org_acme',
      name: 'Acme',
      members: [
        { user: 'user_ada', role: 'org:admin' },
        { user: 'user_bob', role: 'org:member' },
      ],
    },
  ],
  tables: {
    plans: [
      plan('free', 0, { is_default: true }),
      plan('pro', 1000, { annual_monthly_amount: 800 }),
      plan('max', 3000),
      plan('trial', 2000, { free_trial_enabled: true, free_trial_days: 14 }),
      plan('hidden', 500, { publicly_visible: false }),
      plan('team', 5000, { for_payer_type: 'org' }),
      plan('free_org', 0, { for_payer_type: 'org', is_default: true }),
    ],
  },
};

let clerk: LocalInstance;
let page: FrontEnd;

const signIn = async (name: string): Promise<FrontEnd> => {
  const front = new FrontEnd(clerk);
  await front.post('/v1/client/sign_ins', { identifier: `${name}@example.com`, password: 'correct horse' });
  return front;
};
beforeEach(async () => {
  clerk = await start({ seed: SEED, now: NOW });
  page = await signIn('ada');
});

const ME = '/v1/me/billing';
const ACME = '/v1/organizations/org_acme/billing';
type Item = Record<string, unknown> & { id: string; status: string; plan: { slug: string } };

const checkout = (slug: string, period = 'month', at = ME): Promise<Reply> =>
  page.post(`${at}/checkouts`, { plan_id: `plan_${slug}`, plan_period: period });
const confirm = (begun: Reply, fields: Record<string, string> = {}, at = ME): Promise<Reply> =>
  page.call('PATCH', `${at}/checkouts/${String(begun.response['id'])}/confirm`, fields);
const TEST_CARD = { gateway: 'stripe', use_test_card: 'true' };
const buy = async (slug: string, fields: Record<string, string> = TEST_CARD, period = 'month'): Promise<Reply> => {
  const done = await confirm(await checkout(slug, period), fields);
  expect(done).toMatchObject({ status: 200, response: { status: 'completed' } });
  return done;
};
const itemsAt = async (at = ME): Promise<Item[]> =>
  (await page.get(`${at}/subscription`)).response['subscription_items'] as Item[];
const told = async (at = ME): Promise<string[]> =>
  (await itemsAt(at)).map(({ plan: { slug }, status }) => `${slug} ${status}`);
const claims = async () => {
  const jwt = (await page.get('/v1/client')).response['sessions'] as { last_active_token: { jwt: string } }[];
  return decode(jwt[0]?.last_active_token.jwt ?? '').payload;
};

describe('plans on sale', () => {
  it('are shown to everybody by the kind of payer, without hidden ones', async () => {
    page = new FrontEnd(clerk);
    const slugs = async (type: string) =>
      ((await page.get(`/v1/billing/plans?payer_type=${type}`)).body['data'] as Item['plan'][]).map(({ slug }) => slug);
    expect((await slugs('user')).sort()).toEqual(['free', 'max', 'pro', 'trial']);
    expect((await slugs('org')).sort()).toEqual(['free_org', 'team']);
    expect((await page.get('/v1/billing/plans/pro')).body).toMatchObject({
      id: 'plan_pro',
      fee: { amount: 1000, amount_formatted: '10.00', currency: 'USD', currency_symbol: '$' },
      annual_monthly_fee: { amount: 800 },
      has_base_fee: true,
      features: [{ slug: 'pro_feature' }],
    });
    expect((await page.get('/v1/billing/plans/hidden')).code).toBe('billing_plan_is_hidden');
    expect((await page.get('/v1/billing/plans/none')).code).toBe('plan_not_found');
  });

  it('switch billing on for their kind of payer', async () => {
    const settings = async () =>
      ((await page.get('/v1/environment')).body['commerce_settings'] as Record<string, unknown>)['billing'];
    expect(await settings()).toMatchObject({
      user: { enabled: true, has_paid_plans: true },
      organization: { enabled: true, has_paid_plans: true },
    });
    for (const id of ['plan_team', 'plan_free_org']) clerk.state.table('plans').delete(id);
    expect(await settings()).toMatchObject({ user: { enabled: true }, organization: { enabled: false } });
    expect(await page.get(`${ACME}/subscription`)).toMatchObject({ status: 403, code: 'billing_not_enabled' });
  });
});

describe('a subscription', () => {
  it('begins with the default plan, and is visible to signed-in users only', async () => {
    expect(await told()).toEqual(['free active']);
    expect((await page.get(`${ME}/subscription_items`)).response).toMatchObject({ total_count: 1 });
    expect((await new FrontEnd(clerk).get(`${ME}/subscription`)).status).toBe(401);
  });

  it('changes with a checkout, and tokens change with it', async () => {
    expect(await claims()).toMatchObject({ pla: 'u:free', fea: 'u:free_feature' });
    const begun = await checkout('pro');
    expect(begun.response).toMatchObject({
      status: 'needs_confirmation',
      is_immediate_plan_change: true,
      needs_payment_method: true,
      totals: { grand_total: { amount: 1000 }, total_due_now: { amount: 1000 }, credit: null },
    });
    expect((await confirm(begun)).param).toBe('payment_method_id');
    expect(await told()).toEqual(['free active']);
    const done = await confirm(begun, TEST_CARD);
    expect(done.response).toMatchObject({ status: 'completed', payment_method: { last4: '4242' } });
    expect(await told()).toEqual(['pro active']);
    expect(await claims()).toMatchObject({ pla: 'u:pro', fea: 'u:pro_feature' });
    expect((await confirm(begun, TEST_CARD)).code).toBe('checkout_already_complete');
    expect((await checkout('pro')).code).toBe('price_id_invalid_for_checkout');
    // The Backend API shows the same.
    const known = await call(clerk, 'GET', '/v1/users/user_ada/billing/subscription');
    const items = known.json['subscription_items'] as Item[];
    expect(items.map(({ status, plan: { slug } }) => [slug, status])).toEqual([
      ['free', 'ended'],
      ['pro', 'active'],
    ]);
  });

  it('sends webhooks for each step', async () => {
    clerk.webhooks.add('http://127.0.0.1:1/nobody');
    await buy('pro');
    expect(clerk.webhooks.deliveries.map(({ type }) => type)).toEqual([
      'subscription.created',
      'subscriptionItem.active',
      'subscriptionItem.ended',
      'subscriptionItem.active',
      'paymentAttempt.created',
    ]);
  });

  it('is raised at once, with credit for the old period', async () => {
    await buy('pro');
    clerk.advanceClock(15 * DAY);
    page = await signIn('ada');
    const begun = await checkout('max');
    expect(begun.response).toMatchObject({
      is_immediate_plan_change: true,
      totals: {
        total_due_now: { amount: 2500 },
        credits: {
          proration: { amount: { amount: 500 }, cycle_days_remaining: 15, cycle_days_total: 30 },
          payer: null,
        },
      },
    });
    await confirm(begun);
    expect(await told()).toEqual(['max active']);
    const attempts = await page.get(`${ME}/payment_attempts`);
    expect(attempts.body).toMatchObject({
      total_count: 2,
      data: [{ amount: { amount: 2500 } }, { amount: { amount: 1000 } }],
    });
  });

  it('is lowered when the period ends, by the clock of the instance', async () => {
    await buy('max');
    const begun = await checkout('pro');
    expect(begun.response).toMatchObject({ is_immediate_plan_change: false, totals: { total_due_now: { amount: 0 } } });
    await confirm(begun);
    expect(await told()).toEqual(['max canceled', 'pro upcoming']);
    expect(await claims()).toMatchObject({ pla: 'u:max' });
    clerk.advanceClock(31 * DAY);
    page = await signIn('ada');
    expect(await claims()).toMatchObject({ pla: 'u:pro' });
    expect(await told()).toEqual(['pro active']);
    // The first period of the new plan was paid for when it began.
    expect((await page.get(`${ME}/payment_attempts`)).body).toMatchObject({
      total_count: 2,
      data: [{ amount: { amount: 1000 } }, {}],
    });
  });

  it('continues after its cancellation until its period ends, then falls back to the default plan', async () => {
    await buy('pro');
    const [item] = await itemsAt();
    const canceled = await page.call('DELETE', `${ME}/subscription_items/${item?.id ?? ''}`);
    expect(canceled.response).toMatchObject({ status: 'canceled', canceled_at: NOW });
    expect(await told()).toEqual(['pro canceled', 'free upcoming']);
    expect(await claims()).toMatchObject({ pla: 'u:pro' });
    clerk.advanceClock(30 * DAY);
    page = await signIn('ada');
    expect(await claims()).toMatchObject({ pla: 'u:free' });
    expect(await told()).toEqual(['free active']);
    const [free] = await itemsAt();
    const refused = await page.call('DELETE', `${ME}/subscription_items/${free?.id ?? ''}`);
    expect(refused.code).toBe('commerce_subscription_item_cannot_be_canceled');
  });

  it('is resumed free of charge before it ends', async () => {
    await buy('pro');
    const [item] = await itemsAt();
    await page.call('DELETE', `${ME}/subscription_items/${item?.id ?? ''}`);
    const begun = await checkout('pro');
    expect(begun.response).toMatchObject({ needs_payment_method: false, totals: { total_due_now: { amount: 0 } } });
    await confirm(begun);
    expect(await told()).toEqual(['pro active']);
    expect(await itemsAt()).toMatchObject([{ id: item?.id, canceled_at: null }]);
  });

  it('renews with the default card, and is overdue if that is declined', async () => {
    await buy('pro');
    clerk.advanceClock(61 * DAY);
    page = await signIn('ada');
    expect(await itemsAt()).toMatchObject([
      { status: 'active', period_start: NOW + 60 * DAY, lifetime_paid: { amount: 3000 } },
    ]);
    const added = await page.post(`${ME}/payment_methods`, {
      gateway: 'stripe',
      payment_token: 'pm_card_chargeDeclined',
    });
    await page.call('PUT', `${ME}/payers/default_payment_method`, { payment_method_id: String(added.response['id']) });
    clerk.advanceClock(30 * DAY);
    page = await signIn('ada');
    expect(await itemsAt()).toMatchObject([{ status: 'past_due', past_due_at: NOW + 90 * DAY }]);
    // What is overdue is not taken away at once.
    expect(await claims()).toMatchObject({ pla: 'u:pro' });
    expect((await page.get(`${ME}/payment_attempts`)).body).toMatchObject({
      data: [{ status: 'failed' }, { status: 'paid' }, {}, {}],
    });
  });

  it('has one trial, which ends without a card', async () => {
    const begun = await checkout('trial');
    expect(begun.response).toMatchObject({
      free_trial_ends_at: NOW + 14 * DAY,
      needs_payment_method: false,
      totals: { total_due_now: { amount: 0 }, total_due_after_free_trial: { amount: 2000 } },
    });
    await confirm(begun);
    expect(await itemsAt()).toMatchObject([{ is_free_trial: true, period_end: NOW + 14 * DAY }]);
    expect((await page.get(`${ME}/subscription`)).response['eligible_for_free_trial']).toBe(false);
    clerk.advanceClock(15 * DAY);
    page = await signIn('ada');
    expect(await claims()).toMatchObject({ pla: 'u:free' });
    expect((await checkout('trial')).response).toMatchObject({ totals: { total_due_now: { amount: 2000 } } });
  });

  it('continues after the trial with a card', async () => {
    await buy('trial');
    clerk.advanceClock(15 * DAY);
    page = await signIn('ada');
    expect(await itemsAt()).toMatchObject([{ status: 'active', is_free_trial: false, plan: { slug: 'trial' } }]);
    expect((await page.get(`${ME}/payment_attempts`)).body).toMatchObject({
      total_count: 1,
      data: [{ amount: { amount: 2000 } }],
    });
  });

  it('may last a year', async () => {
    const done = await buy('pro', TEST_CARD, 'annual');
    expect(done.response).toMatchObject({ totals: { grand_total: { amount: 9600 } } });
    expect(await itemsAt()).toMatchObject([{ plan_period: 'annual', period_end: NOW + 365 * DAY }]);
  });

  it('is deleted with its user', async () => {
    await buy('pro');
    await call(clerk, 'DELETE', '/v1/users/user_ada');
    for (const table of ['payers', 'subscriptions', 'subscription_items'] as const)
      expect(clerk.state.table(table).size, table).toBe(0);
  });
});

describe('a checkout', () => {
  it.each([
    [{ plan_period: 'month' }, 422, 'form_param_missing', 'plan_id'],
    [{ plan_id: 'plan_pro', plan_period: 'week' }, 422, 'form_param_value_invalid', 'plan_period'],
    [{ plan_id: 'plan_team', plan_period: 'month' }, 422, 'form_param_value_invalid', 'plan_id'],
    [{ plan_id: 'plan_none', plan_period: 'month' }, 404, 'plan_not_found', undefined],
    [{ plan_id: 'plan_hidden', plan_period: 'month' }, 400, 'billing_plan_is_hidden', undefined],
    [
      { plan_id: 'plan_pro', plan_period: 'month', payment_method_id: 'cpm_1' },
      404,
      'payment_source_not_found',
      undefined,
    ],
  ])('refuses %j: %i %s', async (fields, status, code, param) => {
    const reply = await page.post(`${ME}/checkouts`, fields);
    expect([reply.status, reply.code, reply.param]).toEqual([status, code, param]);
  });

  it('is private, and so is a card', async () => {
    const begun = await checkout('pro');
    const { id } = (await buy('max')).response['payment_method'] as { id: string };
    page = await signIn('bob');
    expect((await confirm(begun, TEST_CARD)).code).toBe('checkout_not_found');
    expect((await confirm(await checkout('pro'), { payment_method_id: id })).code).toBe('payment_source_not_found');
    expect((await page.call('DELETE', `${ME}/payment_methods/${id}`)).code).toBe('payment_source_not_found');
    expect((await page.get(`${ME}/payment_methods`)).response).toMatchObject({ total_count: 0 });
  });

  it('fails with a declined card and with an unknown one', async () => {
    const begun = await checkout('pro');
    const pay = (payment_token: string) => confirm(begun, { gateway: 'stripe', payment_token });
    expect(await pay('pm_card_chargeDeclined')).toMatchObject({
      status: 422,
      code: 'payment_attempt_failed_card_declined',
    });
    expect(await pay('pm_1real')).toMatchObject({ status: 422, param: 'payment_token' });
    expect(await told()).toEqual(['free active']);
    expect((await pay('pm_card_mastercard')).response).toMatchObject({ payment_method: { last4: '4444' } });
  });

  it('spends the credit of the payer', async () => {
    const credit = { amount: 300, action: 'increase', idempotency_key: 'k' };
    await call(clerk, 'POST', '/v1/users/user_ada/billing/credits', credit);
    expect((await page.get(`${ME}/credits`)).response).toMatchObject({ balance: { amount: 300 } });
    const begun = await checkout('pro');
    expect(begun.response).toMatchObject({
      totals: {
        total_due_now: { amount: 700 },
        credits: { payer: { applied_amount: { amount: 300 }, remaining_balance: { amount: 0 } } },
      },
    });
    await confirm(begun, TEST_CARD);
    expect((await page.get(`${ME}/credits`)).response).toMatchObject({ balance: { amount: 0 } });
    expect((await page.get(`${ME}/credits/history`)).response).toMatchObject({
      data: [{ amount: { amount: -300 } }, { amount: { amount: 300 } }],
    });
  });

  it('accepts no promo codes', async () => {
    const begun = await checkout('pro');
    const at = `${ME}/checkouts/${String(begun.response['id'])}`;
    expect((await page.call('PATCH', at, { promo_code: 'HORSE' })).code).toBe('checkout_promo_code_invalid');
    expect((await page.call('PATCH', at, { promo_code: '' })).status).toBe(200);
    expect((await page.get(at)).response).toMatchObject({ id: begun.response['id'], status: 'needs_confirmation' });
  });
});

describe('payment methods and statements', () => {
  it('have a default, and keep the last card of a renewing subscription', async () => {
    await buy('pro');
    const [first] = (await page.get(`${ME}/payment_methods`)).response['data'] as { id: string }[];
    expect((await page.call('DELETE', `${ME}/payment_methods/${first?.id ?? ''}`)).code).toBe('payment_source_in_use');
    expect((await page.post(`${ME}/payment_methods/initialize`, { gateway: 'stripe' })).response).toMatchObject({
      object: 'commerce_payment_method_initialize',
      external_client_secret: expect.stringMatching(/^seti_/) as string,
    });
    const second = await page.post(`${ME}/payment_methods`, { gateway: 'stripe', payment_token: 'pm_card_mastercard' });
    expect(second.response).toMatchObject({ is_default: false, last4: '4444' });
    await page.call('DELETE', `${ME}/payment_methods/${first?.id ?? ''}`);
    expect((await page.get(`${ME}/payment_methods`)).response).toMatchObject({
      data: [{ last4: '4444', is_default: true }],
    });
  });

  it('list the payments', async () => {
    await buy('pro');
    const list = await page.get(`${ME}/statements`);
    expect(list.response).toMatchObject({ total_count: 1, data: [{ totals: { grand_total: { amount: 1000 } } }] });
    const [statement] = list.response['data'] as { id: string; groups: { items: { id: string }[] }[] }[];
    expect((await page.get(`${ME}/statements/${statement?.id ?? ''}`)).response).toMatchObject({ id: statement?.id });
    const attempt = statement?.groups[0]?.items[0]?.id ?? '';
    expect((await page.get(`${ME}/payment_attempts/${attempt}`)).body).toMatchObject({
      status: 'paid',
      charge_type: 'checkout',
      subscription_item: { plan: { slug: 'pro' } },
      payment_method: { last4: '4242' },
    });
    page = await signIn('bob');
    expect((await page.get(`${ME}/statements/${statement?.id ?? ''}`)).status).toBe(404);
    expect((await page.get(`${ME}/payment_attempts/${attempt}`)).status).toBe(404);
  });
});

describe('billing of an organization', () => {
  it('is managed by permission, read by members, and closed to everybody else', async () => {
    expect(await told(ACME)).toEqual(['free_org active']);
    await confirm(await checkout('team', 'month', ACME), TEST_CARD, ACME);
    expect(await told(ACME)).toEqual(['team active']);
    expect((await page.get(`${ACME}/statements`)).response).toMatchObject({ total_count: 1 });
    expect((await page.get(`${ACME}/payment_attempts`)).body).toMatchObject({ total_count: 1 });
    expect((await page.get(`${ACME}/credits`)).status).toBe(200);
    const { token } = await clerk.signIn('user_ada', { org: 'org_acme' });
    expect(decode(token).payload).toMatchObject({ pla: 'o:team,u:free', fea: 'o:team_feature,u:free_feature' });

    page = await signIn('bob');
    expect(await told(ACME)).toEqual(['team active']);
    for (const refused of [await checkout('team', 'annual', ACME), await page.post(`${ACME}/payment_methods`, {})])
      expect(refused).toMatchObject({ status: 403, code: 'missing_organization_permission' });
    clerk.state
      .table('organization_memberships')
      .rows()
      .forEach(({ id, user_id: user }) => {
        if (user === 'user_bob') clerk.state.table('organization_memberships').delete(id);
      });
    expect((await page.get(`${ACME}/subscription`)).code).toBe('organization_not_found_or_unauthorized');
  });
});
