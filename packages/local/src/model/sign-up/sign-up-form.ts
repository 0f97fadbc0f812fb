/** What a form gives an attempt to sign up. */
import { isRecord } from '../../../../../src/ground/is-record.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { Fields, SignUpRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { invalidValue, refusal } from '../records/refusals.js';
import { refuseDuplicates } from '../records/resource.js';
import { readUnused } from '../users/identifications.js';
import { restrictionFor } from '../users/sign-up-restrictions.js';
import { passwordFields } from '../users/user-credentials.js';
import { users } from '../users/user-records.js';
import type { VerifiableName } from './requirements.js';
import { changeSignUp, requireOpen } from './sign-up-attempt.js';
import { readChosenUsername } from './usernames.js';

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** How each field of a form is read. @throws ApiError 422 */
const READERS: Readonly<Record<string, (state: InstanceState, value: unknown, row: SignUpRow) => Draft<SignUpRow>>> = {
  email_address: (state, value, row) => identification(state, 'email_address', value, row),
  phone_number: (state, value, row) => identification(state, 'phone_number', value, row),
  username(state, value) {
    const username = typeof value === 'string' ? readChosenUsername(state, value) : null;
    refuseDuplicates(state, users, { username });
    return { username };
  },
  first_name: (_state, value) => ({ first_name: textOrNull(value) }),
  last_name: (_state, value) => ({ last_name: textOrNull(value) }),
  password: (state, value) => (typeof value === 'string' && value !== '' ? passwordFields(state, value) : {}),
  unsafe_metadata(_state, value) {
    if (!isRecord(value)) throw invalidValue('unsafe_metadata', 'must be a JSON object');
    return { unsafe_metadata: { ...value } };
  },
  legal_accepted: (state, value) => ({ legal_accepted_at: value === true || value === 'true' ? state.now() : null }),
  locale: (_state, value) => ({ locale: textOrNull(value) }),
};

function identification(state: InstanceState, kind: VerifiableName, value: unknown, row: SignUpRow): Draft<SignUpRow> {
  const given = textOrNull(value);
  const text = given === null ? null : readUnused(state, kind, given);
  if (text === row[kind]) return {};
  const restriction = text === null || kind !== 'email_address' ? null : restrictionFor(state, [text], 'sign-up');
  if (restriction !== null) throw refusal('not_allowed_access', restriction, { paramName: kind });
  return { [kind]: text, verifications: { ...row.verifications, [kind]: null } };
}

/** Takes what a form gives; attributes that the instance does not have are refused. @throws ApiError 403, 422 */
export function fillSignUp(state: InstanceState, row: SignUpRow, input: Fields): SignUpRow {
  requireOpen(state, row);
  const { attributes } = environmentOf(state).user_settings;
  let next = row;
  const patch: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(READERS)) {
    const value = input[name];
    if (value === undefined) continue;
    const isOff = Object.hasOwn(attributes, name) && !attributes[name as keyof typeof attributes].enabled;
    if (isOff && textOrNull(value) !== null) throw invalidValue(name, 'is not a valid parameter for this request');
    const fields = isOff ? {} : read(state, value, next);
    Object.assign(patch, fields);
    next = { ...next, ...fields } as SignUpRow;
  }
  return changeSignUp(state, row, patch);
}
