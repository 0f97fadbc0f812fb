/** The option `acceptsToken`, and the keys that each kind of token needs. */
import { ConfigurationError } from '../../errors.js';
import type { AcceptsToken, TokenType } from '../../types.js';
import { fail, type OptionName } from './checks.js';
import { ALL_TOKEN_TYPES, TOKEN_KINDS, type KeyOption } from '../../verify/token-kinds.js';
import type { Config } from './config.js';

type Keys = Pick<Config, KeyOption>;

const VARIABLE: Readonly<Record<KeyOption, string>> = {
  secretKey: 'CLERK_SECRET_KEY',
  jwtKey: 'CLERK_JWT_KEY',
  machineSecretKey: 'CLERK_MACHINE_SECRET_KEY',
};

export function isTokenType(value: unknown): value is TokenType {
  return ALL_TOKEN_TYPES.includes(value as TokenType);
}

/** `'any'`, one kind or a list, as a list without repetitions. */
export function tokenTypesOf(acceptsToken: AcceptsToken): readonly TokenType[] {
  if (acceptsToken === 'any') return ALL_TOKEN_TYPES;
  return typeof acceptsToken === 'string'
    ? [acceptsToken]
    : ALL_TOKEN_TYPES.filter((kind) => acceptsToken.includes(kind));
}

/**
 * Checks that a value names kinds of token.
 *
 * @throws ConfigurationError for an unknown kind or an empty list
 */
export function checkAcceptsToken(name: OptionName, value: unknown): AcceptsToken {
  const kinds: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (value === 'any' || (kinds.length > 0 && kinds.every(isTokenType))) {
    return Array.isArray(value) ? Object.freeze([...(value as TokenType[])]) : (value as AcceptsToken);
  }
  return fail(name, 'names no kind of token', `Use 'any', or one or more of: ${ALL_TOKEN_TYPES.join(', ')}.`);
}

/** Whether the keys can verify some form of the kind. */
export function canVerifyKind(kind: TokenType, keys: Keys): boolean {
  return TOKEN_KINDS[kind].keys.some((key) => keys[key] !== null);
}

/** @throws ConfigurationError if there is no key for the kind, naming the variables that would help */
export function requireKeyFor(kind: TokenType, keys: Keys): void {
  if (canVerifyKind(kind, keys)) return;
  const needed = TOKEN_KINDS[kind].keys;
  const variables = needed.map((key) => VARIABLE[key]).join(' or ');
  throw new ConfigurationError(
    needed[0]!,
    `There is no key to verify tokens of the kind ${kind} with.`,
    `Set ${variables}.`,
  );
}

/** Kinds that are asked for by name need their key; `'any'` means whatever the keys at hand can verify. */
export function resolveAcceptsToken(value: AcceptsToken | null, keys: Keys): AcceptsToken {
  if (value === null) return 'session_token';
  const accepted = checkAcceptsToken({ option: 'acceptsToken' }, value);
  if (accepted !== 'any') tokenTypesOf(accepted).forEach((kind) => requireKeyFor(kind, keys));
  return accepted;
}
