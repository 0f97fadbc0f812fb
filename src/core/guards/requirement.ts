/** Requirements of routes: compiled where the route is defined, and tested against each caller. */
import { ConfigurationError } from '../../errors.js';
import { isPlainObject, kindOf } from '../../ground/option-names.js';
import type { MaybePromise } from '../../ports.js';
import { isPromise } from '../../ground/realm.js';
import type { Auth, GuardRequirement, HasParams, MissingPart, Reverification, TokenType } from '../../types.js';
import { canVerifyKind, requireKeyFor } from '../config/accepts-token.js';
import type { Config } from '../config/config.js';
import { andThen } from '../../ground/maybe-promise.js';
import { authPageUrl } from '../session/redirect-urls.js';
import { compileLeaf, impossible, type LeafRequirement } from './requirement-leaf.js';

/** What is missing, from the worst down: a worse answer hides a milder one in `allOf`, and gives way to it in `anyOf`. */
export type Missing =
  | { readonly missing: 'kind' }
  | { readonly missing: 'authorization'; readonly part: MissingPart }
  /** `isHidden`: the answer is 404. */
  | { readonly missing: 'organization'; readonly isHidden: boolean }
  | { readonly missing: 'scope'; readonly scopes: readonly string[] }
  | { readonly missing: 'reverification'; readonly reverification: Reverification };

export type RequirementVerdict = { readonly allowed: true } | ({ readonly allowed: false } & Missing);
type Denied = Exclude<RequirementVerdict, { allowed: true }>;

export interface CompiledRequirement {
  /** The kinds that may pass; an authentication verifies these and no others. */
  readonly acceptsToken: readonly TokenType[];
  /** Where a signed-out page request goes; false: nowhere. */
  readonly redirect: false | 'sign-in' | 'sign-up';
  /** Undefined: as the options say. */
  readonly treatPendingAsSignedOut: boolean | undefined;
  /**
   * Tests an authenticated caller.
   *
   * @param request for `check`, as the framework knows it
   */
  decide(auth: Auth, request?: unknown): MaybePromise<RequirementVerdict>;
}

type Node = Omit<CompiledRequirement, 'redirect' | 'treatPendingAsSignedOut'>;

/**
 * @param config without it, only what is wrong under any configuration is found
 * @throws ConfigurationError for a requirement that nobody could meet, or that says something unknown: a misspelt
 *   demand must not become no demand
 */
export function compileRequirement(requirement: GuardRequirement = {}, config?: Config): CompiledRequirement {
  checkPlain(requirement);
  const { redirect: given = false, treatPendingAsSignedOut, ...rest } = requirement;
  const redirect = given === true ? 'sign-in' : given;
  if (redirect !== false && redirect !== 'sign-in' && redirect !== 'sign-up') {
    throw impossible('has an unknown `redirect`', "Give true, false, 'sign-in' or 'sign-up'.");
  }
  if (treatPendingAsSignedOut !== undefined && typeof treatPendingAsSignedOut !== 'boolean') {
    throw impossible('has a `treatPendingAsSignedOut` that is no boolean', 'Give true or false.');
  }
  const node = compileNode(rest, config);
  if (redirect !== false && config !== undefined && authPageUrl(redirect, config, '/') === null) {
    throw new ConfigurationError('signInUrl', 'There is no sign-in page to redirect to.', 'Set CLERK_SIGN_IN_URL.');
  }
  if (config !== undefined && !node.acceptsToken.some((kind) => canVerifyKind(kind, config))) {
    requireKeyFor(node.acceptsToken[0]!, config);
  }
  return Object.freeze({ ...node, redirect, treatPendingAsSignedOut });
}

/** A list, a function, a promise or a `Map` has no demands of its own: it would count as none, and let every user in. */
function checkPlain(requirement: unknown): asserts requirement is Readonly<Record<string, unknown>> {
  if (!isPlainObject(requirement))
    throw impossible(`is ${kindOf(requirement)}`, 'Give a plain object: { … }. Or call it: requireAuth().');
}

function compileNode(requirement: unknown, config: Config | undefined): Node {
  checkPlain(requirement);
  const keys = Object.keys(requirement);
  for (const combinator of ['anyOf', 'allOf'] as const) {
    if (!keys.includes(combinator)) continue;
    if (keys.length > 1) throw impossible(`has \`${combinator}\` beside other keys`, 'Put the others into allOf(…).');
    const branches = requirement[combinator];
    if (!Array.isArray(branches) || branches.length === 0) {
      throw impossible(`has an empty \`${combinator}\``, 'Give at least one requirement.');
    }
    const nodes = branches.map((branch) => compileNode(branch, config));
    return combinator === 'anyOf' ? any(nodes) : all(nodes);
  }
  return leaf(compileLeaf(requirement), config);
}

const ALLOWED: RequirementVerdict = Object.freeze({ allowed: true });
const WRONG_KIND: Denied = Object.freeze({ allowed: false, missing: 'kind' });
const CHECK_FAILED: Denied = Object.freeze({ allowed: false, missing: 'authorization', part: 'check' });

/** The part of a requirement that was missing, in the words of events and denials. */
export const partOf = (verdict: Missing): MissingPart =>
  verdict.missing === 'authorization' ? verdict.part : verdict.missing;

/** The first of several demands that does not hold. The demands are tested again one by one, at the cost of refused callers alone. */
function failedPart(demands: HasParams, auth: Auth): MissingPart {
  const parts = Object.keys(demands) as (keyof HasParams)[];
  return parts.find((part) => !auth.has({ [part]: demands[part] })) ?? parts[0]!;
}

function leaf({ kinds, named, demands, scopes, reverification, check }: LeafRequirement, config?: Config): Node {
  if (config !== undefined && named) kinds.forEach((kind) => requireKeyFor(kind, config));
  return {
    acceptsToken: kinds,
    decide(auth, request) {
      if (!auth.isAuthenticated || !kinds.includes(auth.tokenType)) return WRONG_KIND;
      if (demands !== null && !auth.has(demands)) {
        return { allowed: false, missing: 'authorization', part: failedPart(demands, auth) };
      }
      if (scopes !== null && !auth.has({ scope: scopes })) return { allowed: false, missing: 'scope', scopes };
      if (reverification !== null && !auth.has({ reverification })) {
        return { allowed: false, missing: 'reverification', reverification };
      }
      if (check === null) return ALLOWED;
      const answer: unknown = check(auth, request);
      return andThen(answer, checked);
    },
  };
}

/** Anything but `true` denies: a rule that forgets to return must not open a door. */
function checked(answer: unknown): RequirementVerdict {
  return answer === true ? ALLOWED : CHECK_FAILED;
}

const SEVERITY: Readonly<Record<Missing['missing'], number>> = {
  kind: 3,
  authorization: 2,
  organization: 2,
  scope: 1,
  reverification: 0,
};
const severity = (verdict: Denied): number => SEVERITY[verdict.missing];

/** The first branch that allows; else the branch that came nearest. */
function any(nodes: readonly Node[]): Node {
  const acceptsToken = [...new Set(nodes.flatMap((node) => node.acceptsToken))];
  return {
    acceptsToken,
    decide: (auth, request) =>
      walk(nodes, [auth, request], null, (nearest, verdict) => {
        if (verdict.allowed) return { final: verdict };
        return {
          next: nearest === null || nearest.allowed || severity(verdict) < severity(nearest) ? verdict : nearest,
        };
      }),
  };
}

/** Every branch, or the worst that is missing: a caller who verifies again must not find another closed door behind it. */
function all(nodes: readonly Node[]): Node {
  const acceptsToken = nodes
    .map((node) => node.acceptsToken)
    .reduce((kinds, more) => kinds.filter((kind) => more.includes(kind)));
  if (acceptsToken.length === 0) {
    throw impossible('asks for all of several kinds of token at once', 'Name one `token` in every part of allOf(…).');
  }
  return {
    acceptsToken,
    decide: (auth, request) =>
      walk(nodes, [auth, request], ALLOWED, (worst, verdict) => {
        if (!verdict.allowed && severity(verdict) >= SEVERITY.authorization) return { final: verdict };
        return {
          next: worst === null || worst.allowed ? verdict : verdict.allowed ? worst : moreSevere(worst, verdict),
        };
      }),
  };
}

function moreSevere(one: Denied, other: Denied): Denied {
  if (one.missing === 'scope' && other.missing === 'scope') {
    return { ...one, scopes: [...new Set([...one.scopes, ...other.scopes])] };
  }
  return severity(other) > severity(one) ? other : one;
}

type Step = (
  soFar: RequirementVerdict | null,
  verdict: RequirementVerdict,
) => { readonly final: RequirementVerdict } | { readonly next: RequirementVerdict };

/** Asks the branches one after the other, awaiting only where a branch has to wait. */
function walk(
  nodes: readonly Node[],
  asked: Parameters<Node['decide']>,
  start: RequirementVerdict | null,
  step: Step,
  from = 0,
): MaybePromise<RequirementVerdict> {
  let soFar = start;
  for (let index = from; index < nodes.length; index += 1) {
    const verdict = nodes[index]!.decide(...asked);
    const before = soFar;
    if (isPromise(verdict)) {
      return verdict.then((value) => {
        const result = step(before, value);
        return 'final' in result ? result.final : walk(nodes, asked, result.next, step, index + 1);
      });
    }
    const result = step(before, verdict);
    if ('final' in result) return result.final;
    soFar = result.next;
  }
  return soFar ?? CHECK_FAILED;
}
