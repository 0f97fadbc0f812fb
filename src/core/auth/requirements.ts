import type { MaybePromise } from '../../ports.js';
import type { AllOf, AnyOf, Auth, GuardRequirement, Requirement, Reverification, TokenType } from '../../types.js';
import type { Config } from '../config/config.js';

/** What a requirement says about an authenticated caller. The worst of what is missing decides. */
export type RequirementVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly missing: 'kind' | 'authorization' }
  | { readonly allowed: false; readonly missing: 'scope'; readonly scopes: readonly string[] }
  | { readonly allowed: false; readonly missing: 'reverification'; readonly reverification: Reverification };

export interface CompiledRequirement {
  /** The kinds that may pass; the visit verifies these and no others. */
  readonly acceptsToken: readonly TokenType[];
  readonly redirect: boolean;
  decide(auth: Auth): MaybePromise<RequirementVerdict>;
}

export function anyOf(...requirements: Requirement[]): AnyOf {
  return { anyOf: requirements };
}

export function allOf(...requirements: Requirement[]): AllOf {
  return { allOf: requirements };
}

export function compileRequirement(requirement?: GuardRequirement, config?: Config): CompiledRequirement {
  void requirement;
  void config;
  throw new Error('not written yet');
}
