/** Attempts to sign in and to sign up, and the verifications of which they and addresses are made. Types only. */
import type { SignUp } from 'bailiff/api/types';
import type { Fields, InternalRow, ResourceRow, Times } from './stored.js';

/** A verification as it is stored: the API's fields, and those that only the instance keeps, such as the code. */
export type Verification = {
  readonly object: string;
  /** As stored; by the clock it may have expired since. */
  readonly status: 'unverified' | 'verified' | 'failed' | 'expired' | 'transferable';
  readonly strategy: string;
  readonly attempts: number | null;
  /** ms */
  readonly expire_at: number | null;
  /** What the person has to type. */
  readonly code?: string;
  /** The address or number that is verified by it. */
  readonly identification_id?: string;
  /** The options of a passkey, as JSON. */
  readonly nonce?: string;
  readonly external_verification_redirect_url?: string | null;
  readonly error?: Fields | null;
  readonly verified_at_client?: string | null;
  /** ms; of a domain. */
  readonly verified_at?: number | null;
  /** The enterprise connection of a sign-in. */
  readonly connection_id?: string;
};

export type SignInRow = InternalRow<
  Times & {
    client_id: string;
    /** Null before an identifier was given. */
    user_id: string | null;
    identifier: string | null;
    first_factor_verification: Verification | null;
    second_factor_verification: Verification | null;
    /** A forgotten password waits for a new one. */
    needs_new_password: boolean;
    /** The organization that becomes active, and the impersonator, as a ticket says. */
    entry?: Fields | null;
    /** The provider's profile of an unknown user: a sign-up may take it over. */
    profile?: ProviderProfile | null;
    created_session_id: string | null;
    /** ms */
    abandon_at: number;
  }
>;

/** A sign-up, until the user exists. */
export type SignUpRow = ResourceRow<
  SignUp,
  {
    client_id: string;
    verifications: Readonly<Record<string, Verification | null>>;
    password_digest?: string | null;
    password_hasher?: string | null;
    legal_accepted_at: number | null;
    /** The ticket of an invitation, used up when the user is made. */
    ticket?: string | null;
    profile?: ProviderProfile | null;
  } & Times,
  'required_fields' | 'optional_fields' | 'missing_fields' | 'unverified_fields' | 'password_enabled'
>;

/** A pending redirect: the browser comes back from a link in an e-mail, or from a provider, with the id as a secret. */
export type VerificationRedirectRow = InternalRow<{
  readonly strategy: string;
  readonly kind: 'sign_in' | 'sign_up' | 'session' | 'email_address' | 'external_account';
  /** The id of the attempt, the session, the address or the account. */
  readonly subject_id: string;
  /** Where the browser goes afterwards, and where instead if nothing is left to do. */
  readonly redirect_url: string | null;
  readonly complete_url: string | null;
  /** ms */
  readonly expire_at: number;
  readonly created_at: number;
}>;

/** A user's account at a provider. */
export type ProviderProfile = {
  readonly strategy: string;
  readonly provider_user_id: string;
  /** Where the provider is that of an enterprise connection. */
  readonly connection_id?: string;
  readonly email_address: string;
  readonly first_name: string;
  readonly last_name: string;
};

/** A text message: stored and reported to webhooks, never sent. */
export type SmsRow = InternalRow<
  Times & { user_id: string | null; to_phone_number: string; message: string; status: string }
> &
  Fields;
