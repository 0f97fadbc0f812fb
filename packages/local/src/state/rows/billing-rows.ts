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
import type { Stored } from './stored.js';

export type PlanRow = Stored<
  CommercePlan,
  { amount: number; annual_monthly_amount?: number | null; currency?: string },
  'fee' | 'annual_monthly_fee' | 'annual_fee'
>;

export type PriceRow = Stored<
  BillingPriceResponse,
  {
    is_default?: boolean;
    supported_billing_periods?: BillingPriceResponse['supported_billing_periods'] | undefined;
  },
  'instance_id' | 'currency_symbol' | 'fee' | 'annual_monthly_fee'
>;

export type PayerRow = Stored<CommercePayerResponse, { user_id?: string; organization_id?: string }>;

export type SubscriptionItemRow = Stored<
  CommerceSubscriptionItem,
  { subscription_id: string; organization_id?: string; user_id?: string; lifetime_paid?: number },
  'instance_id' | 'plan' | 'payer' | 'next_payment'
>;

export type SubscriptionRow = Stored<
  CommerceSubscription,
  { organization_id?: string; user_id?: string },
  'instance_id' | 'subscription_items' | 'next_payment'
>;

export type PaymentAttemptRow = Stored<
  BillingPaymentAttempt,
  { payment_id?: string; amount: number; currency: string },
  'instance_id' | 'payer'
>;

export type StatementRow = Stored<
  BillingStatement,
  { payer_id: string; currency: string },
  'instance_id' | 'payer' | 'totals' | 'groups'
>;
