/** How subscription items end, extend and move to another price; prices and subscriptions as operations ask for them. */
import { DAY_MS } from '../../ground/time.js';
import type { BillingCreatePriceParams } from '../../../../../src/api/generated/types.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { Fields, PriceRow, SubscriptionItemRow } from '../../state/rows.js';
import { invalidValue, notFound, refusal } from '../records/refusals.js';
import { change, create, find, insert, publish, silent } from '../records/resource.js';
import { readTime } from '../records/text-formats.js';
import { feeOf, money, plans, prices, subscriptionItems, subscriptions } from './billing-records.js';

export const PERIOD_MS = { month: 30 * DAY_MS, annual: 365 * DAY_MS } as const;

type Item = SubscriptionItemRow;

/** @param now at once, not when the paid period is over. @throws ApiError 400, 422 */
export function cancelItem(state: InstanceState, item: Item, now: boolean): Item {
  if (item.status !== 'active' && item.status !== 'past_due' && item.status !== 'upcoming') {
    throw item.status === 'canceled'
      ? refusal('commerce_subscription_item_already_canceled')
      : refusal('commerce_subscription_item_cannot_be_canceled', `The subscription item is ${item.status}.`);
  }
  const at = state.now();
  // What has not begun would otherwise count until the end of a period that nobody pays for.
  const ends = now || item.period_end === null || item.status === 'upcoming';
  return changeItemStatus(
    state,
    item,
    ends ? { status: 'ended', canceled_at: at, ended_at: at } : { status: 'canceled', canceled_at: at },
  );
}

/** The webhook is named after the new status. */
export function changeItemStatus(
  state: InstanceState,
  item: Item,
  patch: Draft<Item> & { readonly status: Item['status'] },
): Item {
  const moved = change(state, silent(subscriptionItems), item.id, patch);
  publish(state, subscriptionItems, patch.status === 'past_due' ? 'pastDue' : patch.status, moved);
  return moved;
}

/** @param extendTo a time in RFC 3339 format. @throws ApiError 403, 422 */
export function extendTrial(state: InstanceState, item: Item, extendTo: string): Item {
  const plan = state.table('plans').get(item.plan_id);
  if (!item.is_free_trial || plan?.free_trial_enabled !== true) {
    throw refusal('subscription_item_not_in_free_trial');
  }
  const until = readTime(extendTo, 'extend_to');
  if (until <= state.now()) throw invalidValue('extend_to', 'must be in the future');
  if (until > (item.period_end ?? 0) + 365 * DAY_MS)
    throw invalidValue('extend_to', 'must be within 365 days of the end of the trial');
  return change(state, subscriptionItems, item.id, { period_end: until });
}

/** A dearer price takes effect at once; a cheaper one when the period that was paid for is over. @throws ApiError 404, 409, 422 */
export function changePrice(state: InstanceState, item: Item, from: string, to: string): Fields {
  const [before, after] = [find(state, prices, from), find(state, prices, to)];
  if (item.status !== 'active')
    throw refusal('subscription_item_no_longer_active', `The subscription item is ${item.status}.`);
  if (item.price_id !== from) throw refusal('out_of_date_price', undefined, { paramName: 'from_price_id' });
  if (from === to)
    throw refusal('price_transition_not_allowed', 'It has this price already.', { paramName: 'to_price_id' });
  const now = state.now();
  const charge = feeOf(item, after);
  const immediate = charge >= feeOf(item, before) || item.period_end === null;
  const start = immediate ? now : (item.period_end ?? now);
  const end = start + PERIOD_MS[item.plan_period];
  // The old item's part of the answer knows no "canceled" for what runs on until the end of its period.
  const moved = changeItemStatus(
    state,
    item,
    immediate ? { status: 'ended', ended_at: now } : { status: 'canceled', canceled_at: now },
  );
  const next = startItem(state, item, after, immediate ? 'active' : 'upcoming', start, end);
  return {
    object: 'commerce_price_transition',
    subscription_item: subscriptionItems.view(next, state),
    transition: {
      previous_plan: plans.view(find(state, plans, before.plan_id), state),
      previous_price: prices.view(before, state),
      effective_at: start,
      effective_mode: immediate ? 'immediate' : 'end_of_period',
      next_billing_date: immediate ? end : start,
      charged_immediately: immediate && charge > 0,
      immediate_charge: immediate && charge > 0 ? money(charge, after.currency) : null,
      previous_subscription_item_status: moved.status,
      previous_subscription_item_id: item.id,
    },
  };
}

/** The item that follows another one at a new price. */
function startItem(
  state: InstanceState,
  previous: Item,
  price: PriceRow,
  status: 'active' | 'upcoming',
  start: number,
  end: number,
): Item {
  const { id: _id, ended_at: _ended, canceled_at: _canceled, ...facts } = previous;
  const now = state.now();
  const next = insert(state, subscriptionItems, {
    ...facts,
    status,
    plan_id: price.plan_id,
    price_id: price.id,
    is_free_trial: false,
    period_start: start,
    period_end: end,
    created_at: now,
    updated_at: now,
  });
  publish(state, subscriptionItems, status, next);
  return next;
}

/** @throws ApiError 404, 422 */
export function createPrice(state: InstanceState, body: BillingCreatePriceParams): PriceRow {
  const plan = find(state, plans, body.plan_id);
  const amount = body.amount ?? 0;
  if (amount < 0) throw refusal('plan_amount_invalid', 'It must not be negative.', { paramName: 'amount' });
  const annual = body.annual_monthly_amount ?? 0;
  return create(state, prices, { ...body, plan_id: plan.id, amount, annual_monthly_amount: annual });
}

/** The subscription of a user or an organization, as the API shows it. @throws ApiError 404 */
export function subscriptionOf(state: InstanceState, field: 'user_id' | 'organization_id', id: string): Fields {
  const row = state.table('subscriptions').by(field, id)[0];
  if (!row) throw notFound('subscription of', id, undefined, subscriptions.notFound);
  return subscriptions.view(row, state);
}
