/** The rules for passwords that users choose. They do not bind the Backend API. */
import { environmentOf } from './environment.js';
import type { ErrorCode } from '../records/api-error.js';
import { refusal } from '../records/refusals.js';
import type { InstanceState } from '../../state/instance-state.js';

type Rules = ReturnType<typeof environmentOf>['user_settings']['password_settings'];

/** In the order in which they are checked. */
const RULES: readonly (readonly [
  code: ErrorCode,
  breaks: (password: string, rules: Rules) => boolean,
  says: (rules: Rules) => string,
])[] = [
  [
    'form_password_length_too_short',
    (password, { min_length: min }) => [...password].length < min,
    ({ min_length: min }) => `Passwords must be ${String(min)} characters or more.`,
  ],
  [
    'form_password_length_too_long',
    (password, { max_length: max }) => max > 0 && [...password].length > max,
    ({ max_length: max }) => `Passwords have at most ${String(max)} characters.`,
  ],
  [
    'form_password_no_uppercase',
    (password, rules) => rules.require_uppercase && !/\p{Lu}/u.test(password),
    () => 'Passwords must contain an uppercase letter.',
  ],
  [
    'form_password_no_lowercase',
    (password, rules) => rules.require_lowercase && !/\p{Ll}/u.test(password),
    () => 'Passwords must contain a lowercase letter.',
  ],
  [
    'form_password_no_number',
    (password, rules) => rules.require_numbers && !/\d/.test(password),
    () => 'Passwords must contain a number.',
  ],
  [
    'form_password_no_special_char',
    (password, rules) =>
      rules.require_special_char && ![...rules.allowed_special_characters].some((each) => password.includes(each)),
    () => 'Passwords must contain a special character.',
  ],
];

/** @throws ApiError 422 for the first rule that the password breaks */
export function refuseWeakPassword(state: InstanceState, password: string, paramName = 'password'): void {
  const rules = environmentOf(state).user_settings.password_settings;
  const [code, , says] = RULES.find(([, breaks]) => breaks(password, rules)) ?? [];
  if (code !== undefined && says !== undefined) throw refusal(code, says(rules), { paramName });
}
