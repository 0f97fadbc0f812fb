/** A guard, whatever the framework: its requirement is compiled where the route is defined, and once for each authenticator it meets. */
import { ConfigurationError } from '../../errors.js';
import type { MaybePromise } from '../../ports.js';
import type { GuardRequirement, RequestView } from '../../types.js';
import type { Authenticator } from '../authenticator.js';
import type { Config } from '../config/config.js';
import { watched } from '../faults/fault.js';
import { checkKnownConfigurations } from '../middleware/known-configurations.js';
import type { GuardResult } from './denial.js';
import { compileRequirement, type CompiledRequirement } from './requirement.js';

/** What a guard needs of a request's authentication. */
interface Guarded {
  readonly authenticator: Authenticator;
  readonly view: RequestView;
  guard(requirement: CompiledRequirement, request: unknown): MaybePromise<GuardResult>;
}

/**
 * @param authentication undefined: no middleware has seen the request, which is an error
 * @param request as the framework gives it to handlers, for the `check` of a requirement
 */
export type Guard = (authentication: Guarded | undefined, request: unknown) => MaybePromise<GuardResult>;
/** @param config without it, only what is wrong under any configuration is found */
export type Compile = (config?: Config) => CompiledRequirement;

/**
 * @param name for the error of a guard without a middleware: `requireAuth()`
 * @throws {ConfigurationError} for a requirement that can never hold, or for a kind of token that no middleware made so far
 *   has a key for; the guard throws (rejects with) one if the authenticator at hand has none
 */
export function createGuard(requirement: GuardRequirement | undefined, name: string): Guard {
  return createCompiledGuard((config) => compileRequirement(requirement, config), name);
}

/** The same for a requirement that is compiled in its own way. */
export function createCompiledGuard(compile: Compile, name: string): Guard {
  const requirementFor = compileForEach(compile);
  return (authentication, request) => {
    if (authentication === undefined) throw middlewareMissing(name);
    const { authenticator, view } = authentication;
    return watched(
      authenticator.config,
      'guard',
      () => authentication.guard(requirementFor(authenticator), request),
      view,
    );
  };
}

function compileForEach(compile: Compile): (authenticator: Authenticator) => CompiledRequirement {
  compile();
  checkKnownConfigurations(compile);
  const compiled = new WeakMap<Authenticator, CompiledRequirement>();
  // Most applications have one authenticator, and then nothing has to be looked up.
  let last: { readonly authenticator: Authenticator; readonly requirement: CompiledRequirement } | null = null;
  return (authenticator) => {
    if (last?.authenticator === authenticator) return last.requirement;
    let found = compiled.get(authenticator);
    if (found === undefined) {
      found = compile(authenticator.config);
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
