/**
 * Cards of payers. The instance plays the payment provider: it knows the provider's test cards by the names that these have there, and no other.
 */
import { lookUp } from '../../ground/look-up.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, PayerRow, PaymentMethodRow } from '../../state/rows.js';
import { invalidValue, refusal } from '../records/refusals.js';

/** The test card that always pays. */
export const TEST_CARD = 'pm_card_visa';
/** The test card that every charge is refused for. */
const DECLINED_CARD = 'pm_card_chargeDeclined';

const CARDS: Readonly<Record<string, { readonly card_type: string; readonly last4: string }>> = {
  [TEST_CARD]: { card_type: 'visa', last4: '4242' },
  pm_card_mastercard: { card_type: 'mastercard', last4: '4444' },
  [DECLINED_CARD]: { card_type: 'visa', last4: '0002' },
};

export const isDeclined = ({ gateway_external_id: card }: PaymentMethodRow): boolean => card === DECLINED_CARD;

export const methodsOf = (state: InstanceState, payer: PayerRow): PaymentMethodRow[] =>
  state.table('payment_methods').by('payer_id', payer.id);

export const defaultMethodOf = (state: InstanceState, payerId: string): PaymentMethodRow | undefined =>
  state
    .table('payment_methods')
    .by('payer_id', payerId)
    .find((row) => row.is_default);

export function viewMethod(row: PaymentMethodRow): Fields {
  return {
    ...row,
    object: 'commerce_payment_method',
    gateway_external_account_id: null,
    wallet_type: null,
    is_removable: true,
  };
}

/** @throws ApiError 404 for one of another payer */
export function findMethod(state: InstanceState, payer: PayerRow, id: string): PaymentMethodRow {
  const row = state.table('payment_methods').get(id);
  if (row?.payer_id !== payer.id) throw refusal('payment_source_not_found');
  return row;
}

/** @throws ApiError 422 for a card that is no test card */
export function addMethod(state: InstanceState, payer: PayerRow, token: string): PaymentMethodRow {
  const card = lookUp(CARDS, token);
  if (card === undefined)
    throw invalidValue('payment_token', `must be one of the test cards ${Object.keys(CARDS).join(', ')}`);
  const now = state.now();
  return state.table('payment_methods').insert({
    id: state.id('cpm'),
    payer_id: payer.id,
    payment_type: 'card',
    gateway: 'stripe',
    gateway_external_id: token,
    ...card,
    expiry_month: 11,
    expiry_year: 2044,
    is_default: methodsOf(state, payer).length === 0,
    status: 'active',
    created_at: now,
    updated_at: now,
  });
}

export function makeDefault(state: InstanceState, payer: PayerRow, chosen: PaymentMethodRow): void {
  for (const { id } of methodsOf(state, payer))
    state.table('payment_methods').update(id, { is_default: id === chosen.id, updated_at: state.now() });
}

/** Another one becomes the default. @throws ApiError 409 for the last one, while there is something to pay with it */
export function removeMethod(state: InstanceState, payer: PayerRow, row: PaymentMethodRow): PaymentMethodRow {
  const others = methodsOf(state, payer).filter(({ id }) => id !== row.id);
  const renews = state
    .table('subscription_items')
    .by('payer_id', payer.id)
    .some(({ status, period_end: end }) => (status === 'active' || status === 'past_due') && end !== null);
  if (others.length === 0 && renews) throw refusal('payment_source_in_use');
  state.table('payment_methods').delete(row.id);
  const [next] = others;
  if (row.is_default && next !== undefined) makeDefault(state, payer, next);
  return row;
}
