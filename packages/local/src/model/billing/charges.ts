/** Payments, as the stand-in for the payment provider makes them: each is an attempt on a statement of its own. */
import type { InstanceState } from '../../state/instance-state.js';
import type { PaymentAttemptRow, PaymentMethodRow, SubscriptionItemRow } from '../../state/rows.js';
import { create, insert } from '../records/resource.js';
import { paymentAttempts, statements } from './billing-records.js';
import { isDeclined, viewMethod } from './payment-methods.js';

export interface Charge {
  readonly item: SubscriptionItemRow;
  /** Cents. */
  readonly amount: number;
  readonly currency: string;
  readonly method: PaymentMethodRow;
  readonly type: 'checkout' | 'recurring';
  /** The time at which it is due, ms; it may be long past. */
  readonly at: number;
}

/** The account that takes the money. */
export const PAYEE = 'acct_bailiff_local';

/** The attempt is `paid`, or `failed` with a card that is declined. */
export function charge(state: InstanceState, { item, amount, currency, method, type, at }: Charge): PaymentAttemptRow {
  const times = { created_at: at, updated_at: at };
  const payer = { payer_id: item.payer_id, currency };
  const statement = insert(state, statements, { ...payer, ...times, timestamp: at, status: 'closed' });
  const failed = isDeclined(method);
  const id = state.id('cpayment');
  const attempt = create(state, paymentAttempts, {
    ...payer,
    ...times,
    id,
    payment_id: id,
    statement_id: statement.id,
    subscription_item_id: item.id,
    charge_type: type,
    payee_id: PAYEE,
    payee: {
      object: 'commerce_payee',
      id: PAYEE,
      gateway_type: 'stripe',
      gateway_external_id: PAYEE,
      gateway_status: 'active',
    },
    amount,
    payment_method_id: method.id,
    payment_method: viewMethod(method) as unknown as PaymentAttemptRow['payment_method'],
    gateway_external_id: null,
    gateway_external_url: null,
    status: failed ? 'failed' : 'paid',
    paid_at: failed ? null : at,
    failed_at: failed ? at : null,
  });
  if (!failed) state.table('subscription_items').update(item.id, { lifetime_paid: (item.lifetime_paid ?? 0) + amount });
  return attempt;
}
