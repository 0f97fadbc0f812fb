/** `has()`: one table of dimensions. Every dimension that is asked must hold; an unknown, missing or malformed one does not. */
import type { HasParams } from '../../types.js';
import { withOrgPrefix, type SessionIdentity } from './claims.js';
import type { ScopedSlug } from './permissions.js';
import { isVerifiedRecently } from './reverification.js';

export type Dimension = keyof HasParams;
export type Has = (params: HasParams) => boolean;
type Test<Facts> = (facts: Facts, asked: unknown) => boolean;
type Tests<Facts> = Readonly<Record<Dimension, Test<Facts>>>;

const never = (): boolean => false;

/** One text or a list of texts, as a list that is not empty; null for anything else. */
function textsOf(asked: unknown): readonly string[] | null {
  const list: readonly unknown[] = Array.isArray(asked) ? asked : [asked];
  return list.length > 0 && list.every((item) => typeof item === 'string' && item !== '') ? (list as string[]) : null;
}

/** The scopes of a question `scope:slug`. An empty slug, a second colon and an unknown scope match nothing. */
const ASKED_SCOPES: Readonly<Record<string, (entry: ScopedSlug) => boolean>> = {
  o: (entry) => entry.organization,
  org: (entry) => entry.organization,
  organization: (entry) => entry.organization,
  u: (entry) => entry.user,
  user: (entry) => entry.user,
};
const anyScope = (entry: ScopedSlug): boolean => entry.organization || entry.user;

/** Whether a list of features or plans has the slug that is asked for: `slug`, or `scope:slug`. */
function isListed(entries: readonly ScopedSlug[], asked: unknown): boolean {
  if (typeof asked !== 'string') return false;
  const parts = asked.split(':');
  const [first = '', second] = parts;
  const slug = second ?? first;
  if (slug === '' || parts.length > 2) return false;
  const applies =
    second === undefined ? anyScope : Object.hasOwn(ASKED_SCOPES, first) ? ASKED_SCOPES[first] : undefined;
  return applies !== undefined && entries.some((entry) => entry.slug === slug && applies(entry));
}

const SESSION_TESTS: Tests<SessionIdentity> = {
  role: ({ orgId, orgRole }, asked) => {
    if (orgId === null || orgRole === null) return false;
    return textsOf(asked)?.some((role) => withOrgPrefix(role) === orgRole) ?? false;
  },
  permission: ({ orgId, orgPermissions }, asked) => {
    if (orgId === null || orgPermissions === null) return false;
    return textsOf(asked)?.every((item) => orgPermissions.includes(withOrgPrefix(item) ?? '')) ?? false;
  },
  feature: ({ features }, asked) => isListed(features(), asked),
  plan: ({ plans }, asked) => isListed(plans(), asked),
  scope: never,
  reverification: ({ factorVerificationAge }, asked) => isVerifiedRecently(factorVerificationAge, asked),
};

interface MachineFacts {
  readonly scopes: readonly string[];
}

const MACHINE_TESTS: Tests<MachineFacts> = {
  role: never,
  permission: never,
  feature: never,
  plan: never,
  scope: ({ scopes }, asked) => textsOf(asked)?.every((scope) => scopes.includes(scope)) ?? false,
  reverification: never,
};

/**
 * Runs the tests that `params` asks for. A dimension that is `undefined` is not asked. Inherited keys count, so that no
 * demand is lost; an unknown key fails, so that a misspelt demand is not ignored; a getter that throws fails.
 */
function evaluate<Facts>(tests: Tests<Facts>, facts: Facts, params: unknown): boolean {
  if (typeof params !== 'object' || params === null) return false;
  let passed = 0;
  try {
    for (const key in params) {
      const asked = (params as Readonly<Record<string, unknown>>)[key];
      if (asked === undefined) continue;
      if (!Object.hasOwn(tests, key) || !tests[key as Dimension](facts, asked)) return false;
      passed += 1;
    }
  } catch {
    return false;
  }
  return passed > 0;
}

/** `has()` of a signed-in user. Never throws. */
export function sessionHas(facts: SessionIdentity): Has {
  return Object.freeze((params: HasParams) => evaluate(SESSION_TESTS, facts, params));
}

/** `has()` of a machine: scopes alone. Never throws. */
export function machineHas(scopes: readonly string[]): Has {
  return Object.freeze((params: HasParams) => evaluate(MACHINE_TESTS, { scopes }, params));
}

/** `has()` of a request without a caller. */
export const hasNothing: Has = Object.freeze(() => false);

/** The dimensions that can hold for sessions, and those that can hold for machines. */
export const SESSION_DIMENSIONS: readonly Dimension[] = ['role', 'permission', 'feature', 'plan', 'reverification'];
export const MACHINE_DIMENSIONS: readonly Dimension[] = ['scope'];
