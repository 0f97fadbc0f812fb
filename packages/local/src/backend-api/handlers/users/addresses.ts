/** Email addresses and phone numbers. */
import type { InstanceState } from '../../../state/instance-state.js';
import { change, find, getOf, idOf } from '../../../model/records/resource.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers, OperationCall } from '../../engine/operation.js';
import { invalidValue } from '../../../model/records/refusals.js';
import {
  addIdentification,
  isVerified,
  KINDS,
  removeIdentification,
  settleUser,
  verificationFor,
} from '../../../model/users/identifications.js';
import type { IdentificationKind } from '../../../model/users/identifications.js';
import { users } from '../../../model/users/user-records.js';

type Fields = Readonly<Record<string, unknown>>;

/** Only phone numbers serve as second factor. */
const secondFactor = (body: Fields): Fields =>
  typeof body['reserved_for_second_factor'] === 'boolean'
    ? { reserved_for_second_factor: body['reserved_for_second_factor'] }
    : {};

const createAddress =
  (kind: IdentificationKind): Handler =>
  (call: OperationCall, state: InstanceState) => {
    const body = bodyOf(call);
    const user = find(state, users, String(body['user_id']));
    if (body['primary'] === true && body['verified'] !== true)
      throw invalidValue('primary', 'needs a verified address');
    const verification = verificationFor(body['verified']);
    const row = addIdentification(state, kind, user.id, body[kind], { verification, ...secondFactor(body) });
    settleUser(state, kind, row, body['primary']);
    return row;
  };

const updateAddress =
  (kind: IdentificationKind): Handler =>
  (call: OperationCall, state: InstanceState) => {
    const body = bodyOf(call);
    const { resource } = KINDS[kind];
    const before = find(state, resource, idOf(call.params));
    const verified = typeof body['verified'] === 'boolean' ? body['verified'] : isVerified(before);
    if (body['primary'] === true && !verified) throw invalidValue('primary', 'needs a verified address');
    const verification = verified === isVerified(before) ? {} : { verification: verificationFor(verified) };
    const row = change(state, resource, before.id, { ...verification, ...secondFactor(body) });
    settleUser(state, kind, row, body['primary']);
    return row;
  };

const deleteAddress =
  (kind: IdentificationKind): Handler =>
  (call: OperationCall, state: InstanceState) =>
    removeIdentification(state, kind, idOf(call.params));

/** Of newer versions: the address becomes the only one of its kind, verified and primary. */
export const replaceAddress =
  (kind: IdentificationKind): Handler =>
  (call: OperationCall, state: InstanceState) => {
    const user = find(state, users, call.params['user_id'] ?? '');
    const { table } = KINDS[kind].resource;
    const text = KINDS[kind].read(bodyOf(call)[kind], kind);
    const own = state.table(table).by('user_id', user.id);
    const kept = own.find((row) => row[kind] === text);
    const verification = verificationFor(true);
    const row = kept
      ? change(state, KINDS[kind].resource, kept.id, { verification })
      : addIdentification(state, kind, user.id, text, { verification });
    for (const other of own) if (other.id !== row.id) state.table(table).delete(other.id);
    settleUser(state, kind, row, true);
    return row;
  };

export const addressHandlers: Handlers = {
  CreateEmailAddress: createAddress('email_address'),
  GetEmailAddress: getOf(KINDS.email_address.resource),
  UpdateEmailAddress: updateAddress('email_address'),
  DeleteEmailAddress: deleteAddress('email_address'),
  CreatePhoneNumber: createAddress('phone_number'),
  GetPhoneNumber: getOf(KINDS.phone_number.resource),
  UpdatePhoneNumber: updateAddress('phone_number'),
  DeletePhoneNumber: deleteAddress('phone_number'),
};
