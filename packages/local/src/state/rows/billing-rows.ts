/** What is sold, and what was paid. Rows hold amounts in cents. Types only. */
import type {
  BillingPaymentAttempt,
  BillingPriceResponse,
  BillingStatement,
  CommercePayerResponse,
  CommercePlan,
  CommerceSubscription,
  CommerceSubscriptionItem,
} from 'bailiff/api/types';
import type { InternalRow, ResourceRow, Times } from './stored.js';

export type PlanRow = ResourceRow<
  CommercePlan,
  { amount: number; annual_monthly_amount?: number | null; currency?: string },
  'fee' | 'annual_monthly_fee' | 'annual_fee'
>;

export type PriceRow = ResourceRow<
  BillingPriceResponse,
  {
    is_default?: boolean;
    supported_billing_periods?: BillingPriceResponse['supported_billing_periods'] | undefined;
  },
  'instance_id' | 'currency_symbol' | 'fee' | 'annual_monthly_fee'
>;

export type PayerRow = ResourceRow<CommercePayerResponse, { user_id?: string; organization_id?: string }>;

export type SubscriptionItemRow = ResourceRow<
  CommerceSubscriptionItem,
  { subscription_id: string; organization_id?: string; user_id?: string; lifetime_paid?: number },
  'instance_id' | 'plan' | 'payer' | 'next_payment'
>;

export type SubscriptionRow = ResourceRow<
  CommerceSubscription,
  { organization_id?: string; user_id?: string },
  'instance_id' | 'subscription_items' | 'next_payment'
>;

export type PaymentAttemptRow = ResourceRow<
  BillingPaymentAttempt,
  { payment_id?: string; amount: number; currency: string },
  'instance_id' | 'payer'
>;

export type StatementRow = ResourceRow<
  BillingStatement,
  { payer_id: string; currency: string },
  'instance_id' | 'payer' | 'totals' | 'groups'
>;

/** A card, as the stand-in for the payment provider knows it. */
export type PaymentMethodRow = InternalRow<
  Times & {
    payer_id: string;
    payment_type: 'card';
    gateway: 'stripe';
    /** The provider's name for the card: by it the stand-in knows whether the card pays. */
    gateway_external_id: string;
    card_type: string;
    last4: string;
    expiry_month: number;
    expiry_year: number;
    is_default: boolean;
    status: 'active';
  }
>;

/** What a purchase would cost, and when it would begin. Amounts in cents. */
export interface QuoteRow {
  /** At once; at once as a trial; when the period that was paid for is over; or the same again, which had been canceled. */
  readonly effect: 'now' | 'trial' | 'later' | 'resume';
  /** For one period. */
  readonly fee: number;
  readonly currency: string;
  /** What is left of the period that was paid for. */
  readonly proration: { readonly amount: number; readonly daysLeft: number; readonly days: number } | null;
  /** Taken from the balance of the payer. */
  readonly credit: number;
  readonly due: number;
  readonly starts: number;
  readonly ends: number | null;
}

export type CheckoutRow = InternalRow<
  Times & {
    payer_id: string;
    plan_id: string;
    plan_period: 'month' | 'annual';
    quote: QuoteRow;
    status: 'needs_confirmation' | 'completed';
    payment_method_id: string | null;
    subscription_item_id: string | null;
  }
>;

/** One change of a balance; the balance is the sum. Amounts in cents. */
export type CreditEntryRow = InternalRow<{
  payer_id: string;
  amount: number;
  currency: string;
  note: string | null;
  idempotency_key: string;
  created_at: number;
}>;

/** Discounts come from seeds: there is no operation that makes one. Amounts in cents. */
export type DiscountRow = InternalRow<{
  name: string;
  percent_off?: number | null;
  amount_off?: number | null;
  currency?: string;
  /** Billing cycles for which it lasts; absent: for ever. */
  cycles?: number | null;
}>;

export type DiscountRedemptionRow = InternalRow<{
  subscription_item_id: string;
  discount_id: string;
  status: 'active' | 'removed';
  redeemed_at: number;
}>;
