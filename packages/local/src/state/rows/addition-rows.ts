/** What the additions to the document brought: verifications, trusted devices, directories, credit, discounts. Types only. */
import type {
  AdminPortalLinkTokensCreateResponse,
  Directory,
  EnterpriseConnectionTestRun,
  TrustedDevice,
} from 'bailiff/api/types';
import type { Verification } from './attempt-rows.js';
import type { Fields, Kept, Stored, Times } from './stored.js';
import type { PartOfUser } from './user-rows.js';

/** A code that a backend had sent to an address. */
export type AddressVerificationRow = Kept<Times & { address_id: string; verification: Verification }>;

export type TrustedDeviceRow = PartOfUser<TrustedDevice>;

export type DirectoryRow = Stored<
  Directory,
  { api_key: string; attribute_mapping: Readonly<Record<string, string>>; group_role_mappings: readonly Fields[] },
  'object' | 'endpoint_url'
> & { enterprise_connection_id: string };

export type TestRunRow = Stored<EnterpriseConnectionTestRun, { enterprise_connection_id: string }>;

export type PortalTokenRow = Stored<
  AdminPortalLinkTokensCreateResponse,
  { expiration: number },
  'instance_id' | 'expired'
>;

/** One change of a balance; the balance is the sum. Amounts in cents. */
export type CreditEntryRow = Kept<{
  payer_id: string;
  amount: number;
  currency: string;
  note: string | null;
  idempotency_key: string;
  created_at: number;
}>;

/** Discounts come from seeds: there is no operation that makes one. Amounts in cents. */
export type DiscountRow = Kept<{
  name: string;
  percent_off?: number | null;
  amount_off?: number | null;
  currency?: string;
  /** Billing cycles for which it lasts; absent: for ever. */
  cycles?: number | null;
}>;

export type DiscountRedemptionRow = Kept<{
  subscription_item_id: string;
  discount_id: string;
  status: 'active' | 'removed';
  redeemed_at: number;
}>;
