/** A single requirement, taken apart and checked where the route is defined. */
import { ConfigurationError } from '../../errors.js';
import type { Auth, HasParams, Reverification, TokenType } from '../../types.js';
import { checkAcceptsToken, tokenTypesOf } from '../config/accepts-token.js';
import { MACHINE_TOKEN_TYPES } from '../../verify/token-kinds.js';
import { deepFreeze } from '../../ground/deep-freeze.js';
import { withOrgPrefix } from '../auth/claims.js';
import { MACHINE_DIMENSIONS, SESSION_DIMENSIONS, type Dimension } from '../auth/has.js';
import { parseReverification } from '../auth/reverification.js';

export interface LeafRequirement {
  readonly kinds: readonly TokenType[];
  /** The kinds were listed one by one, so each must be verifiable. */
  readonly named: boolean;
  /** Role, permission, feature and plan. */
  readonly demands: HasParams | null;
  readonly scopes: readonly string[] | null;
  readonly reverification: Reverification | null;
  readonly check: ((auth: Auth, request: unknown) => unknown) | null;
}

const MACHINES: readonly TokenType[] = MACHINE_TOKEN_TYPES;

type Values = Readonly<Record<string, unknown>>;
type Checker = (key: string, value: unknown) => void;

/** The error for a requirement that nobody could meet. */
export function impossible(problem: string, remedy: string): ConfigurationError {
  return new ConfigurationError('requirement', `The requirement ${problem}.`, remedy);
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

const text: Checker = (key, value) => {
  if (!isText(value)) throw impossible(`has a \`${key}\` that is no text`, `Give the name of a ${key}.`);
};
const texts: Checker = (key, value) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw impossible(`has an empty list as \`${key}\``, `Give at least one ${key}.`);
  list.forEach((item) => text(key, item));
};

/** What may stand under each key. A key that is not here is a mistake, and so is `undefined`. */
const CHECKERS: Readonly<Record<string, Checker>> = {
  token: (_, value) => void checkAcceptsToken({ option: 'token' }, value),
  role: texts,
  permission: (key, value) => {
    texts(key, value);
    const names = [value].flat().map((item) => withOrgPrefix(item) ?? '');
    const system = names.find((name) => name.startsWith('org:sys_'));
    if (system === undefined) return;
    throw impossible(`asks for the system permission ${system}`, 'Ask for a role.');
  },
  feature: text,
  plan: text,
  scope: (key, value) => {
    texts(key, value);
    if ([value].flat().every((item) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(String(item)))) return;
    throw impossible('has a `scope` that is none', 'List several scopes as an array.');
  },
  reverification: (_, value) => {
    if (parseReverification(value) !== null) return;
    throw impossible('has an unknown `reverification`', 'Use a preset or { level, afterMinutes }.');
  },
  check: (_, value) => {
    if (typeof value !== 'function') throw impossible('has a `check` that is no function', 'Give a function.');
  },
};

/** @throws ConfigurationError for what is unknown, malformed, or could hold for nobody */
export function compileLeaf(requirement: object): LeafRequirement {
  const values: Values = { ...requirement };
  for (const key of Object.keys(values)) {
    const checker = Object.hasOwn(CHECKERS, key) ? CHECKERS[key] : undefined;
    if (checker === undefined)
      throw impossible(
        `has an unknown key \`${key}\``,
        `Use: ${Object.keys(CHECKERS).join(', ')}; for pages, redirect.`,
      );
    if (values[key] === undefined) throw impossible(`has \`${key}\` without a value`, 'Set it, or leave it out.');
    checker(key, values[key]);
  }
  const { token, scope, reverification, check, ...demands } = values as HasParams & {
    readonly token?: Parameters<typeof tokenTypesOf>[0];
    readonly check?: (auth: Auth, request: unknown) => unknown;
  };
  const asked = (dimensions: readonly Dimension[]) => dimensions.some((dimension) => dimension in values);
  const onlyScope = scope !== undefined && !asked(SESSION_DIMENSIONS);
  const kinds = token === undefined ? (onlyScope ? MACHINES : SESSION) : tokenTypesOf(token);
  refuseContradiction(kinds, asked(SESSION_DIMENSIONS), asked(MACHINE_DIMENSIONS));
  return {
    kinds,
    named: token !== undefined && token !== 'any',
    // Copies of our own, and frozen: they outlive the request, and a denial hands some of them to `onDenied`.
    demands: Object.keys(demands).length === 0 ? null : deepFreeze(structuredClone(demands)),
    scopes: scope === undefined ? null : Object.freeze([scope].flat()),
    reverification: reverification === undefined ? null : deepFreeze(structuredClone(reverification)),
    check: check ?? null,
  };
}

const SESSION: readonly TokenType[] = Object.freeze(['session_token'] as const);

/** Sessions have no scopes, and machines have nothing else: a requirement for both could hold for nobody. */
function refuseContradiction(kinds: readonly TokenType[], ofSession: boolean, ofMachine: boolean): void {
  if (ofSession && ofMachine) {
    throw impossible('asks for a scope and for what only users have', 'Use anyOf(…).');
  }
  if (ofMachine && !kinds.some((kind) => MACHINES.includes(kind))) {
    throw impossible('asks a session for a scope', 'Name a machine kind in `token`.');
  }
  if (ofSession && !kinds.includes('session_token')) {
    throw impossible('asks a machine for what only users have', 'Ask machines for a `scope`.');
  }
}
