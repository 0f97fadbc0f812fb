/** Email addresses, phone numbers and wallets of the user who is signed in. */
import type { VerifiableKind } from '../../../model/users/identifications.js';
import {
  addOwnAddress,
  attemptOwnAddress,
  changeOwnNumber,
  ownAddress,
  prepareOwnAddress,
  removeOwnAddress,
  viewAddress,
  viewOwnAddresses,
} from '../../../model/profile/own-addresses.js';
import type { IdentificationKind } from '../../../model/users/person.js';
import { flagIn, signedIn, textIn, type Action, type Actions } from '../../engine/action.js';
import { publicUrl } from '../../origins.js';

type Kind = Readonly<{ kind: IdentificationKind; param: string }>;

const EMAIL = { kind: 'email_address', param: 'email_id' } as const;
const PHONE = { kind: 'phone_number', param: 'phone_number_id' } as const;
const WALLET = { kind: 'web3_wallet', param: 'web3_wallet_id' } as const;

type Verifiable = Kind & { readonly kind: VerifiableKind };

const list = ({ kind }: Kind): Action => signedIn(({ state, user }) => viewOwnAddresses(state, user, kind));

const show = ({ kind, param }: Kind): Action =>
  signedIn(({ state, user, params }) => viewAddress(state, ownAddress(state, user, kind, params[param] ?? '')));

const remove = ({ kind, param }: Kind): Action =>
  signedIn(({ state, user, params }) => removeOwnAddress(state, user, kind, params[param] ?? ''));

const prepare = ({ kind, param }: Verifiable): Action =>
  signedIn((call) => {
    const { state, user, params, fields } = call;
    const row = prepareOwnAddress(state, user, kind, params[param] ?? '', fields, publicUrl(call));
    return viewAddress(state, row);
  });

const attempt = ({ kind, param }: Verifiable): Action =>
  signedIn((call) => {
    const { state, user, params } = call;
    return viewAddress(state, attemptOwnAddress(state, user, kind, params[param] ?? '', textIn(call, 'code')));
  });

const add = ({ kind }: Verifiable): Action =>
  signedIn((call) => {
    const reserved = kind === 'phone_number' && flagIn(call, 'reserved_for_second_factor') === true;
    const fields = reserved ? { reserved_for_second_factor: true } : {};
    return viewAddress(call.state, addOwnAddress(call.state, call.user, kind, textIn(call, kind), fields));
  });

export const addressActions: Actions = {
  getEmailAddresses: list(EMAIL),
  createEmailAddresses: add(EMAIL),
  getEmailAddress: show(EMAIL),
  sendVerificationEmail: prepare(EMAIL),
  verifyEmailAddress: attempt(EMAIL),
  DeleteEmailAddress: remove(EMAIL),
  getPhoneNumbers: list(PHONE),
  postPhoneNumbers: add(PHONE),
  ReadPhoneNumber: show(PHONE),
  sendVerificationSMS: prepare(PHONE),
  verifyPhoneNumber: attempt(PHONE),
  UpdatePhoneNumber: signedIn((call) => {
    const { state, user, params } = call;
    const wishes = {
      reserved: flagIn(call, 'reserved_for_second_factor'),
      isDefault: flagIn(call, 'default_second_factor'),
    };
    const { row, backupCodes } = changeOwnNumber(state, user, params['phone_number_id'] ?? '', wishes);
    return { ...viewAddress(state, row), backup_codes: backupCodes };
  }),
  DeletePhoneNumber: remove(PHONE),
  getWeb3Wallets: list(WALLET),
  readWeb3Wallet: show(WALLET),
  deleteWeb3Wallet: remove(WALLET),
};
