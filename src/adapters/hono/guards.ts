import type { Context, MiddlewareHandler, Next } from 'hono';
import {
  allOf as allOfThese,
  anyOf as anyOfThese,
  answerOf,
  createGuards,
  createOrganizationGuard,
  type Combinators,
  type Guard as CoreGuard,
  type GuardDecision,
  type OrganizationMember,
  type OrganizationOptions,
  type RequestAuthentication,
} from '../../core/index.js';
import type { MaybePromise } from '../../ports.js';
import { andThen } from '../../ground/maybe-promise.js';
import { tagOf } from '../../ground/realm.js';
import type {
  Asking,
  CallerOf,
  Denial,
  GuardRequirement,
  GuardRequirementShape,
  MachineTokenType,
  AuthenticatedAs,
  OneOrMore,
  Permission,
  Role,
  SignedInSession,
} from '../../types.js';
import { sendAnswer } from './respond.js';
import type { OnDenied } from './middleware-options.js';
import { showAuth, slot } from './slot.js';

/** A guard that leaves `c.var.auth` as narrow as its requirement proves it. */
export type Guard<Caller> = MiddlewareHandler<{ Variables: { auth: Caller } }>;

const guards = createGuards(slot, asMiddleware);

/**
 * Lets a request pass whose caller meets the requirement; without one, a signed-in user. Answers 401, 403 or 503 otherwise
 * (or as `onDenied` does), or sends a signed-out page request to the sign-in page with `redirect: true`.
 *
 * @param requirement what the caller must be; all keys of it must hold
 * @returns a middleware for routes behind `clerkMiddleware()`
 * @throws {ConfigurationError} for a requirement that can never hold
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { requireAuth } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.get('/reports', requireAuth({ token: 'api_key', scope: 'reports:read' }), (c) => c.json({ subject: c.var.auth.subject }));
 * ```
 */
export function requireAuth(): Guard<SignedInSession>;
export function requireAuth<const R extends GuardRequirementShape<Context>, const T, const S>(
  requirement: Asking<R, T, S, Context>,
): Guard<CallerOf<R>>;
export function requireAuth(requirement?: GuardRequirement): MiddlewareHandler {
  return guards.requireAuth(requirement);
}

/**
 * A signed-in user with any of these roles in the active organization. Otherwise 401 or 403, as `requireAuth`.
 *
 * @param roles with or without the prefix `org:`; as arguments, or as one list
 * @throws {ConfigurationError} for an empty list, or a role that is no text
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { requireRole } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.get('/admin', requireRole('org:admin'), (c) => c.json({ userId: c.var.auth.userId }));
 * ```
 */
export const requireRole: (...roles: OneOrMore<Role>) => Guard<SignedInSession> = guards.requireRole;

/**
 * A signed-in user with all of these permissions in the active organization. Otherwise 401 or 403, as `requireAuth`.
 *
 * @param permissions with or without the prefix `org:`; as arguments, or as one list
 * @throws {ConfigurationError} for an empty list, or a system permission (`org:sys_…`): session tokens do not carry those
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { requirePermission } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.get('/invoices', requirePermission('org:invoices:read'), (c) => c.json({ orgId: c.var.auth.orgId }));
 * ```
 */
export const requirePermission: (...permissions: OneOrMore<Permission>) => Guard<SignedInSession> =
  guards.requirePermission;

/**
 * A machine of any kind with all of these scopes. Otherwise 401, or 403 with a challenge that names them (RFC 6750).
 *
 * @param scopes as arguments, or as one list
 * @throws {ConfigurationError} for an empty list, or a text that is no scope (RFC 6749, section 3.3)
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { requireScope } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.get('/ingest', requireScope('ingest:write'), (c) => c.json({ subject: c.var.auth.subject }));
 * ```
 */
export const requireScope: (...scopes: OneOrMore<string>) => Guard<AuthenticatedAs<MachineTokenType>> =
  guards.requireScope;

/**
 * A signed-in user whose active organization is the one that the path names, by id or slug. Otherwise 403, or 404 if that is asked for:
 * the same for an organization that there is and for one that there is not.
 *
 * Use the active organization's id (`c.var.auth.orgId`) for what the handler looks up.
 *
 * @param options `param`: the path's parameter; `as`: `id` or `slug`; `otherwise`: 403 or 404
 * @throws {ConfigurationError} for options that cannot work; a request to a route without such a parameter ends with one (500)
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { requireOrganization, requirePermission } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.get('/orgs/:org/invoices', requireOrganization({ param: 'org' }), requirePermission('org:invoices:read'), (c) =>
 *   c.json({ orgId: c.var.auth.orgId }),
 * );
 * ```
 */
export function requireOrganization(options: OrganizationOptions): Guard<OrganizationMember> {
  return asMiddleware(createOrganizationGuard(slot, options, (c, name) => c.req.param(name)));
}

/**
 * Any of several requirements. Where none holds, the denial is that of the requirement that came nearest.
 *
 * @param requirements what `requireAuth` takes, without `redirect` and `treatPendingAsSignedOut`
 * @returns a requirement for `requireAuth`, or for another `anyOf` or `allOf`
 *
 * @example
 * ```ts
 * import { anyOf, requireAuth } from 'bailiff/hono';
 *
 * const guard = requireAuth(anyOf({ role: 'org:admin' }, { token: 'api_key', scope: 'invoices:read' }));
 * ```
 */
export const anyOf: Combinators<Context>['anyOf'] = anyOfThese;

/**
 * All of several requirements. Where several fail, the denial is that of the most severe one.
 *
 * @param requirements what `requireAuth` takes, without `redirect` and `treatPendingAsSignedOut`
 * @returns a requirement for `requireAuth`, or for another `anyOf` or `allOf`
 *
 * @example
 * ```ts
 * import { allOf, requireAuth } from 'bailiff/hono';
 *
 * const guard = requireAuth(allOf({ role: 'org:admin' }, { feature: 'invoices' }));
 * ```
 */
export const allOf: Combinators<Context>['allOf'] = allOfThese;

function asMiddleware(ask: CoreGuard<Context, OnDenied>): MiddlewareHandler {
  return function clerkGuard(c, next) {
    return andThen(ask(c), (decision) => settle(decision, c, next)) as Promise<Response | void>;
  };
}

function settle(decision: GuardDecision<OnDenied>, c: Context, next: Next): MaybePromise<Response | void> {
  const { authentication, result } = decision;
  showAuth(c, authentication.auth);
  if (result.allowed) return next();
  return 'answer' in result ? sendAnswer(c, result.answer) : deny(result.denial, authentication, c);
}

/** Whatever is no response asks for the default answer. */
function deny(denial: Denial, authentication: RequestAuthentication<OnDenied>, c: Context): MaybePromise<Response> {
  const answer: MaybePromise<unknown> = authentication.watched('denial', () => authentication.onDenied?.(denial, c));
  return andThen(answer, (found) => (isResponse(found) ? found : sendAnswer(c, answerOf(denial))));
}

/** By its tag: on some runtimes a `Response` of another realm is not an instance of the global one. */
function isResponse(value: unknown): value is Response {
  return tagOf(value) === '[object Response]';
}
