/**
 * Enumeration protection: until the first factor is verified, an attempt gets the same answers whether the account exists, is locked or does not exist.
 * The offered factors follow from the identifier and the instance's settings, not from the account.
 */
import { createHash } from 'node:crypto';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, SignInRow, UserRow, Verification } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { ApiError } from '../records/api-error.js';
import { missing } from '../records/refusals.js';
import { isVerified } from '../users/identifications.js';
import { pending } from '../verification/verification.js';
import { ENTERPRISE, enterpriseFactors } from './enterprise-sso.js';
import { firstFactors, type Factor } from './factors.js';
import { chosenStrategy, FIRST_STRATEGIES } from './strategies.js';
import { identify, notFoundBy, supportedIdentifiers, type Identified } from './identify.js';

export const hasEnumerationProtection = (state: InstanceState): boolean =>
  environmentOf(state).user_settings.attack_protection.enumeration_protection.enabled;

/** Whether an attempt must not show whether its account exists. */
export const hidesAccount = (
  state: InstanceState,
  { identifier, first_factor_verification: first }: SignInRow,
): boolean => identifier !== null && first?.status !== 'verified' && hasEnumerationProtection(state);

/** Stands for an account that does not exist: every password and code is wrong for it. */
export const UNKNOWN_USER = { id: '' } as UserRow;

const identifierKind = (text: string) =>
  text.includes('@') ? 'email_address' : text.startsWith('+') ? 'phone_number' : 'username';

/** The identifier in its stored form, and its user if there is one. @throws ApiError 422 for a kind of identifier that nobody signs in with here */
export function identifyProtected(state: InstanceState, typed: string): Omit<Identified, 'user'> & Partial<Identified> {
  const stripped = typed.replace(/[\s().-]/g, '');
  const identifier = identifierKind(stripped) === 'phone_number' ? stripped : typed.trim().toLowerCase();
  if (!supportedIdentifiers(state).includes(identifierKind(identifier))) throw notFoundBy('identifier');
  return { ...identify(state, identifier), identifier };
}

export function protectedFactors(state: InstanceState, identifier: string): Factor[] {
  const enterprise = enterpriseFactors(state, identifier);
  if (enterprise.length > 0) return enterprise;
  const { attributes } = environmentOf(state).user_settings;
  const password = attributes.password.enabled ? [{ strategy: 'password' }] : [];
  const kind = identifierKind(identifier);
  if (kind === 'username') return password;
  const sent = {
    safe_identifier: identifier,
    [kind === 'email_address' ? 'email_address_id' : 'phone_number_id']: idOf(state, kind, identifier),
    primary: true,
  };
  const reset = kind === 'email_address' ? 'reset_password_email_code' : 'reset_password_phone_code';
  const strategies = [...attributes[kind].first_factors, ...(password.length > 0 ? [reset] : [])];
  return [...password, ...strategies.map((strategy) => ({ strategy, ...sent }))];
}

/** The first factors that an attempt shows. */
export function offeredFirst(state: InstanceState, row: SignInRow, user: UserRow | undefined): Factor[] {
  if (hidesAccount(state, row)) return protectedFactors(state, row.identifier ?? '');
  return user === undefined ? enterpriseFactors(state, row.identifier) : firstFactors(state, user, row.identifier);
}

/** The id of the address, or one that stays the same for a text that has none. */
function idOf(state: InstanceState, kind: 'email_address' | 'phone_number', text: string): string {
  const row =
    kind === 'email_address'
      ? state.table('email_addresses').by('email_address', text).find(isVerified)
      : state.table('phone_numbers').by('phone_number', text).find(isVerified);
  const made = createHash('sha256').update(`${state.secretKey} ${text}`).digest('base64url').replace(/[-_]/g, '');
  return row?.id ?? `idn_${made.slice(0, 27)}`;
}

type Refuse = (state: InstanceState, user: UserRow) => void;

/**
 * The user, strategy and input of a first step under enumeration protection.
 *
 * @param refuse throws for a user who may not sign in, who is then treated as unknown
 * @throws ApiError 400, 422
 */
export function protectedStep(
  state: InstanceState,
  row: SignInRow,
  user: UserRow | undefined,
  input: Fields,
  refuse: Refuse,
) {
  const offered = protectedFactors(state, row.identifier ?? '');
  const chosen = chosenStrategy(FIRST_STRATEGIES, offered, input);
  const factor: Fields = offered.find(({ strategy }) => strategy === chosen.name) ?? {};
  // No other address than the one that was typed.
  for (const name of ['email_address_id', 'phone_number_id'])
    if (input[name] !== undefined && input[name] !== factor[name]) throw missing(name);
  return {
    user: userOrNobody(state, user, refuse),
    chosen,
    // Which of several connections is the person's choice.
    input: chosen.name === ENTERPRISE ? input : { ...input, ...factor },
  };
}

function userOrNobody(state: InstanceState, user: UserRow | undefined, refuse: Refuse): UserRow {
  if (user === undefined) return UNKNOWN_USER;
  try {
    refuse(state, user);
    return user;
  } catch (error) {
    if (error instanceof ApiError) return UNKNOWN_USER;
    throw error;
  }
}

/** A verification that looks as if a code had been sent. */
export const neverSent = (state: InstanceState, strategy: string): Verification =>
  // No request can hold this code.
  pending(state, strategy, strategy.endsWith('_code') ? { code: state.secret(43) } : {});
