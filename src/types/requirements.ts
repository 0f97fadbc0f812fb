/** What a route asks for, and how it says no. Types only. */
import type { Reason } from '../reasons.js';
import type { HasParams } from './auth.js';
import type { AcceptsToken, AuthenticatedAs, TokenType } from './token-kinds.js';

/** A leaf requirement, as functions take it: the parameters of its `check` follow from the other keys (`Checked`). */
export interface LeafShape extends HasParams {
  /** Which kinds may pass. Default `session_token`; the three machine kinds if `scope` alone is given. */
  readonly token?: AcceptsToken;
  readonly check?: unknown;
}

/**
 * A leaf requirement: all keys given must hold.
 *
 * @typeParam Request what the framework calls a request, for `check`
 */
export interface SimpleRequirement<Request = unknown> extends LeafShape {
  /**
   * A rule of your own, asked after all others hold. May be async; anything but `true` denies.
   *
   * @param auth the caller, of a kind that may pass
   * @param request as the framework gives it to handlers: Express's `req`, Hono's `c`, Fastify's `request`
   */
  check?(auth: AuthenticatedAs<TokenType>, request: Request): boolean | Promise<boolean>;
}
export interface AnyOf<Request = unknown> {
  readonly anyOf: readonly Requirement<Request>[];
}
export interface AllOf<Request = unknown> {
  readonly allOf: readonly Requirement<Request>[];
}
export type Requirement<Request = unknown> = SimpleRequirement<Request> | AnyOf<Request> | AllOf<Request>;

/** The arguments of `requireRole('a', 'b')`, which may come as one list. */
export type OneOrMore<T extends string> = readonly [T, ...T[]] | readonly [readonly T[]];

interface Manner {
  /** A signed-out page request goes to the sign-in URL (302) instead of 401; with `sign-up`, to the sign-up URL. True: `sign-in`. */
  readonly redirect?: boolean | 'sign-in' | 'sign-up';
  /** Whether a session with unfinished tasks is signed out here. Default: the option of the middleware. */
  readonly treatPendingAsSignedOut?: boolean;
}
/** What a route asks for, and how it says no. */
export type GuardRequirement<Request = unknown> = Requirement<Request> & Manner;
/** The same as guards take it. */
export type GuardRequirementShape<Request = unknown> = (LeafShape | AnyOf<Request> | AllOf<Request>) & Manner;

export type DenialCase =
  'unauthenticated' | 'token-type-mismatch' | 'forbidden' | 'not-found' | 'reverification' | 'unavailable' | 'fault';

/** The part of a requirement that a known caller did not meet: `kind` is that of the token. */
export type MissingPart =
  'kind' | 'role' | 'permission' | 'scope' | 'feature' | 'plan' | 'reverification' | 'organization' | 'check';

export interface ErrorItem {
  readonly code: string;
  readonly message: string;
  readonly long_message: string;
}

/** Why a guard said no, with the answer it would send. `onDenied` may send another. */
export interface Denial {
  readonly case: DenialCase;
  readonly status: 401 | 403 | 404 | 500 | 503;
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
  /**
   * HTML that is sent in place of the body: where a browser asks for a page with `redirect`, and the user who is signed in may not
   * see it. Not enumerable.
   */
  readonly page?: string;
  /** With the case `fault`: what this server failed with. Not enumerable, so that nothing sends it along. */
  readonly cause?: Error;
}
