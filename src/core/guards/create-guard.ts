/** A guard, whatever the framework: its requirement is compiled where the route is defined, and once for each authenticator it meets. */
import { ConfigurationError } from '../../errors.js';
import type { MaybePromise } from '../../ports.js';
import type { GuardRequirement, RequestView } from '../../types.js';
import type { Authenticator } from '../authenticator.js';
import { watched } from '../faults/fault.js';
import { checkKnownConfigurations } from '../middleware/known-configurations.js';
import type { GuardResult } from './denial.js';
import { compileRequirement, type CompiledRequirement } from './requirement.js';

/** What a guard needs of a request's authentication. */
interface Guarded {
  readonly authenticator: Authenticator;
  readonly view: RequestView;
  guard(requirement: CompiledRequirement): MaybePromise<GuardResult>;
}

/** @param authentication undefined: no middleware has seen the request, which is an error */
export type Guard = (authentication: Guarded | undefined) => MaybePromise<GuardResult>;

/**
 * @param name for the error of a guard without a middleware: `requireAuth()`
 * @throws {ConfigurationError} for a requirement that can never hold, or for a kind of token that no middleware made so far
 *   has a key for; the guard throws (rejects with) one if the authenticator at hand has none
 */
export function createGuard(requirement: GuardRequirement | undefined, name: string): Guard {
  const requirementFor = compileForEach(requirement);
  return (authentication) => {
    if (authentication === undefined) throw middlewareMissing(name);
    const { authenticator, view } = authentication;
    return watched(authenticator.config, 'guard', () => authentication.guard(requirementFor(authenticator)), view);
  };
}

function compileForEach(
  requirement: GuardRequirement | undefined,
): (authenticator: Authenticator) => CompiledRequirement {
  compileRequirement(requirement);
  checkKnownConfigurations((config) => compileRequirement(requirement, config));
  const compiled = new WeakMap<Authenticator, CompiledRequirement>();
  // Most applications have one authenticator, and then nothing has to be looked up.
  let last: { readonly authenticator: Authenticator; readonly requirement: CompiledRequirement } | null = null;
  return (authenticator) => {
    if (last?.authenticator === authenticator) return last.requirement;
    let found = compiled.get(authenticator);
    if (found === undefined) {
      found = compileRequirement(requirement, authenticator.config);
      compiled.set(authenticator, found);
    }
    last = { authenticator, requirement: found };
    return found;
  };
}

/** A guard or a reader ran on a request that no middleware has seen. */
export function middlewareMissing(who: string): ConfigurationError {
  return new ConfigurationError(
    'clerkMiddleware',
    `${who} ran on a request that clerkMiddleware() has not seen.`,
    'Mount it before the routes.',
  );
}
