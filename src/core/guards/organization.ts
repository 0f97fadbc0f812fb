/** The guard of routes that name an organization in their path: it must be the active one. */
import { ConfigurationError } from '../../errors.js';
import { andThen } from '../../ground/maybe-promise.js';
import { checkOptionNames, type OptionNames } from '../../ground/option-names.js';
import type { Auth, Option, SignedInSession } from '../../types.js';
import { oneOf, text } from '../config/checks.js';
import type { Slot } from '../middleware/slot.js';
import { createGuard, type Guard } from './create-guard.js';
import { compileRequirement } from './requirement.js';

export interface OrganizationOptions {
  /** The path's parameter that names the organization: `orgId` of `/orgs/:orgId/invoices`. It must not be optional. */
  readonly param: string;
  /**
   * What the parameter holds. Default: either, where a text that begins with `org_` is an id and never a slug. Anyone may choose a
   * slug that is another organization's id, and a handler would look that one up.
   */
  readonly as?: Option<'id' | 'slug'>;
  /** The status if the path names another organization than the active one. Default 403; 404 for routes whose existence is a secret. */
  readonly otherwise?: Option<403 | 404>;
}

/** A user in the organization that the path names. */
export type OrganizationMember = SignedInSession & { readonly orgId: string };

const NAMES: OptionNames<OrganizationOptions> = { param: true, as: true, otherwise: true };

/**
 * @param paramOf gives a parameter of the path, decoded once; what is no text (a wildcard's list, no such parameter) is a fault of the route
 * @throws {ConfigurationError} for options that cannot work; the guard throws (rejects with) one if the route has no such parameter
 */
export function createOrganizationGuard<R, D>(
  slot: Slot<R, D>,
  options: OrganizationOptions,
  paramOf: (request: R, name: string) => unknown,
): Guard<R, D> {
  checkOptionNames(options, NAMES);
  const param = text({ option: 'param' }, options.param);
  const as = (options.as ?? null) === null ? null : oneOf({ option: 'as' }, options.as, ['id', 'slug']);
  const status = oneOf({ option: 'otherwise' }, String(options.otherwise ?? 403), ['403', '404']);
  const another = Object.freeze({ allowed: false, missing: 'organization', isHidden: status === '404' } as const);
  return createGuard(slot, 'requireOrganization', (config) => {
    const signedIn = compileRequirement({}, config);
    return {
      ...signedIn,
      decide: (auth, request) =>
        andThen(signedIn.decide(auth), (verdict) => {
          if (!verdict.allowed) return verdict;
          const named = paramOf(request as R, param);
          if (typeof named !== 'string') throw noParameter(param);
          return isActive(auth, named, as) ? verdict : another;
        }),
    };
  });
}

/** Compared letter for letter: a handler's look-up that ignores case must not be reached with another spelling. */
function isActive(auth: Auth, named: string, as: 'id' | 'slug' | null): boolean {
  if (auth.tokenType !== 'session_token' || named === '') return false;
  const isId = as === null ? /^org_/i.test(named) : as === 'id';
  return named === (isId ? auth.orgId : auth.orgSlug);
}

function noParameter(param: string): ConfigurationError {
  return new ConfigurationError(
    'param',
    `The path of a route with requireOrganization() has no parameter \`${param}\` that is one text.`,
    'Name one that stands in every path of the route, and mount the guard where the router knows it.',
  );
}
