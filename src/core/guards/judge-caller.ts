/** A guard's answer once the request has been authenticated. */
import { andThen } from '../../ground/maybe-promise.js';
import type { MaybePromise } from '../../ports.js';
import type { Auth, RequestState } from '../../types.js';
import type { RequestContext } from '../request/context.js';
import { absoluteUrl } from '../request/public-origin.js';
import { forbiddenDenial } from './challenge.js';
import { denyFault, denyForbidden, denyUnauthenticated, type GuardResult } from './denial.js';
import type { CompiledRequirement } from './requirement.js';

/** URL (or path of this server) of the RFC 9728 metadata to name in challenges, or null. What is no text counts as null. */
export type ResourceMetadata = () => MaybePromise<string | null>;

interface Case {
  readonly context: RequestContext;
  readonly state: RequestState;
  /** As the requirement sees the caller: it may have a rule of its own about pending sessions. */
  readonly auth: Auth;
  readonly requirement: CompiledRequirement;
  /** For `check`, as the framework knows it. */
  readonly request: unknown;
  readonly resourceMetadata: ResourceMetadata | undefined;
}

/** A `check` that throws throws here. */
export function judgeCaller(given: Case): MaybePromise<GuardResult> {
  const { context, state, auth, requirement, request } = given;
  const fault = denyFault(state);
  if (fault !== null) return fault;
  if (!auth.isAuthenticated || !requirement.acceptsToken.includes(auth.tokenType)) {
    return andThen(metadataUrl(given), (url) => denyUnauthenticated(context, state, requirement, auth, url));
  }
  return andThen(requirement.decide(auth, request), (verdict): MaybePromise<GuardResult> => {
    if (verdict.allowed) return { allowed: true, auth };
    return andThen(metadataUrl(given), (resourceMetadata) => {
      const denial = forbiddenDenial(verdict, { reason: null, tokenSent: true, resourceMetadata });
      return denyForbidden(context, requirement, denial);
    });
  });
}

function metadataUrl({ context, resourceMetadata }: Case): MaybePromise<string | null> {
  const { view, config } = context;
  const url: MaybePromise<unknown> = resourceMetadata?.();
  return andThen(url, (found) => (typeof found === 'string' ? absoluteUrl(found, view, config) : null));
}
