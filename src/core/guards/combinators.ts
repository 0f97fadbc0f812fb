/** `anyOf` and `allOf`: several requirements as one. */
import type { Exactly, Requirement } from '../../types.js';

/**
 * Any of several requirements. Where none holds, the denial is that of the requirement that came nearest.
 *
 * @param requirements what `requireAuth` takes, without `redirect` and `treatPendingAsSignedOut`
 * @returns a requirement for `requireAuth`, or for another `anyOf` or `allOf`
 *
 * @example
 * ```ts
 * import { anyOf } from 'bailiff';
 * import { requireAuth } from 'bailiff/express';
 *
 * const guard = requireAuth(anyOf({ role: 'org:admin' }, { token: 'api_key', scope: 'invoices:read' }));
 * ```
 */
export function anyOf<const R extends readonly Requirement[]>(
  ...requirements: R & { readonly [I in keyof R]: Exactly<R[I]> }
): { readonly anyOf: R } {
  return { anyOf: requirements };
}

/**
 * All of several requirements. Where several fail, the denial is that of the most severe one.
 *
 * @param requirements what `requireAuth` takes, without `redirect` and `treatPendingAsSignedOut`
 * @returns a requirement for `requireAuth`, or for another `anyOf` or `allOf`
 *
 * @example
 * ```ts
 * import { allOf } from 'bailiff';
 * import { requireAuth } from 'bailiff/express';
 *
 * const guard = requireAuth(allOf({ role: 'org:admin' }, { feature: 'invoices' }));
 * ```
 */
export function allOf<const R extends readonly Requirement[]>(
  ...requirements: R & { readonly [I in keyof R]: Exactly<R[I]> }
): { readonly allOf: R } {
  return { allOf: requirements };
}

/** `anyOf` and `allOf` as a framework's package has them: a `check` among the requirements gets the framework's request. */
export interface Combinators<Request> {
  anyOf<const R extends readonly Requirement<Request>[]>(
    ...requirements: R & { readonly [I in keyof R]: Exactly<R[I]> }
  ): { readonly anyOf: R };
  allOf<const R extends readonly Requirement<Request>[]>(
    ...requirements: R & { readonly [I in keyof R]: Exactly<R[I]> }
  ): { readonly allOf: R };
}
