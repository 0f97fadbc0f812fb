/** Billing: what is sold comes from seeds; prices are made, and subscription items end, extend and move here. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { readTime } from '../../../model/records/text-formats.js';
import { change, create, find, getOf, insert, list, listOf, publish, silent } from '../../../model/records/resource.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers, OperationCall } from '../../engine/operation.js';
import { invalidValue, notFound, wrongState } from '../../../model/records/refusals.js';
import {
  feeOf,
  money,
  paymentAttempts,
  plans,
  prices,
  statements,
  subscriptionItems,
  subscriptions,
} from '../../../model/billing/billing-records.js';
import { organizationOf } from '../organizations/organization-memberships.js';
import { users } from '../../../model/users/user-records.js';

const DAY_MS = 86_400_000;

const itemOf = (call: OperationCall, state: InstanceState): Row =>
  find(state, subscriptionItems, call.params['subscription_item_id'] ?? '');

const cancelItem: Handler = (call, state) => {
  const item = itemOf(call, state);
  if (item['status'] !== 'active' && item['status'] !== 'past_due' && item['status'] !== 'upcoming') {
    throw wrongState('subscription_item_not_cancelable', `The subscription item is ${String(item['status'])}.`);
  }
  const now = state.now();
  const ends = call.query['end_now'] === true || item['period_end'] === null;
  const patch = ends ? { status: 'ended', canceled_at: now, ended_at: now } : { status: 'canceled', canceled_at: now };
  return subscriptionItems.view(moveItem(state, item, patch), state);
};

/** The webhook is named after the new status. */
function moveItem(state: InstanceState, item: Row, patch: Readonly<Record<string, unknown>> & { status: string }): Row {
  const moved = change(state, silent(subscriptionItems), item.id, patch);
  publish(state, subscriptionItems, patch.status, moved);
  return moved;
}

const extendTrial: Handler = (call, state) => {
  const item = itemOf(call, state);
  const plan = state.table(plans.table).get(String(item['plan_id']));
  if (item['is_free_trial'] !== true || plan?.['free_trial_enabled'] !== true) {
    throw new ApiError(422, 'subscription_item_not_in_free_trial', 'The subscription item is not in a free trial.');
  }
  const until = readTime(bodyOf(call)['extend_to'], 'extend_to');
  const end = Number(item['period_end']);
  if (until <= state.now()) throw invalidValue('extend_to', 'must be in the future');
  if (until > end + 365 * DAY_MS) throw invalidValue('extend_to', 'must be within 365 days of the end of the trial');
  return subscriptionItems.view(change(state, subscriptionItems, item.id, { period_end: until }), state);
};

/** A dearer price takes effect at once; a cheaper one when the period that was paid for is over. */
const changePrice: Handler = (call, state) => {
  const item = itemOf(call, state);
  const { from_price_id: from, to_price_id: to } = bodyOf(call) as { from_price_id: string; to_price_id: string };
  const [before, after] = [find(state, prices, from), find(state, prices, to)];
  if (item['status'] !== 'active')
    throw wrongState('subscription_item_not_active', `The subscription item is ${String(item['status'])}.`);
  if (item['price_id'] !== from) {
    throw new ApiError(409, 'price_transition_conflict', 'Conflict', {
      longMessage: 'The subscription item does not have this price.',
      paramName: 'from_price_id',
    });
  }
  if (from === to) throw invalidValue('to_price_id', 'must be another price');
  const now = state.now();
  const charge = feeOf(item, after);
  const immediate = charge >= feeOf(item, before) || item['period_end'] === null;
  const start = immediate ? now : Number(item['period_end']);
  const periodMs = item['plan_period'] === 'annual' ? 365 * DAY_MS : 30 * DAY_MS;
  // The old item's part of the answer knows no "canceled" for what runs on until the end of its period.
  const moved = moveItem(
    state,
    item,
    immediate ? { status: 'ended', ended_at: now } : { status: 'canceled', canceled_at: now },
  );
  const { id: _id, ended_at: _ended, canceled_at: _canceled, ...facts } = item;
  const next = insert(state, subscriptionItems, {
    ...facts,
    status: immediate ? 'active' : 'upcoming',
    plan_id: after['plan_id'],
    price_id: to,
    is_free_trial: false,
    period_start: start,
    period_end: start + periodMs,
    created_at: now,
    updated_at: now,
  });
  publish(state, subscriptionItems, immediate ? 'active' : 'upcoming', next);
  return {
    object: 'commerce_price_transition',
    subscription_item: subscriptionItems.view(next, state),
    transition: {
      previous_plan: plans.view(find(state, plans, String(before['plan_id'])), state),
      previous_price: prices.view(before, state),
      effective_at: start,
      effective_mode: immediate ? 'immediate' : 'end_of_period',
      next_billing_date: immediate ? start + periodMs : start,
      charged_immediately: immediate && charge > 0,
      immediate_charge: immediate && charge > 0 ? money(charge, after['currency']) : null,
      previous_subscription_item_status: moved['status'],
      previous_subscription_item_id: item.id,
    },
  };
};

const subscriptionOf = (state: InstanceState, field: string, id: string): unknown => {
  const row = state.table(subscriptions.table).by(field, id)[0];
  if (!row) throw notFound('subscription of', id);
  return subscriptions.view(row, state);
};

/** Cheapest first, and the newest of one price first: sorted twice, because sorting keeps the order of equals. */
const listPrices: Handler = (call, state) => {
  const { plan_id: planId } = call.query;
  if (typeof planId === 'string') find(state, plans, planId);
  const newestFirst = [...state.table(prices.table).all()].reverse();
  return list(state, prices, { ...call.query, order_by: '+amount' }, { rows: newestFirst });
};

export const billingHandlers: Handlers = {
  GetCommercePlanList: listOf(plans),
  GetBillingPriceList: listPrices,
  CreateBillingPrice: (call, state) => {
    const body = bodyOf(call);
    const plan = find(state, plans, String(body['plan_id']));
    if (Number(body['amount']) < 0) throw invalidValue('amount', 'must not be negative');
    return prices.view(
      create(state, prices, { ...body, plan_id: plan.id, annual_monthly_amount: body['annual_monthly_amount'] ?? 0 }),
      state,
    );
  },
  GetCommerceSubscriptionItemList: listOf(subscriptionItems),
  CancelCommerceSubscriptionItem: cancelItem,
  ExtendBillingSubscriptionItemFreeTrial: extendTrial,
  CreateBillingPriceTransition: changePrice,
  GetBillingStatementList: listOf(statements),
  GetBillingStatement: getOf(statements),
  GetBillingStatementPaymentAttempts: (call, state) => {
    const statement = find(state, statements, call.params['statementID'] ?? '');
    return list(state, paymentAttempts, call.query, {
      rows: state.table(paymentAttempts.table).by('statement_id', statement.id),
    });
  },
  GetUserBillingSubscription: (call, state) =>
    subscriptionOf(state, 'user_id', find(state, users, call.params['user_id'] ?? '').id),
  GetOrganizationBillingSubscription: (call, state) =>
    subscriptionOf(state, 'organization_id', organizationOf(call, state).id),
};
