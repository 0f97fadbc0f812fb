/** What a plan costs a payer now, and when it begins: the rules of buying, changing and coming back. */
import { DAY_MS } from '../../ground/time.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, PayerRow, PlanRow, QuoteRow, SubscriptionItemRow, SubscriptionRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { money } from './billing-records.js';
import { balanceOf } from './credits.js';
import { PERIOD_MS } from './subscription-items.js';
import { feeOfPlan, priceOf, currentItems } from './subscriptions.js';

type Item = SubscriptionItemRow;

/** The item that is in force now: not an upcoming one. */
export const runningItem = (items: readonly Item[]): Item | undefined =>
  items.find(({ status }) => status !== 'upcoming');

/** A free trial is for payers who never had a plan that costs something. */
export const mayStartTrial = (state: InstanceState, payer: PayerRow): boolean =>
  !state
    .table('subscription_items')
    .by('payer_id', payer.id)
    .some((item) => feeOfItem(state, item) > 0);

function feeOfItem(state: InstanceState, item: Item): number {
  const plan = state.table('plans').get(item.plan_id);
  return plan === undefined ? 0 : feeOfPlan(state, plan, item.plan_period);
}

/** @throws ApiError 422 for what the payer has already */
export function quoteFor(
  state: InstanceState,
  subscription: SubscriptionRow,
  payer: PayerRow,
  plan: PlanRow,
  period: Item['plan_period'],
): QuoteRow {
  const running = runningItem(currentItems(state, subscription));
  const now = state.now();
  const fee = feeOfPlan(state, plan, period);
  const { currency } = priceOf(state, plan);
  const ends = (start: number): number | null => (fee === 0 ? null : start + PERIOD_MS[period]);
  const quote = { fee, currency, proration: null, credit: 0, due: 0 };
  if (running?.plan_id === plan.id && running.plan_period === period) {
    if (running.status !== 'canceled')
      throw refusal('price_id_invalid_for_checkout', 'The payer has this plan already.');
    return { ...quote, effect: 'resume', starts: running.period_start, ends: running.period_end };
  }
  const days = plan.free_trial_enabled === true ? (plan.free_trial_days ?? 0) : 0;
  if (days > 0 && fee > 0 && mayStartTrial(state, payer))
    return { ...quote, effect: 'trial', starts: now, ends: now + days * DAY_MS };
  const before = running === undefined ? 0 : feeOfItem(state, running);
  if (running !== undefined && fee < before && typeof running.period_end === 'number')
    return { ...quote, effect: 'later', starts: running.period_end, ends: ends(running.period_end) };
  const proration = running === undefined || running.is_free_trial ? null : prorationOf(running, before, now);
  const left = Math.max(0, fee - (proration?.amount ?? 0));
  const credit = Math.min(left, Math.max(0, balanceOf(state, payer, currency)));
  return { ...quote, effect: 'now', proration, credit, due: left - credit, starts: now, ends: ends(now) };
}

/** The credit for the days that are left of a paid period. */
function prorationOf(
  { period_start: start, period_end: end, status }: Item,
  fee: number,
  now: number,
): QuoteRow['proration'] {
  if (fee === 0 || typeof end !== 'number' || status === 'past_due') return null;
  const days = Math.max(1, Math.round((end - start) / DAY_MS));
  const daysLeft = Math.min(days, Math.max(0, Math.floor((end - now) / DAY_MS)));
  return { amount: Math.floor((fee * daysLeft) / days), daysLeft, days };
}

/** The totals of a checkout. */
export function viewTotals(quote: QuoteRow, balance: number): Fields {
  const { fee, currency, proration, credit, due, effect } = quote;
  const cents = (amount: number) => money(amount, currency);
  const given = (proration?.amount ?? 0) + credit;
  const perPeriod = { subtotal: cents(fee), base_fee: cents(fee), tax_total: cents(0), grand_total: cents(fee) };
  return {
    ...perPeriod,
    total_due_now: cents(due),
    total_due_after_free_trial: effect === 'trial' ? cents(fee) : null,
    total_due_per_period: cents(fee),
    totals_due_per_period: perPeriod,
    past_due: null,
    credit: given === 0 ? null : cents(given),
    credits:
      given === 0
        ? null
        : {
            proration: proration && {
              amount: cents(proration.amount),
              cycle_days_remaining: proration.daysLeft,
              cycle_days_total: proration.days,
              cycle_remaining_percent: (100 * proration.daysLeft) / proration.days,
            },
            payer: credit === 0 ? null : { remaining_balance: cents(balance - credit), applied_amount: cents(credit) },
            total: cents(given),
          },
    discounts: null,
  };
}
