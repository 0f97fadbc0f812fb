/**
 * Enumeration protection: until the first factor is proved, an attempt looks and goes the same, whether the account exists, is locked, or was
 * never there. What is offered follows from the text that was typed and from the instance's settings, and from nothing that an account has.
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

export const hidesAccount = (
  state: InstanceState,
  { identifier, first_factor_verification: first }: SignInRow,
): boolean => identifier !== null && first?.status !== 'verified' && hasEnumerationProtection(state);

/** Nothing that is typed is right for nobody. */
export const UNKNOWN_USER = { id: '' } as UserRow;

const identifierKind = (text: string) =>
  text.includes('@') ? 'email_address' : text.startsWith('+') ? 'phone_number' : 'username';

/** As it would be stored, and whose it is, if anybody's. @throws ApiError 422 for a kind of identifier that nobody signs in with here */
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

/** Who acts in a veiled attempt, by which strategy. @param refuse throws for a user who may not come in: to others, such a user is nobody @throws ApiError 400, 422 */
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

/** What looks as if something had been sent. */
export const neverSent = (state: InstanceState, strategy: string): Verification =>
  // No request is this code.
  pending(state, strategy, strategy.endsWith('_code') ? { code: state.secret(43) } : {});
