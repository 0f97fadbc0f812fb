/** What a route asks for, and how it says no. Types only. */
import type { Reason } from '../errors.js';
import type { HasParams } from './auth.js';
import type { AcceptsToken, Auth } from './token-kinds.js';

interface RequirementBase extends HasParams {
  /** Which kinds may pass. Default `session_token`; the three machine kinds if `scope` alone is given. */
  readonly token?: AcceptsToken;
  /** A rule of your own, after all others hold. May be async; anything but `true` denies. */
  readonly check?: (auth: Auth) => boolean | Promise<boolean>;
}

/** A leaf requirement: all keys given must hold. */
export type SimpleRequirement = RequirementBase;
export interface AnyOf {
  readonly anyOf: readonly Requirement[];
}
export interface AllOf {
  readonly allOf: readonly Requirement[];
}
export type Requirement = SimpleRequirement | AnyOf | AllOf;

/** The arguments of `requireRole('a', 'b')`, which may come as one list. */
export type OneOrMore<T extends string> = readonly [T, ...T[]] | readonly [readonly T[]];

/** What a route asks for, and how it says no. */
export type GuardRequirement = Requirement & {
  /** A signed-out page request goes to the sign-in URL (302) instead of 401; with `sign-up`, to the sign-up URL. True: `sign-in`. */
  readonly redirect?: boolean | 'sign-in' | 'sign-up';
  /** Whether a session with unfinished tasks is signed out here. Default: the option of the middleware. */
  readonly treatPendingAsSignedOut?: boolean;
};

export type DenialCase =
  'unauthenticated' | 'token-type-mismatch' | 'forbidden' | 'reverification' | 'unavailable' | 'fault';

/** The part of a requirement that a known caller did not meet: `kind` is that of the token. */
export type MissingPart = 'kind' | 'role' | 'permission' | 'scope' | 'feature' | 'plan' | 'reverification' | 'check';

export interface ErrorItem {
  readonly code: string;
  readonly message: string;
  readonly long_message: string;
}

/** Why a guard said no, with the answer it would send. `onDenied` may send another. */
export interface Denial {
  readonly case: DenialCase;
  readonly status: 401 | 403 | 500 | 503;
  /** Code of the first error in the body. */
  readonly code: string;
  /** The request's reason, where the caller could not be authenticated. */
  readonly reason: Reason | null;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly errors: readonly ErrorItem[]; readonly clerk_error?: unknown };
  /**
   * The part of the requirement that failed, for logs; null where nobody was known whom it could be asked. Not enumerable, so that
   * nothing sends it along: a client that learns it has a map of the rules.
   */
  readonly missing: MissingPart | null;
  /** With the case `fault`: what this server failed with. Not enumerable, so that nothing sends it along. */
  readonly cause?: Error;
}
