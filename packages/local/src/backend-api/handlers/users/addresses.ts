/** Email addresses and phone numbers. */
import type {
  EmailAddressesCreateParams,
  EmailAddressesUpdateParams,
  PhoneNumbersCreateParams,
  PhoneNumbersUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import {
  createAddress,
  emailAddresses,
  phoneNumbers,
  removeIdentification,
  replaceAddresses,
  updateAddress,
} from '../../../model/users/identifications.js';
import { getOf } from '../../engine/crud-handlers.js';
import { bodyOf, idOf, type Handler, type Handlers } from '../../engine/operation.js';
import { userOf } from './user-handlers.js';

/** Of newer versions: the address becomes the only one of its kind, verified and primary. */
export const replaceAddress =
  (kind: 'email_address' | 'phone_number'): Handler =>
  (call, state) =>
    replaceAddresses(state, kind, userOf(call, state), bodyOf(call)[kind]);

export const addressHandlers: Handlers = {
  CreateEmailAddress: (call, state) => {
    const { user_id: userId, email_address: text, ...wishes } = bodyOf<EmailAddressesCreateParams>(call);
    return createAddress(state, 'email_address', userId, text, wishes);
  },
  GetEmailAddress: getOf(emailAddresses),
  UpdateEmailAddress: (call, state) =>
    updateAddress(state, 'email_address', idOf(call), bodyOf<EmailAddressesUpdateParams>(call)),
  DeleteEmailAddress: (call, state) => removeIdentification(state, 'email_address', idOf(call)),
  CreatePhoneNumber: (call, state) => {
    const { user_id: userId, phone_number: text, ...wishes } = bodyOf<PhoneNumbersCreateParams>(call);
    return createAddress(state, 'phone_number', userId, text, wishes);
  },
  GetPhoneNumber: getOf(phoneNumbers),
  UpdatePhoneNumber: (call, state) =>
    updateAddress(state, 'phone_number', idOf(call), bodyOf<PhoneNumbersUpdateParams>(call)),
  DeletePhoneNumber: (call, state) => removeIdentification(state, 'phone_number', idOf(call)),
};
