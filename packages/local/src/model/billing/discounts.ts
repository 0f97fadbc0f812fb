/** Discounts of subscription items. The discounts themselves come from seeds. */
import type { InstanceState } from '../../state/instance-state.js';
import type { DiscountRedemptionRow, DiscountRow, Fields, SubscriptionItemRow } from '../../state/rows.js';
import { notFound, refusal } from '../records/refusals.js';
import { money } from './billing-records.js';

const unknown = (id: string) => notFound('discount', id, undefined, 'discount_not_found');

const activeOf = (state: InstanceState, item: SubscriptionItemRow): DiscountRedemptionRow | undefined =>
  state
    .table('discount_redemptions')
    .by('subscription_item_id', item.id)
    .find(({ status }) => status === 'active');

/** Takes the place of another one. @throws ApiError 404, 409 */
export function applyDiscount(state: InstanceState, item: SubscriptionItemRow, discountId: string): Fields {
  const discount = state.table('discounts').get(discountId);
  if (!discount) throw unknown(discountId);
  const active = activeOf(state, item);
  if (active?.discount_id === discount.id) throw refusal('discount_already_applied');
  const table = state.table('discount_redemptions');
  if (active) table.update(active.id, { status: 'removed' });
  const redemption = table.insert({
    id: state.id('cdred'),
    subscription_item_id: item.id,
    discount_id: discount.id,
    status: 'active',
    redeemed_at: state.now(),
  });
  return viewRedemption(redemption, discount);
}

/** @throws ApiError 404 when the item has another discount, or none */
export function removeDiscount(state: InstanceState, item: SubscriptionItemRow, discountId: string): Fields {
  const active = activeOf(state, item);
  const discount = state.table('discounts').get(discountId);
  if (!discount || active?.discount_id !== discount.id) throw unknown(discountId);
  const removed = state.table('discount_redemptions').update(active.id, { status: 'removed' }) ?? active;
  return viewRedemption(removed, discount);
}

function viewRedemption(row: DiscountRedemptionRow, discount: DiscountRow): Fields {
  const { percent_off: percent, amount_off: amount, currency, cycles } = discount;
  return {
    ...row,
    object: 'commerce_discount_redemption',
    name: discount.name,
    source: 'manual',
    effect: typeof percent === 'number' ? 'percentage' : 'fixed_amount',
    percent_off: percent ?? null,
    amount_off: typeof amount === 'number' ? money(amount, currency) : null,
    cycles_applied: 0,
    cycles_remaining: cycles ?? null,
    redeemed_by: null,
  };
}
