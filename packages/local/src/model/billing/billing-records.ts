/** Plans, prices, payers, subscription items, statements: rows hold amounts in cents, views say them in words. */
import { lookUp } from '../../ground/look-up.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, PayerRow, PlanRow, PriceRow, SubscriptionItemRow } from '../../state/rows.js';
import { includesText } from '../records/listing.js';
import { defineResource } from '../records/resource.js';
import { primaryText, publicUserData } from '../users/person.js';

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' };

/** @param cents absent: nothing to pay */
export function money(cents: number | null | undefined, currency = 'USD') {
  const amount = cents ?? 0;
  const code = currency.toUpperCase();
  return {
    amount,
    amount_formatted: (amount / 100).toFixed(2),
    currency: code,
    currency_symbol: lookUp(SYMBOLS, code) ?? code,
  };
}

/** What a row from a seed may leave out. */
const PLAN_DEFAULTS = {
  description: null,
  product_id: '',
  is_default: false,
  is_recurring: true,
  publicly_visible: true,
  avatar_url: null,
  free_trial_enabled: false,
  free_trial_days: null,
};

export function planView(row: PlanRow): Fields {
  const { currency, amount, annual_monthly_amount: monthly } = row;
  const hasAnnual = typeof monthly === 'number';
  const fee = money(amount, currency);
  const annualMonthly = money(monthly, currency);
  const annual = money((monthly ?? 0) * 12, currency);
  return {
    ...PLAN_DEFAULTS,
    has_base_fee: fee.amount > 0,
    ...(row as Fields),
    object: 'commerce_plan',
    name: lookUp(row as Fields, 'name') ?? row.slug,
    features: (row.features ?? []).map(featureView),
    fee,
    annual_monthly_fee: hasAnnual ? annualMonthly : null,
    annual_fee: hasAnnual ? annual : null,
    // The older form of the same, which some answers still have.
    amount: fee.amount,
    amount_formatted: fee.amount_formatted,
    annual_monthly_amount: annualMonthly.amount,
    annual_monthly_amount_formatted: annualMonthly.amount_formatted,
    annual_amount: annual.amount,
    annual_amount_formatted: annual.amount_formatted,
    currency: fee.currency,
    currency_symbol: fee.currency_symbol,
    payer_type: [row.for_payer_type],
  };
}

const featureView = (feature: Fields): Fields => ({
  object: 'feature',
  id: feature['slug'],
  name: feature['slug'],
  description: null,
  avatar_url: null,
  ...feature,
});

export const plans = defineResource('plans', {
  object: 'commerce_plan',
  idPrefix: 'cplan',
  component: 'CommercePlan',
  notFound: 'plan_not_found',
  unique: ['slug'],
  filters: { payer_type: (row, type: string) => row.for_payer_type === type },
  view: planView,
});

export const prices = defineResource('prices', {
  object: 'commerce_price',
  idPrefix: 'cprice',
  component: 'BillingPriceResponse',
  filters: { plan_id: (row, id: string) => row.plan_id === id },
  sortKeys: { amount: true },
  view: (row, state) => ({
    ...row,
    instance_id: state.instanceId,
    fee: money(row.amount, row.currency),
    annual_monthly_fee: money(row.annual_monthly_amount, row.currency),
    is_default: row.is_default ?? false,
    supported_billing_periods: row.supported_billing_periods ?? (row.annual_monthly_amount > 0 ? 'both' : 'month'),
    currency_symbol: money(0, row.currency).currency_symbol,
  }),
});

/** The name and e-mail address of a payer. */
function contactOf(state: InstanceState, row: PayerRow) {
  const organization = state.table('organizations').get(row.organization_id);
  const user = state.table('users').get(row.user_id);
  return {
    first_name: user?.first_name ?? null,
    last_name: user?.last_name ?? null,
    email: user ? (primaryText(state, user, 'email_address') ?? null) : null,
    image_url: user ? publicUserData(state, user.id).image_url : '',
    ...(organization ? { organization_name: organization.name } : {}),
  };
}

/** Null if there is none: answers differ in whether they allow that. */
export function payerView(state: InstanceState, id: string): Fields | null {
  const row = state.table('payers').get(id);
  if (!row) return null;
  return { ...row, object: 'commerce_payer', instance_id: state.instanceId, ...contactOf(state, row) };
}

function itemView(row: SubscriptionItemRow, state: InstanceState): Fields & { next_payment: Fields | null } {
  const plan = state.table('plans').get(row.plan_id);
  const price = state.table('prices').get(row.price_id);
  const currency = price?.currency ?? plan?.currency;
  const fee = money(feeOf(row, price ?? plan), currency);
  const { status, period_end: end } = row;
  const next = status === 'active' && typeof end === 'number' ? { amount: fee, date: end } : null;
  const payer = payerView(state, row.payer_id);
  return {
    ...row,
    instance_id: state.instanceId,
    plan: plan ? planView(plan) : null,
    amount: fee,
    lifetime_paid: money(row.lifetime_paid, currency),
    next_payment: next,
    next_invoice: next,
    ...(payer ? { payer } : {}),
  };
}

/** Cents for one period. */
export function feeOf(item: SubscriptionItemRow, priced: PriceRow | PlanRow | undefined): number {
  if (item.plan_period === 'annual') return (priced?.annual_monthly_amount ?? 0) * 12;
  return priced?.amount ?? 0;
}

export const subscriptionItems = defineResource('subscription_items', {
  object: 'commerce_subscription_item',
  idPrefix: 'csub_item',
  component: 'CommerceSubscriptionItem',
  notFound: 'subscription_item_not_found',
  event: 'subscriptionItem',
  view: itemView,
  filters: {
    // A trial is no status of its own.
    status: (row, status: string) =>
      status === 'free_trial' ? row.is_free_trial && row.status === 'active' : row.status === status,
    payer_type: (row, type: string, state) =>
      (typeof state.table('payers').get(row.payer_id)?.organization_id === 'string') === (type === 'org'),
    plan_id: (row, id: string) => row.plan_id === id,
    include_free: (row, include: boolean, state) => include || (state.table('plans').get(row.plan_id)?.amount ?? 0) > 0,
    query: (row, text: string, state) => {
      const payer = state.table('payers').get(row.payer_id);
      if (payer === undefined) return false;
      const { first_name, last_name, email, organization_name } = contactOf(state, payer);
      return [first_name, last_name, email, organization_name].some((value) => includesText(value, text));
    },
  },
});

function itemOf(state: InstanceState, id: string | undefined): Fields | undefined {
  const item = state.table('subscription_items').get(id);
  return item && itemView(item, state);
}

export const paymentAttempts = defineResource('payment_attempts', {
  object: 'commerce_payment',
  idPrefix: 'cpayment',
  component: 'BillingPaymentAttempt',
  event: 'paymentAttempt',
  view: (row, state) => ({
    ...row,
    subscription_item: row.subscription_item ?? itemOf(state, row.subscription_item_id),
    payment_id: row.payment_id ?? row.id,
    instance_id: state.instanceId,
    payer: payerView(state, row.payer_id),
    amount: money(row.amount, row.currency),
  }),
});

export const statements = defineResource('statements', {
  object: 'commerce_statement',
  idPrefix: 'cstmt',
  component: 'BillingStatement',
  view: (row, state) => {
    const attempts = state.table('payment_attempts').by('statement_id', row.id);
    const sum = money(
      attempts.reduce((total, attempt) => total + attempt.amount, 0),
      row.currency,
    );
    const items = attempts.map((attempt) => paymentAttempts.view(attempt, state));
    return {
      ...row,
      instance_id: state.instanceId,
      payer: payerView(state, row.payer_id),
      totals: { grand_total: sum, subtotal: sum, base_fee: sum, tax_total: money(0, row.currency) },
      groups: items.length === 0 ? [] : [{ object: 'commerce_statement_group', timestamp: row.timestamp, items }],
    };
  },
});

export const subscriptions = defineResource('subscriptions', {
  object: 'commerce_subscription',
  idPrefix: 'csub',
  component: 'CommerceSubscription',
  notFound: 'subscription_not_found',
  event: 'subscription',
  view: (row, state) => {
    const views = state
      .table('subscription_items')
      .by('subscription_id', row.id)
      .map((item) => itemView(item, state));
    const next = views.find((view) => view.next_payment !== null)?.next_payment;
    return {
      ...row,
      instance_id: state.instanceId,
      subscription_items: views,
      ...(next ? { next_payment: next } : {}),
    };
  },
});
