/**
 * Subscriptions over time: canceled items end, upcoming items begin, active items renew, and the default plan follows an item that ended. The changes
 * are made when somebody reads the subscription, with the times at which they were due.
 */
import type { InstanceState } from '../../state/instance-state.js';
import type { PlanRow, SubscriptionItemRow, SubscriptionRow } from '../../state/rows.js';
import { change, create, insert, publish, silent } from '../records/resource.js';
import { feeOf, prices, subscriptionItems, subscriptions } from './billing-records.js';
import { charge } from './charges.js';
import { ensurePayer, payerTypeOf, type Owner } from './payers.js';
import { defaultMethodOf } from './payment-methods.js';
import { changeItemStatus, PERIOD_MS } from './subscription-items.js';

type Item = SubscriptionItemRow;

const itemsOf = (state: InstanceState, { id }: SubscriptionRow): Item[] =>
  state.table('subscription_items').by('subscription_id', id);

/** Whether an item entitles to something now or will later. */
const isOpen = ({ status }: Item): boolean =>
  status === 'active' || status === 'past_due' || status === 'canceled' || status === 'upcoming';

/** The user or organization that has the subscription. */
export const ownerOf = ({ organization_id: organizationId, user_id: userId }: SubscriptionRow): Owner =>
  typeof organizationId === 'string'
    ? { field: 'organization_id', id: organizationId }
    : { field: 'user_id', id: userId ?? '' };

export const defaultPlanFor = (state: InstanceState, owner: Pick<Owner, 'field'>): PlanRow | undefined =>
  state
    .table('plans')
    .by('for_payer_type', payerTypeOf(owner))
    .find((plan) => plan.is_default);

/** A plan without a price of its own gets one: items name it. */
export function priceOf(state: InstanceState, plan: PlanRow) {
  const known = state.table('prices').by('plan_id', plan.id);
  const price = known.find((row) => row.is_default === true) ?? known[0];
  if (price !== undefined) return price;
  const { currency = 'USD', amount: monthly } = plan;
  const amounts = { amount: monthly, annual_monthly_amount: plan.annual_monthly_amount ?? 0 };
  return create(state, prices, { plan_id: plan.id, ...amounts, currency, is_default: true });
}

/** Cents for one period of a plan. */
export const feeOfPlan = (state: InstanceState, plan: PlanRow, period: Item['plan_period']): number =>
  feeOf({ plan_period: period } as Item, priceOf(state, plan)) || 0;

/** The subscription of a user or an organization; made, with the default plan, when it is first looked for. */
export function ensureSubscription(state: InstanceState, owner: Owner): SubscriptionRow {
  const known = state.table('subscriptions').by(owner.field, owner.id)[0];
  if (known !== undefined) return known;
  const payer = ensurePayer(state, owner);
  const row = create(state, subscriptions, {
    [owner.field]: owner.id,
    payer_id: payer.id,
    status: 'active',
    active_at: state.now(),
    past_due_at: null,
  });
  startDefault(state, row);
  return row;
}

export interface NewItem {
  readonly plan: PlanRow;
  readonly period: Item['plan_period'];
  readonly status: 'active' | 'upcoming';
  readonly start: number;
  /** Null: for ever. */
  readonly end: number | null;
  readonly trial?: boolean;
}

export function addItem(state: InstanceState, subscription: SubscriptionRow, wanted: NewItem): Item {
  const { payer_id: payerId } = subscription;
  const owner = ownerOf(subscription);
  const item = insert(state, subscriptionItems, {
    [owner.field]: owner.id,
    subscription_id: subscription.id,
    payer_id: payerId,
    plan_id: wanted.plan.id,
    price_id: priceOf(state, wanted.plan).id,
    plan_period: wanted.period,
    status: wanted.status,
    is_free_trial: wanted.trial ?? false,
    period_start: wanted.start,
    period_end: wanted.end,
    canceled_at: null,
    past_due_at: null,
    ended_at: null,
  });
  publish(state, subscriptionItems, wanted.status, item);
  return item;
}

/** Carries out what is due by now (ends, begins, renews), and gives the items that are open then. */
export function currentItems(state: InstanceState, subscription: SubscriptionRow): Item[] {
  const now = state.now();
  const open = itemsOf(state, subscription).filter(isOpen);
  const due = open.filter((item) => dueAt(item) <= now);
  if (due.length > 0) {
    // Ended items first: upcoming ones take their place.
    for (const item of due.filter(({ status }) => status === 'canceled'))
      changeItemStatus(state, item, { status: 'ended', ended_at: item.period_end ?? now });
    for (const item of due.filter(({ status }) => status === 'upcoming')) begin(state, item);
    for (const item of due.filter(({ status }) => status === 'active')) renew(state, item, dueAt(item));
    startDefault(state, subscription);
  }
  return itemsOf(state, subscription).filter(isOpen);
}

/** The time at which the next change of an item is due. Rows from seeds may lack times. */
const DUE_AT: Readonly<Partial<Record<Item['status'], (item: Item) => number | null | undefined>>> = {
  upcoming: (item) => item.period_start,
  active: (item) => item.period_end,
  canceled: (item) => item.period_end ?? 0,
};

const dueAt = (item: Item): number => DUE_AT[item.status]?.(item) ?? Infinity;

function startDefault(state: InstanceState, subscription: SubscriptionRow): void {
  if (itemsOf(state, subscription).some(isOpen)) return;
  const plan = defaultPlanFor(state, ownerOf(subscription));
  if (plan !== undefined)
    addItem(state, subscription, { plan, period: 'month', status: 'active', start: state.now(), end: null });
}

function begin(state: InstanceState, item: Item): void {
  const active = changeItemStatus(state, item, { status: 'active' });
  // Its first period is paid for when it begins.
  if (active.period_end !== null) renew(state, active, active.period_start);
}

/**
 * Period after period from `from` until the present, each paid for with the default card. A card that is declined leaves the item overdue. Without a
 * card a trial ends; an item that was never paid for with one comes from a seed, and goes on.
 */
function renew(state: InstanceState, item: Item, from: number): void {
  const price = state.table('prices').get(item.price_id) ?? state.table('plans').get(item.plan_id);
  const fee = feeOf(item, price) || 0;
  const method = defaultMethodOf(state, item.payer_id);
  if (item.is_free_trial && fee > 0 && method === undefined) {
    changeItemStatus(state, item, { status: 'ended', ended_at: from });
    return;
  }
  let start = from;
  let current: Item;
  do {
    const end: number = start + PERIOD_MS[item.plan_period];
    current = change(state, silent(subscriptionItems), item.id, {
      is_free_trial: false,
      period_start: start,
      period_end: end,
    });
    if (method !== undefined && fee > 0) {
      const currency = price?.currency ?? 'USD';
      const { status } = charge(state, { item: current, amount: fee, currency, method, type: 'recurring', at: start });
      if (status === 'failed') {
        changeItemStatus(state, current, { status: 'past_due', past_due_at: start });
        return;
      }
    }
    start = end;
  } while (start <= state.now());
  publish(state, subscriptionItems, 'updated', state.table('subscription_items').get(item.id) ?? current);
}
