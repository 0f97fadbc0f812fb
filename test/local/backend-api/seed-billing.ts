/** Rows of what is sold and was paid, for which the API has no creation: each function inserts valid rows with sensible defaults. */
import type { Row, InstanceState } from '../../../packages/local/src/state/instance-state.js';
import { find, insert } from '../../../packages/local/src/model/records/resource.js';
import {
  paymentAttempts,
  plans,
  prices,
  statements,
  subscriptionItems,
  subscriptions,
} from '../../../packages/local/src/model/billing/billing-records.js';

type Fields = Readonly<Record<string, unknown>>;

/** Amounts in cents. */
export function insertPlan(state: InstanceState, fields: Fields = {}): Row {
  return insert(state, plans, {
    name: 'Pro',
    slug: 'pro',
    description: null,
    product_id: state.id('cprod'),
    amount: 1000,
    annual_monthly_amount: 800,
    currency: 'USD',
    is_default: false,
    is_recurring: true,
    publicly_visible: true,
    has_base_fee: true,
    for_payer_type: 'user',
    avatar_url: null,
    features: [],
    free_trial_enabled: false,
    free_trial_days: null,
    ...fields,
  });
}

/** The plan's own price unless amounts are given. */
export function insertPrice(state: InstanceState, planId: string, fields: Fields = {}): Row {
  const plan = find(state, plans, planId);
  const { amount, annual_monthly_amount, currency } = plan;
  return insert(state, prices, {
    plan_id: planId,
    amount,
    annual_monthly_amount: annual_monthly_amount ?? 0,
    currency,
    description: '',
    ...fields,
  });
}

function insertPayer(state: InstanceState, payer: Fields): Row {
  const times = { created_at: state.now(), updated_at: state.now() };
  return state.table('payers').insert({ ...payer, ...times, id: state.id('cpayer'), object: 'commerce_payer' });
}

const MONTH_MS = 30 * 86_400_000;

/** A subscription with one active item. `payer` names whose it is. */
export function insertSubscription(
  state: InstanceState,
  payer: { readonly user_id: string } | { readonly organization_id: string },
  planId: string,
  itemFields: Fields = {},
): { subscription: Row; item: Row; payer: Row } {
  const now = state.now();
  const payerRow = insertPayer(state, payer);
  const price = state.table('prices').by('plan_id', planId)[0] ?? insertPrice(state, planId);
  const subscription = insert(state, subscriptions, {
    ...payer,
    payer_id: payerRow.id,
    status: 'active',
    active_at: now,
    past_due_at: null,
    eligible_for_free_trial: false,
  });
  const item = insert(state, subscriptionItems, {
    ...payer,
    subscription_id: subscription.id,
    payer_id: payerRow.id,
    plan_id: planId,
    price_id: price.id,
    plan_period: 'month',
    status: 'active',
    is_free_trial: false,
    period_start: now,
    period_end: now + MONTH_MS,
    canceled_at: null,
    past_due_at: null,
    ended_at: null,
    proration_date: new Date(now).toISOString().slice(0, 10),
    ...itemFields,
  });
  return { subscription, item, payer: payerRow };
}

/** A closed statement with one paid attempt, for the payer of a subscription item. */
export function insertStatement(state: InstanceState, itemId: string, fields: Fields = {}): Row {
  const item = find(state, subscriptionItems, itemId);
  const now = state.now();
  const payerId = item.payer_id;
  const price = state.table('prices').get(item.price_id);
  const statement = insert(state, statements, {
    payer_id: payerId,
    timestamp: now,
    status: 'closed',
    currency: 'USD',
    ...fields,
  });
  const methodId = state.id('cpm');
  insert(state, paymentAttempts, {
    statement_id: statement.id,
    charge_type: 'recurring',
    payee_id: state.id('cpayee'),
    payee: {},
    payer_id: payerId,
    subscription_item_id: itemId,
    amount: price?.amount ?? 0,
    currency: price?.currency ?? 'USD',
    payment_method_id: methodId,
    payment_method: {
      object: 'commerce_payment_method',
      id: methodId,
      payer_id: payerId,
      payment_type: 'card',
      gateway: 'stripe',
      gateway_external_id: 'pm_local',
      gateway_external_account_id: null,
      last4: '4242',
      status: 'active',
      card_type: 'visa',
    },
    gateway_external_id: null,
    gateway_external_url: null,
    status: 'paid',
    paid_at: now,
    failed_at: null,
  });
  return statement;
}
