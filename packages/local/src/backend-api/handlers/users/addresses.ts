/** Email addresses and phone numbers. */
import type {
  EmailAddressesAttemptVerificationParams,
  EmailAddressesCreateParams,
  EmailAddressesReplaceForUserParams,
  EmailAddressesUpdateParams,
  PhoneNumbersCreateParams,
  PhoneNumbersReplaceForUserParams,
  PhoneNumbersUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import { attemptAddressVerification, prepareAddressVerification } from '../../../model/users/address-verifications.js';
import { createAddress, replaceAddresses, updateAddress } from '../../../model/users/addresses.js';
import {
  emailAddresses,
  phoneNumbers,
  removeIdentification,
  type VerifiableKind,
} from '../../../model/users/identifications.js';
import { getOf } from '../../engine/crud-handlers.js';
import { bodyOf, idOf, type Handler, type Handlers } from '../../engine/operation.js';
import { userOf } from './user-handlers.js';

const prepare =
  (kind: VerifiableKind): Handler =>
  (call, state) =>
    prepareAddressVerification(state, kind, idOf(call));

const attempt =
  (kind: VerifiableKind): Handler =>
  (call, state) =>
    attemptAddressVerification(state, kind, idOf(call), bodyOf<EmailAddressesAttemptVerificationParams>(call));

export const addressHandlers: Handlers = {
  CreateEmailAddress: (call, state) => {
    const { user_id: userId, email_address: text, ...wishes } = bodyOf<EmailAddressesCreateParams>(call);
    return createAddress(state, 'email_address', userId, text, wishes);
  },
  GetEmailAddress: getOf(emailAddresses),
  UpdateEmailAddress: (call, state) =>
    updateAddress(state, 'email_address', idOf(call), bodyOf<EmailAddressesUpdateParams>(call)),
  PrepareEmailAddressVerification: prepare('email_address'),
  AttemptEmailAddressVerification: attempt('email_address'),
  ReplaceUserEmailAddress: (call, state) => {
    const { email_address: text, ...wishes } = bodyOf<EmailAddressesReplaceForUserParams>(call);
    return replaceAddresses(state, 'email_address', userOf(call, state), text, wishes);
  },
  DeleteEmailAddress: (call, state) => removeIdentification(state, 'email_address', idOf(call)),
  CreatePhoneNumber: (call, state) => {
    const { user_id: userId, phone_number: text, ...wishes } = bodyOf<PhoneNumbersCreateParams>(call);
    return createAddress(state, 'phone_number', userId, text, wishes);
  },
  GetPhoneNumber: getOf(phoneNumbers),
  UpdatePhoneNumber: (call, state) =>
    updateAddress(state, 'phone_number', idOf(call), bodyOf<PhoneNumbersUpdateParams>(call)),
  PreparePhoneNumberVerification: prepare('phone_number'),
  AttemptPhoneNumberVerification: attempt('phone_number'),
  ReplaceUserPhoneNumber: (call, state) => {
    const { phone_number: text, ...wishes } = bodyOf<PhoneNumbersReplaceForUserParams>(call);
    return replaceAddresses(state, 'phone_number', userOf(call, state), text, wishes);
  },
  DeletePhoneNumber: (call, state) => removeIdentification(state, 'phone_number', idOf(call)),
};
