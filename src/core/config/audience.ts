/** The option `audience`: the expected `aud`, and whether session tokens must carry it too. */
import { checkOptionNames, isPlainObject } from '../../ground/option-names.js';
import type { AuthenticatorOptions } from '../../types.js';
import { fail, filledList, oneOf, type OptionName } from './checks.js';
import type { Config } from './config.js';
import { AUDIENCE_OPTIONS } from './authenticator-options.js';

type Given = NonNullable<AuthenticatorOptions['audience']>;

export const NO_AUDIENCE: Pick<Config, 'audience' | 'sessionAudience'> = {
  audience: Object.freeze([]),
  sessionAudience: 'if-present',
};

/**
 * @throws ConfigurationError for an empty list, for what is no text, and for an object that is not `{ value, sessionTokens }`:
 *   whatever is not understood would not be checked
 */
export function resolveAudience(name: OptionName, given: Given): Pick<Config, 'audience' | 'sessionAudience'> {
  if (typeof given === 'string' || Array.isArray(given)) {
    return { ...NO_AUDIENCE, audience: filledList(name, given, { single: true }) };
  }
  if (!isPlainObject(given)) {
    fail(name, 'is not an audience', 'Give a text, a list or { value, sessionTokens }.');
  }
  checkOptionNames(given, AUDIENCE_OPTIONS, name.option);
  const { value, sessionTokens } = given as Extract<Given, { readonly value: unknown }>;
  const strict = sessionTokens ?? null;
  if (strict !== null) oneOf({ option: `${name.option}.sessionTokens` }, strict, ['required']);
  return {
    audience: filledList({ option: `${name.option}.value` }, value, { single: true }),
    sessionAudience: strict ?? 'if-present',
  };
}
