/** The first and second factors of a user, by what the user has and what the instance allows. */
import type { InstanceState } from '../../state/instance-state.js';
import type { EmailAddressRow, Fields, PhoneNumberRow, UserRow } from '../../state/rows.js';
import type { Attributes } from '../instance/attributes.js';
import { environmentOf } from '../instance/environment.js';
import { passkeysOf } from '../passkeys/passkeys.js';
import { enterpriseFactors } from './enterprise-sso.js';
import { isVerified } from '../users/identifications.js';

export interface Factor extends Fields {
  readonly strategy: string;
}

/** `a****@example.com`, `+1*******101`. */
function masked(text: string): string {
  const at = text.indexOf('@');
  if (at > 0) return `${text.slice(0, 1)}****${text.slice(at)}`;
  return `${text.slice(0, 2)}*******${text.slice(-3)}`;
}

/** @param given the identifier that the person typed, which need not be hidden */
const shown = (text: string, given: string | null): string => (text === given ? text : masked(text));

const emailFactor =
  (user: UserRow, given: string | null) =>
  (row: EmailAddressRow, strategy: string): Factor => ({
    strategy,
    safe_identifier: shown(row.email_address, given),
    email_address_id: row.id,
    primary: row.id === user.primary_email_address_id,
  });

const phoneFactor =
  (user: UserRow, given: string | null) =>
  (row: PhoneNumberRow, strategy: string): Factor => ({
    strategy,
    safe_identifier: shown(row.phone_number, given),
    phone_number_id: row.id,
    primary: row.id === user.primary_phone_number_id,
    default: row.default_second_factor === true,
  });

const verifiedOf = <R extends Parameters<typeof isVerified>[0]>(rows: readonly R[]): R[] => rows.filter(isVerified);

export function firstFactors(state: InstanceState, user: UserRow, given: string | null): Factor[] {
  const enterprise = enterpriseFactors(state, given);
  if (enterprise.length > 0) return enterprise;
  const { attributes, social } = environmentOf(state).user_settings;
  const emails = verifiedOf(state.table('email_addresses').by('user_id', user.id));
  const phones = verifiedOf(state.table('phone_numbers').by('user_id', user.id));
  const byEmail = emailFactor(user, given);
  const byPhone = phoneFactor(user, given);
  const password = attributes.password.enabled && typeof user.password_digest === 'string';
  const { email_address: email, phone_number: phone } = attributes;
  return [
    ...(password ? [{ strategy: 'password' }] : []),
    ...emails.flatMap((row) => email.first_factors.map((strategy) => byEmail(row, strategy))),
    ...phones.flatMap((row) => phone.first_factors.map((strategy) => byPhone(row, strategy))),
    ...(password && email.enabled ? emails.map((row) => byEmail(row, 'reset_password_email_code')) : []),
    ...(password && phone.enabled ? phones.map((row) => byPhone(row, 'reset_password_phone_code')) : []),
    ...passkeys(state, user, attributes),
    ...state
      .table('external_accounts')
      .by('user_id', user.id)
      // Accounts without an id at their provider are still being connected.
      .filter((row) => row.provider_user_id !== '')
      .map(({ provider = '' }) => `oauth_${provider.replace(/^oauth_/, '')}`)
      .filter((strategy) => social[strategy]?.enabled === true)
      .map((strategy) => ({ strategy })),
  ];
}

const passkeys = (state: InstanceState, user: UserRow, { passkey }: Attributes): Factor[] =>
  passkey.enabled && passkeysOf(state, user.id).length > 0 ? [{ strategy: 'passkey' }] : [];

/** Whether a strategy satisfies the second factor too. A passkey does: a device that a PIN or a fingerprint unlocks. */
export const countsAsBoth = (state: InstanceState, strategy: string): boolean =>
  strategy === 'passkey' && environmentOf(state).user_settings.passkey_settings.satisfies_second_factor;

export function secondFactors(state: InstanceState, user: UserRow): Factor[] {
  const { attributes } = environmentOf(state).user_settings;
  const phones = attributes.phone_number.used_for_second_factor
    ? verifiedOf(state.table('phone_numbers').by('user_id', user.id)).filter((row) => row.reserved_for_second_factor)
    : [];
  const totp = attributes.authenticator_app.used_for_second_factor && typeof user.totp_secret === 'string';
  const factors = [
    ...(totp ? [{ strategy: 'totp' }] : []),
    ...phones.map((row) => phoneFactor(user, null)(row, 'phone_code')),
  ];
  const codes = attributes.backup_code.used_for_second_factor && (user.backup_codes ?? []).length > 0;
  // Backup codes stand in for another second factor; alone they are none.
  return codes && factors.length > 0 ? [...factors, { strategy: 'backup_code' }] : factors;
}
