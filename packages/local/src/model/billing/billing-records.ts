/** Plans, prices, payers, subscription items, statements: rows hold amounts in cents, views say them in words. */
import type { Row, InstanceState } from '../../state/instance-state.js';
import { defineResource } from '../records/resource.js';
import { includesText } from '../records/listing.js';
import { publicUserData } from '../organizations/organization-records.js';
import { primaryText } from '../users/user-records.js';
import { lookUp } from '../../shared/look-up.js';

type Fields = Readonly<Record<string, unknown>>;

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' };

export function money(amount: unknown, currency: unknown = 'USD'): Fields {
  const cents = Number(amount ?? 0);
  const code = typeof currency === 'string' ? currency.toUpperCase() : 'USD';
  return {
    amount: cents,
    amount_formatted: (cents / 100).toFixed(2),
    currency: code,
    currency_symbol: lookUp(SYMBOLS, code) ?? code,
  };
}

const rowOf = (state: InstanceState, table: string, id: unknown): Row | undefined =>
  typeof id === 'string' ? state.table(table).get(id) : undefined;

function planView(row: Row): Fields {
  const { currency, amount, annual_monthly_amount: monthly } = row;
  const annual = typeof monthly === 'number' ? monthly * 12 : null;
  const [fee, annualMonthly, annualFee] = [amount, monthly ?? 0, annual ?? 0].map((cents) =>
    money(cents, currency),
  ) as [Fields, Fields, Fields];
  return {
    ...row,
    fee,
    annual_monthly_fee: annual === null ? null : annualMonthly,
    annual_fee: annual === null ? null : annualFee,
    // The older form of the same, which some answers still have.
    amount: fee['amount'],
    amount_formatted: fee['amount_formatted'],
    annual_monthly_amount: annualMonthly['amount'],
    annual_monthly_amount_formatted: annualMonthly['amount_formatted'],
    annual_amount: annualFee['amount'],
    annual_amount_formatted: annualFee['amount_formatted'],
    currency: fee['currency'],
    currency_symbol: fee['currency_symbol'],
    payer_type: [row['for_payer_type']],
  };
}

export const plans = defineResource({
  table: 'plans',
  object: 'commerce_plan',
  idPrefix: 'cplan',
  component: 'CommercePlan',
  unique: ['slug'],
  filters: { payer_type: (row, type: string) => row['for_payer_type'] === type },
  view: planView,
});

export const prices = defineResource({
  table: 'prices',
  object: 'commerce_price',
  idPrefix: 'cprice',
  component: 'BillingPriceResponse',
  filters: { plan_id: (row, id: string) => row['plan_id'] === id },
  sortKeys: { amount: true },
  view: (row, state) => ({
    ...row,
    instance_id: state.instanceId,
    fee: money(row['amount'], row['currency']),
    annual_monthly_fee: money(row['annual_monthly_amount'], row['currency']),
    currency_symbol: money(0, row['currency'])['currency_symbol'],
  }),
});

/** Null if there is none: answers differ in whether they allow that. */
function payerView(state: InstanceState, id: unknown): Fields | null {
  const row = rowOf(state, 'payers', id);
  if (!row) return null;
  const organization = rowOf(state, 'organizations', row['organization_id']);
  const user = rowOf(state, 'users', row['user_id']);
  const person = user ? publicUserData(state, user.id) : null;
  return {
    ...row,
    object: 'commerce_payer',
    instance_id: state.instanceId,
    first_name: person?.['first_name'] ?? null,
    last_name: person?.['last_name'] ?? null,
    email: user ? (primaryText(state, user, 'email_addresses', 'email_address') ?? null) : null,
    image_url: person?.['image_url'] ?? '',
    ...(organization ? { organization_name: organization['name'] } : {}),
  };
}

function itemView(row: Row, state: InstanceState): Fields {
  const plan = rowOf(state, plans.table, row['plan_id']);
  const price = rowOf(state, prices.table, row['price_id']);
  const currency = price?.['currency'] ?? plan?.['currency'];
  const fee = money(feeOf(row, price ?? plan), currency);
  const next =
    row['status'] === 'active' && typeof row['period_end'] === 'number'
      ? { amount: fee, date: row['period_end'] }
      : null;
  const payer = payerView(state, row['payer_id']);
  return {
    ...row,
    instance_id: state.instanceId,
    plan: plan ? planView(plan) : null,
    amount: fee,
    lifetime_paid: money(row['lifetime_paid'] ?? 0, currency),
    next_payment: next,
    next_invoice: next,
    ...(payer ? { payer } : {}),
  };
}

/** Cents for one period. */
export function feeOf(item: Row, priced: Row | undefined): number {
  if (item['plan_period'] === 'annual') return Number(priced?.['annual_monthly_amount'] ?? 0) * 12;
  return Number(priced?.['amount'] ?? 0);
}

const payerOf = (row: Row, state: InstanceState): Row | undefined => rowOf(state, 'payers', row['payer_id']);

export const subscriptionItems = defineResource({
  table: 'subscription_items',
  object: 'commerce_subscription_item',
  idPrefix: 'csub_item',
  component: 'CommerceSubscriptionItem',
  event: 'subscriptionItem',
  view: itemView,
  filters: {
    // A trial is no status of its own.
    status: (row, status: string) =>
      status === 'free_trial' ? row['is_free_trial'] === true && row['status'] === 'active' : row['status'] === status,
    payer_type: (row, type: string, state) =>
      (typeof payerOf(row, state)?.['organization_id'] === 'string') === (type === 'org'),
    plan_id: (row, id: string) => row['plan_id'] === id,
    include_free: (row, include: boolean, state) =>
      include || Number(rowOf(state, plans.table, row['plan_id'])?.['amount'] ?? 0) > 0,
    query: (row, text: string, state) => {
      const payer = payerView(state, row['payer_id']);
      return ['first_name', 'last_name', 'email', 'organization_name'].some((field) =>
        includesText(payer?.[field], text),
      );
    },
  },
});

export const paymentAttempts = defineResource({
  table: 'payment_attempts',
  object: 'commerce_payment',
  idPrefix: 'cpayment',
  component: 'BillingPaymentAttempt',
  view: (row, state) => ({
    ...row,
    payment_id: row['payment_id'] ?? row.id,
    instance_id: state.instanceId,
    payer: payerView(state, row['payer_id']),
    amount: money(row['amount'], row['currency']),
  }),
});

export const statements = defineResource({
  table: 'statements',
  object: 'commerce_statement',
  idPrefix: 'cstmt',
  component: 'BillingStatement',
  view: (row, state) => {
    const attempts = state.table(paymentAttempts.table).by('statement_id', row.id);
    const sum = money(
      attempts.reduce((total, attempt) => total + Number(attempt['amount'] ?? 0), 0),
      row['currency'],
    );
    const items = attempts.map((attempt) => paymentAttempts.view(attempt, state));
    return {
      ...row,
      instance_id: state.instanceId,
      payer: payerView(state, row['payer_id']),
      totals: { grand_total: sum, subtotal: sum, tax_total: money(0, row['currency']) },
      groups: items.length === 0 ? [] : [{ object: 'commerce_statement_group', timestamp: row['timestamp'], items }],
    };
  },
});

export const subscriptions = defineResource({
  table: 'subscriptions',
  object: 'commerce_subscription',
  idPrefix: 'csub',
  component: 'CommerceSubscription',
  event: 'subscription',
  view: (row, state) => {
    const items = state.table(subscriptionItems.table).by('subscription_id', row.id);
    const views = items.map((item) => itemView(item, state));
    const next = views.find((view) => view['next_payment'] !== null)?.['next_payment'];
    return {
      ...row,
      instance_id: state.instanceId,
      subscription_items: views,
      ...(next ? { next_payment: next } : {}),
    };
  },
});
