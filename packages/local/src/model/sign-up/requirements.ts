/** The fields that a sign-up requires, and those that it has to verify, by the instance's attributes. */
import type { InstanceState } from '../../state/instance-state.js';
import type { SignUpRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';

/** Attributes that a sign-up gives, in the order in which forms show them. */
const GIVEN = ['email_address', 'phone_number', 'username', 'first_name', 'last_name', 'password'] as const;

const VERIFIABLE = ['email_address', 'phone_number'] as const;

/** Kinds of attributes that are verified while somebody signs up. */
export type VerifiableName = (typeof VERIFIABLE)[number];

export interface Requirements {
  readonly required_fields: readonly string[];
  readonly optional_fields: readonly string[];
  readonly missing_fields: readonly string[];
  readonly unverified_fields: readonly VerifiableName[];
}

export function requirementsOf(state: InstanceState, row: SignUpRow): Requirements {
  const { attributes, sign_up: rules } = environmentOf(state).user_settings;
  const enabled = GIVEN.filter((name) => attributes[name].enabled);
  // A sign-up by a provider needs no password. An invitation verifies the address only, so its form asks for one.
  const vouched = row.verifications['external_account']?.status === 'verified';
  const needed = enabled.filter((name) => attributes[name].required && !(name === 'password' && vouched));
  const required = [...needed, ...(rules.legal_consent_enabled ? ['legal_accepted'] : [])];
  return {
    required_fields: required,
    optional_fields: enabled.filter((name) => !needed.includes(name)),
    missing_fields: required.filter((name) => !isGiven(row, name)),
    unverified_fields: VERIFIABLE.filter(
      (name) =>
        attributes[name].verify_at_sign_up && row[name] !== null && row.verifications[name]?.status !== 'verified',
    ),
  };
}

function isGiven(row: SignUpRow, name: string): boolean {
  if (name === 'password') return typeof row.password_digest === 'string';
  if (name === 'legal_accepted') return row.legal_accepted_at !== null;
  const value = row[name as (typeof GIVEN)[number] & keyof SignUpRow];
  return typeof value === 'string' && value !== '';
}
