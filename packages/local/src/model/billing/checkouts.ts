/** Checkouts: a quote that a payer accepts. */
import type { InstanceState } from '../../state/instance-state.js';
import type {
  CheckoutRow,
  Fields,
  PayerRow,
  PaymentMethodRow,
  PlanRow,
  SubscriptionItemRow,
} from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { invalidValue, missing, refusal } from '../records/refusals.js';
import { find } from '../records/resource.js';
import { payerView, plans, planView, subscriptionItems } from './billing-records.js';
import { charge, PAYEE } from './charges.js';
import { balanceOf, spendCredit } from './credits.js';
import { ensurePayer, payerTypeOf, type Owner } from './payers.js';
import { addMethod, defaultMethodOf, findMethod, isDeclined, TEST_CARD, viewMethod } from './payment-methods.js';
import { quoteFor, runningItem, viewTotals } from './quotes.js';
import { cancelItem, changeItemStatus } from './subscription-items.js';
import { addItem, defaultPlanFor, ensureSubscription, currentItems } from './subscriptions.js';

export interface Purchase {
  readonly plan: string | undefined;
  readonly period: string | undefined;
  readonly method: string | undefined;
}

/** @throws ApiError 400, 404, 422 */
export function startCheckout(
  state: InstanceState,
  owner: Owner,
  { plan: planId, period, method }: Purchase,
): CheckoutRow {
  if (planId === undefined) throw missing('plan_id');
  if (period !== 'month' && period !== 'annual') throw invalidValue('plan_period', 'must be month or annual');
  const plan = find(state, plans, planId);
  if (plan.for_payer_type !== payerTypeOf(owner)) throw invalidValue('plan_id', 'is a plan for other payers');
  if (plan.publicly_visible === false) throw refusal('billing_plan_is_hidden');
  const payer = ensurePayer(state, owner);
  const now = state.now();
  return state.table('checkouts').insert({
    id: state.id('chk'),
    payer_id: payer.id,
    plan_id: plan.id,
    plan_period: period,
    quote: quoteFor(state, ensureSubscription(state, owner), payer, plan, period),
    status: 'needs_confirmation',
    payment_method_id: method === undefined ? null : findMethod(state, payer, method).id,
    subscription_item_id: null,
    created_at: now,
    updated_at: now,
  });
}

/** @throws ApiError 404 for one of another payer */
export function findCheckout(state: InstanceState, owner: Owner, id: string): CheckoutRow {
  const row = state.table('checkouts').get(id);
  if (row?.payer_id !== ensurePayer(state, owner).id) throw refusal('checkout_not_found');
  return row;
}

const needsMethod = (state: InstanceState, { quote: { due, effect, fee } }: CheckoutRow): boolean =>
  due > 0 ||
  (effect === 'later' && fee > 0) ||
  (effect === 'trial' && environmentOf(state).commerce_settings.billing.free_trial_requires_payment_method);

/** The card: one that the payer has, a new one, or the test card. */
export interface Payment {
  readonly method: string | undefined;
  readonly token: string | undefined;
  readonly testCard: boolean;
}

/** @throws ApiError 404, 409, 422 */
export function confirmCheckout(state: InstanceState, owner: Owner, row: CheckoutRow, payment: Payment): CheckoutRow {
  if (row.status === 'completed') throw refusal('checkout_already_complete');
  const payer = ensurePayer(state, owner);
  const subscription = ensureSubscription(state, owner);
  const plan = find(state, plans, row.plan_id);
  // What it costs may have changed while the page was open.
  const quote = quoteFor(state, subscription, payer, plan, row.plan_period);
  const current = { ...row, quote };
  const method = methodFor(state, payer, payment) ?? defaultMethodOf(state, payer.id);
  if (method === undefined && needsMethod(state, current)) throw missing('payment_method_id');
  if (method !== undefined && quote.due > 0 && isDeclined(method))
    throw refusal('payment_attempt_failed_card_declined');

  const item = applyQuote(state, owner, current, plan);
  spendCredit(state, payer, quote.credit, quote.currency, row.id);
  if (method !== undefined && quote.due > 0)
    charge(state, { item, amount: quote.due, currency: quote.currency, method, type: 'checkout', at: state.now() });
  const done = {
    quote,
    status: 'completed',
    payment_method_id: method?.id ?? null,
    subscription_item_id: item.id,
    updated_at: state.now(),
  } as const;
  return state.table('checkouts').update(row.id, done) ?? row;
}

function methodFor(state: InstanceState, payer: PayerRow, payment: Payment): PaymentMethodRow | undefined {
  if (payment.method !== undefined) return findMethod(state, payer, payment.method);
  // Real cards alone are good in production.
  if (payment.testCard && state.instanceType === 'development') return addMethod(state, payer, TEST_CARD);
  return payment.token === undefined ? undefined : addMethod(state, payer, payment.token);
}

function applyQuote(
  state: InstanceState,
  owner: Owner,
  { quote, plan_period: period }: CheckoutRow,
  plan: PlanRow,
): SubscriptionItemRow {
  const subscription = ensureSubscription(state, owner);
  const items = currentItems(state, subscription);
  const now = state.now();
  const running = runningItem(items);
  // One change is planned at a time.
  for (const item of items.filter(({ status }) => status === 'upcoming'))
    changeItemStatus(state, item, { status: 'ended', ended_at: now });
  if (quote.effect === 'resume' && running !== undefined)
    return changeItemStatus(state, running, { status: 'active', canceled_at: null });
  const later = quote.effect === 'later';
  if (running !== undefined && !(later && running.status === 'canceled'))
    changeItemStatus(
      state,
      running,
      later ? { status: 'canceled', canceled_at: now } : { status: 'ended', ended_at: now },
    );
  return addItem(state, subscription, {
    plan,
    period,
    status: later ? 'upcoming' : 'active',
    start: quote.starts,
    end: quote.ends,
    trial: quote.effect === 'trial',
  });
}

/**
 * Ends an item as its payer asks for it: when the period that was paid for is over. The default plan comes after it.
 *
 * @throws ApiError 400, 404, 422
 */
export function cancelOwnItem(state: InstanceState, owner: Owner, id: string): SubscriptionItemRow {
  const subscription = ensureSubscription(state, owner);
  currentItems(state, subscription);
  const item = state.table('subscription_items').get(id);
  if (item?.subscription_id !== subscription.id) throw refusal('subscription_item_not_found');
  const fallback = defaultPlanFor(state, owner);
  if (item.plan_id === fallback?.id)
    throw refusal('commerce_subscription_item_cannot_be_canceled', 'The default plan is what is left.');
  const canceled = cancelItem(state, item, false);
  const hasUpcoming = currentItems(state, subscription).some(({ status }) => status === 'upcoming');
  if (fallback !== undefined && !hasUpcoming && canceled.period_end !== null && canceled.status === 'canceled')
    addItem(state, subscription, {
      plan: fallback,
      period: 'month',
      status: 'upcoming',
      start: canceled.period_end,
      end: null,
    });
  return canceled;
}

export function viewCheckout(state: InstanceState, row: CheckoutRow): Fields {
  const { id, plan_period, quote, status } = row;
  const payer = state.table('payers').get(row.payer_id);
  const method = state.table('payment_methods').get(row.payment_method_id);
  const item = state.table('subscription_items').get(row.subscription_item_id);
  const spent = status === 'completed' ? quote.credit : 0;
  const balance = payer === undefined ? 0 : balanceOf(state, payer, quote.currency) + spent;
  return {
    object: 'commerce_checkout',
    id,
    status,
    plan_period,
    plan: planView(find(state, plans, row.plan_id)),
    payer: payerView(state, row.payer_id),
    external_gateway_id: PAYEE,
    totals: viewTotals(quote, balance),
    plan_period_start: quote.starts,
    is_immediate_plan_change: quote.effect !== 'later',
    needs_payment_method: needsMethod(state, row),
    ...(quote.effect === 'trial' ? { free_trial_ends_at: quote.ends } : {}),
    ...(method === undefined ? {} : { payment_method: viewMethod(method) }),
    ...(item === undefined ? {} : { subscription_item: subscriptionItems.view(item, state) }),
  };
}
