/** Guards, whatever the framework: a requirement is compiled where the route is defined, and once for each authenticator that it meets. */
import { andThen } from '../../ground/maybe-promise.js';
import type { MaybePromise } from '../../ports.js';
import type { GuardRequirement, OneOrMore, Permission, Role } from '../../types.js';
import type { Authenticator } from '../authenticator.js';
import type { Config } from '../config/config.js';
import { checkKnownConfigurations } from '../middleware/known-configurations.js';
import type { RequestAuthentication } from '../middleware/request-authentication.js';
import type { Slot } from '../middleware/slot.js';
import type { GuardResult } from './denial.js';
import { compileRequirement, type CompiledRequirement } from './requirement.js';

/** The decision of a guard about a request, and the authentication that it rests on. */
export interface GuardDecision<D> {
  readonly authentication: RequestAuthentication<D>;
  readonly result: GuardResult;
}

/** Takes a request as the framework gives it to handlers, and hands it to the `check` of a requirement. */
export type Guard<R, D> = (request: R) => MaybePromise<GuardDecision<D>>;
/** @param config without it, only what is wrong under any configuration is found */
export type Compile = (config?: Config) => CompiledRequirement;

/** The guards of `G`, which is the framework's word for a handler that comes before the route. */
interface Guards<G> {
  readonly requireAuth: (requirement?: GuardRequirement) => G;
  readonly requireRole: (...roles: OneOrMore<Role>) => G;
  readonly requirePermission: (...permissions: OneOrMore<Permission>) => G;
  readonly requireScope: (...scopes: OneOrMore<string>) => G;
}

/**
 * The guards throw a ConfigurationError for a requirement that can never hold, or for a kind of token that no middleware made so far
 * has a key for. At a request they throw (reject with) one if no middleware has seen it, or if its authenticator has no such key.
 *
 * @param asHandler makes a guard a handler of the framework
 */
export function createGuards<R, D, G>(slot: Slot<R, D>, asHandler: (guard: Guard<R, D>) => G): Guards<G> {
  const guard = (name: string, requirement: GuardRequirement | undefined): G =>
    asHandler(createGuard(slot, name, (config) => compileRequirement(requirement, config)));
  return {
    requireAuth: (requirement) => guard('requireAuth', requirement),
    requireRole: (...roles) => guard('requireRole', { role: roles.flat() }),
    requirePermission: (...permissions) => guard('requirePermission', { permission: permissions.flat() }),
    requireScope: (...scopes) => guard('requireScope', { scope: scopes.flat() }),
  };
}

/** @param name for the error of a guard without a middleware: `requireAuth` */
export function createGuard<R, D>(slot: Slot<R, D>, name: string, compile: Compile): Guard<R, D> {
  const requirementFor = compileForEach(compile);
  return (request) => {
    const authentication = slot.require(request, name);
    const { authenticator } = authentication;
    return andThen(
      authentication.watched('guard', () => authentication.guard(requirementFor(authenticator), request)),
      (result) => ({ authentication, result }),
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
