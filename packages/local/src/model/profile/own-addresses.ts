/** Email addresses, phone numbers and wallets that users manage themselves. Those of other users are not found. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { missing, notFound, refusal } from '../records/refusals.js';
import { change, publish } from '../records/resource.js';
import { sendLink } from '../verification/redirects.js';
import { attemptCode, requireSent, sendCode, statusOf } from '../verification/verification.js';
import { verifyAddress } from '../users/addresses.js';
import {
  addIdentification,
  isVerified,
  KIND_NAMES,
  kindOf,
  recipientOf,
  removeIdentification,
  type IdentificationRow,
  type VerifiableKind,
} from '../users/identifications.js';
import type { IdentificationKind } from '../users/person.js';
import { hasSecondFactor } from '../users/second-factors.js';
import { secondFactorRemoved, secondFactorAdded, firstBackupCodes, refuseIfLastFactor } from './own-second-factors.js';
import { users } from '../users/user-records.js';

const rulesOf = (state: InstanceState, kind: IdentificationKind) => environmentOf(state).user_settings.attributes[kind];

/** @throws ApiError 404 */
export function ownAddress(
  state: InstanceState,
  user: UserRow,
  kind: IdentificationKind,
  id: string,
): IdentificationRow {
  const row = kindOf(kind).resource.tableIn(state).get(id);
  if (row?.user_id !== user.id) throw notFound(kind.replaceAll('_', ' '), id);
  return row;
}

/** It waits to be verified. @throws ApiError 403, 422 */
export function addOwnAddress(
  state: InstanceState,
  user: UserRow,
  kind: VerifiableKind,
  text: string | undefined,
  fields: { readonly reserved_for_second_factor?: boolean } = {},
): IdentificationRow {
  const rules = rulesOf(state, kind);
  if (!rules.enabled) throw refusal('form_param_unknown', `${kind} is switched off.`, { paramName: kind });
  if (rules.immutable) throw refusal('immutable_attribute_modification_not_allowed');
  if (text === undefined) throw missing(kind);
  const row = addIdentification(state, kind, user.id, text, fields);
  publish(state, users, 'updated', user);
  return row;
}

/** Sends a code, or a link. @throws ApiError 400, 404, 422 */
export function prepareOwnAddress(
  state: InstanceState,
  user: UserRow,
  kind: VerifiableKind,
  id: string,
  input: Fields,
  baseUrl: string,
): IdentificationRow {
  const { row, recipient } = recipientOf(state, kind, ownAddress(state, user, kind, id).id);
  if (isVerified(row)) throw refusal('verification_already_verified');
  const { strategy } = input;
  if (typeof strategy !== 'string' || strategy === '') throw missing('strategy');
  if (!rulesOf(state, kind).verifications.includes(strategy)) throw refusal('verification_strategy_invalid');
  const verification =
    strategy === 'email_link'
      ? sendLink(state, strategy, recipient, { kind: 'email_address', id, baseUrl }, input)
      : sendCode(state, strategy, recipient);
  return storeVerification(state, kind, row, verification);
}

/** @throws ApiError 400, 404, 422 */
export function attemptOwnAddress(
  state: InstanceState,
  user: UserRow,
  kind: VerifiableKind,
  id: string,
  code: string | undefined,
): IdentificationRow {
  const row = ownAddress(state, user, kind, id);
  const held = requireSent(row.verification);
  if (code === undefined) throw missing('code');
  const { verification, refusal: refused } = attemptCode(state, held, code);
  if (refused !== null) {
    storeVerification(state, kind, row, verification);
    throw refused;
  }
  return verifyAddress(state, kind, row.id, verification);
}

/** Stores how far a verification is; webhooks hear of it when it is done. */
const storeVerification = (
  state: InstanceState,
  kind: IdentificationKind,
  row: IdentificationRow,
  verification: IdentificationRow['verification'],
): IdentificationRow =>
  kindOf(kind).resource.tableIn(state).update(row.id, { verification, updated_at: state.now() }) ?? row;

/** All of one kind, as an answer shows them. */
export const viewOwnAddresses = (state: InstanceState, user: UserRow, kind: IdentificationKind): Fields[] =>
  kindOf(kind)
    .resource.tableIn(state)
    .by('user_id', user.id)
    .map((row) => viewAddress(state, row));

/** As an answer shows it: what nobody verified in time has expired. */
export function viewAddress(state: InstanceState, row: IdentificationRow): Fields {
  const { verification } = row;
  return { ...row, verification: verification && { ...verification, status: statusOf(state, verification) } };
}

/** The number of verified identifications that a user has without one of them. @param without its id */
export function identificationsLeft(state: InstanceState, user: UserRow, without: string): number {
  const rows = KIND_NAMES.flatMap((kind) => kindOf(kind).resource.tableIn(state).by('user_id', user.id));
  const accounts = state.table('external_accounts').by('user_id', user.id);
  const verified = [...rows.filter((row) => row.reserved_for_second_factor !== true), ...accounts].filter(
    (row) => isVerified(row) && row.id !== without,
  );
  return verified.length + (typeof user.username === 'string' ? 1 : 0);
}

/** @throws ApiError 400, 403, 404 */
export function removeOwnAddress(state: InstanceState, user: UserRow, kind: IdentificationKind, id: string): Fields {
  const row = ownAddress(state, user, kind, id);
  const { required, immutable } = rulesOf(state, kind);
  if (immutable && isVerified(row)) throw refusal('immutable_attribute_modification_not_allowed');
  const others = kindOf(kind).resource.tableIn(state).by('user_id', user.id).filter(isVerified);
  if (isVerified(row) && required && others.length === 1) throw refusal('last_required_identification_deletion_failed');
  if (isVerified(row) && identificationsLeft(state, user, row.id) === 0)
    throw refusal('identification_deletion_failed');
  if (row.reserved_for_second_factor !== true) return removeIdentification(state, kind, row.id);
  refuseIfLastFactor(state, user);
  const deleted = removeIdentification(state, kind, row.id);
  secondFactorRemoved(state, user);
  return deleted;
}

export interface SecondFactorChange {
  readonly reserved: boolean | undefined;
  readonly isDefault: boolean | undefined;
}

/** Whether a number serves as second factor, and is the first to be asked. @throws ApiError 400, 404, 422 */
export function changeOwnNumber(
  state: InstanceState,
  user: UserRow,
  id: string,
  { reserved, isDefault }: SecondFactorChange,
): { readonly row: IdentificationRow; readonly backupCodes: readonly string[] | null } {
  const { resource } = kindOf('phone_number');
  const row = ownAddress(state, user, 'phone_number', id);
  const isReserved = reserved ?? row.reserved_for_second_factor === true;
  if (isReserved && !isVerified(row)) throw refusal('identification_update_second_factor_unverified');
  if (reserved === true && identificationsLeft(state, user, row.id) === 0)
    throw refusal('identification_update_failed');
  if (isDefault === false && row.default_second_factor === true && isReserved)
    throw refusal('form_disable_default_second_factor_not_allowed');
  if (isDefault === true && !isReserved) throw refusal('identification_update_second_factor_unverified');
  if (!isReserved && row.reserved_for_second_factor === true) refuseIfLastFactor(state, user);
  const had = hasSecondFactor(state, user);
  const numbers = resource.tableIn(state).by('user_id', user.id);
  const becomesDefault = isReserved && (isDefault === true || !numbers.some((other) => other.default_second_factor));
  if (becomesDefault)
    for (const other of numbers) resource.tableIn(state).update(other.id, { default_second_factor: false });
  const changed = change(state, resource, row.id, {
    reserved_for_second_factor: isReserved,
    default_second_factor: becomesDefault || (isReserved && row.default_second_factor === true),
  });
  const backupCodes = isReserved ? firstBackupCodes(state, user) : null;
  if (isReserved) secondFactorAdded(state, user, had, backupCodes);
  else if (row.reserved_for_second_factor === true) secondFactorRemoved(state, user);
  return { row: changed, backupCodes };
}
