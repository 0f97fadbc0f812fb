/** What a route asks for, and how it says no. Types only. */
import type { Reason } from '../errors.js';
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

interface Redirect {
  /** A signed-out page request goes to the sign-in URL (302) instead of 401. */
  readonly redirect?: boolean;
}
/** What a route asks for, and how it says no. */
export type GuardRequirement<Request = unknown> = Requirement<Request> & Redirect;
/** The same as guards take it. */
export type GuardRequirementShape<Request = unknown> = (LeafShape | AnyOf<Request> | AllOf<Request>) & Redirect;

export type DenialCase =
  'unauthenticated' | 'token-type-mismatch' | 'forbidden' | 'not-found' | 'reverification' | 'unavailable' | 'fault';

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
  /** With the case `fault`: what this server failed with. Not enumerable, so that nothing sends it along. */
  readonly cause?: Error;
}
