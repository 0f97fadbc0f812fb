/** A guard's requirement, compiled once where the route is defined and once for each authenticator it meets. */
import { ConfigurationError } from '../../errors.js';
import type { GuardRequirement } from '../../types.js';
import { compileRequirement, type CompiledRequirement } from './requirement.js';
import type { Authenticator } from '../authenticator.js';
import { checkKnownConfigurations } from '../middleware/known-configurations.js';

export type RequirementFor = (authenticator: Authenticator) => CompiledRequirement;

/**
 * @returns what a route asks for, given the authenticator that looks after the request
 * @throws {ConfigurationError} for a requirement that can never hold, or for a kind of token that no middleware made so far
 *   has a key for; the function it returns throws one if the authenticator at hand has none
 */
export function createGuard(requirement: GuardRequirement | undefined): RequirementFor {
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
    'Mount it before the routes: app.use(clerkMiddleware()).',
  );
}
