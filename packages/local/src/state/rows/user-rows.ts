/** Users and what belongs to them. Types only. */
import type {
  EmailAddress,
  EnterpriseAccount,
  ExternalAccountWithVerification,
  Passkey,
  PhoneNumber,
  TrustedDevice,
  User,
  Web3Wallet,
} from 'bailiff/api/types';
import type { Verification } from './attempt-rows.js';
import type { Fields, InternalRow, ResourceRow, Times } from './stored.js';

/** A part of a user. */
export type PartOfUser<Shown, Own = unknown> = ResourceRow<Shown, Own & { user_id: string }>;

export type PartsOfUser =
  | 'email_addresses'
  | 'phone_numbers'
  | 'web3_wallets'
  | 'passkeys'
  | 'external_accounts'
  | 'saml_accounts'
  | 'enterprise_accounts'
  | 'organization_memberships';

export type UserRow = ResourceRow<
  User,
  {
    first_name?: string | null;
    last_name?: string | null;
    username?: string | null;
    banned?: boolean;
    image_url?: string | null;
    password_digest?: string | null;
    password_hasher?: string | null;
    password_compromised?: boolean;
    totp_secret?: string | null;
    backup_codes?: readonly string[] | null;
    /** An authenticator app that has not shown a code yet. */
    pending_totp?: PendingTotp | null;
    /** Time in ms at which a lock ends. */
    locked_until?: number | null;
    /** Wrong passwords and codes since the last time that the user came in. */
    failed_attempts?: number;
  },
  | PartsOfUser
  | 'profile_image_url'
  | 'has_image'
  | 'password_enabled'
  | 'two_factor_enabled'
  | 'totp_enabled'
  | 'backup_code_enabled'
  | 'locked'
  | 'lockout_expires_in_seconds'
>;

/** The secret of an authenticator app until the first right code. */
export interface PendingTotp {
  readonly id: string;
  /** Base32 */
  readonly secret: string;
  /** ms */
  readonly created_at: number;
}

/** Where a part can be verified, its row holds more of the verification than the document shows. */
type Verifiable = { verification: Verification | null };

export type EmailAddressRow = PartOfUser<EmailAddress, Verifiable>;

export type PhoneNumberRow = PartOfUser<PhoneNumber, Verifiable>;

export type Web3WalletRow = PartOfUser<Web3Wallet, Verifiable & { reserved?: boolean; linked_to?: readonly unknown[] }>;

export type ExternalAccountRow = PartOfUser<
  ExternalAccountWithVerification,
  Verifiable & {
    provider?: string;
    /** What the provider is asked for, until it answers. */
    wished_scopes?: string;
  }
>;

/** What the authenticator made is kept once it has been verified. */
export type PasskeyRow = PartOfUser<
  Passkey,
  Verifiable & {
    /** base64url */
    credential_id?: string;
    /** JWK */
    public_key?: Fields;
    /** The authenticator's count of signatures; 0 for those that do not count. */
    sign_count?: number;
    last_used_at?: number | null;
    /** Host of the pages that it is good for. */
    rp_id?: string;
    created_at?: number;
    updated_at?: number;
  }
>;

export type EnterpriseAccountRow = PartOfUser<EnterpriseAccount, Verifiable>;

/** A code that the Backend API sent to an address of a user. */
export type AddressVerificationRow = InternalRow<Times & { address_id: string; verification: Verification }>;

export type TrustedDeviceRow = PartOfUser<TrustedDevice>;
