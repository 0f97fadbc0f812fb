import type { FastifyReply, FastifyRequest, RouteGenericInterface } from 'fastify';
import * as core from '../../core/index.js';
import type { Asking, CallerOf, GuardRequirement, GuardRequirementShape } from '../../types.js';
import type { OneOrMore, Permission, Role, SignedInSession } from '../../types.js';
import type { OnDenied } from './middleware-options.js';
import { answered, present, sendAnswer, watchSend } from './reply.js';
import { slot } from './request.js';

/** A guard, to be used as a hook (`preHandler`, `onRequest`, …). {@link guarded} makes its caller known to the handler's types. */
export interface Guard<Caller> {
  (request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** For the types alone. */
  readonly proves?: Caller;
}

const guards = core.createGuards(slot, asHook);

/**
 * Lets a request pass whose caller meets the requirement; without one, a signed-in user. Answers 401, 403 or 503 otherwise
 * (or as `onDenied` does), or sends a signed-out page request to the sign-in page with `redirect: true`.
 *
 * @param requirement what the caller must be; all keys of it must hold
 * @returns a hook for routes behind `clerkMiddleware()`
 * @throws {ConfigurationError} for a requirement that can never hold
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { guarded, requireAuth } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/reports', guarded(requireAuth({ token: 'api_key', scope: 'reports:read' }), (request) => ({ subject: request.auth.subject })));
 * ```
 */
export function requireAuth(): Guard<SignedInSession>;
export function requireAuth<const R extends GuardRequirementShape<FastifyRequest>, const T, const S>(
  requirement: Asking<R, T, S, FastifyRequest>,
): Guard<CallerOf<R>>;
export function requireAuth(requirement?: GuardRequirement): Guard<never> {
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
 * import fastify from 'fastify';
 * import { guarded, requireRole } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/admin', guarded(requireRole('org:admin'), (request) => ({ userId: request.auth.userId })));
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
 * import fastify from 'fastify';
 * import { guarded, requirePermission } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/invoices', guarded(requirePermission('org:invoices:read'), (request) => ({ orgId: request.auth.orgId })));
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
 * import fastify from 'fastify';
 * import { guarded, requireScope } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/ingest', guarded(requireScope('ingest:write'), (request) => ({ subject: request.auth.subject })));
 * ```
 */
export const requireScope: (...scopes: OneOrMore<string>) => Guard<CallerOf<{ scope: string }>> = guards.requireScope;

/**
 * A guarded route: `app.get('/me', guarded(requireAuth(), (request) => request.auth.userId))`, with `request.auth` narrowed.
 *
 * @param guard runs as the route's `preHandler`
 * @param handler of the route, as Fastify has it
 * @returns the route's options, for the second argument of `app.get` and the like
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { guarded, requireRole } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/admin', guarded(requireRole('org:admin'), (request) => ({ userId: request.auth.userId })));
 * ```
 */
export function guarded<G extends Guard<unknown>, R extends RouteGenericInterface = RouteGenericInterface>(
  guard: G,
  handler: (request: FastifyRequest<R> & { readonly auth: NonNullable<G['proves']> }, reply: FastifyReply) => unknown,
) {
  return { preHandler: guard, handler: handler as (request: FastifyRequest, reply: FastifyReply) => unknown };
}

/**
 * A signed-in user whose active organization is the one that the path names, by id or slug. Otherwise 403, or 404 if that is asked for:
 * the same for an organization that there is and for one that there is not.
 *
 * Use the active organization's id (`request.auth.orgId`) for what the handler looks up.
 *
 * @param options `param`: the path's parameter; `as`: `id` or `slug`; `otherwise`: 403 or 404
 * @throws {ConfigurationError} for options that cannot work; a request to a route without such a parameter ends with one (500)
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { guarded, requireOrganization } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/orgs/:org', guarded(requireOrganization({ param: 'org' }), (request) => ({ orgId: request.auth.orgId })));
 * ```
 */
export function requireOrganization(options: core.OrganizationOptions): Guard<core.OrganizationMember> {
  const paramOf = ({ params }: FastifyRequest, name: string) => (params as Record<string, unknown>)[name];
  return asHook(core.createOrganizationGuard(slot, options, paramOf));
}

/**
 * Any of several requirements. Where none holds, the denial is that of the requirement that came nearest.
 *
 * @param requirements what `requireAuth` takes, without `redirect` and `treatPendingAsSignedOut`
 * @returns a requirement for `requireAuth`, or for another `anyOf` or `allOf`
 *
 * @example
 * ```ts
 * import { anyOf, requireAuth } from 'bailiff/fastify';
 *
 * const guard = requireAuth(anyOf({ role: 'org:admin' }, { token: 'api_key', scope: 'invoices:read' }));
 * ```
 */
export const anyOf: core.Combinators<FastifyRequest>['anyOf'] = core.anyOf;

/**
 * All of several requirements. Where several fail, the denial is that of the most severe one.
 *
 * @param requirements what `requireAuth` takes, without `redirect` and `treatPendingAsSignedOut`
 * @returns a requirement for `requireAuth`, or for another `anyOf` or `allOf`
 *
 * @example
 * ```ts
 * import { allOf, requireAuth } from 'bailiff/fastify';
 *
 * const guard = requireAuth(allOf({ role: 'org:admin' }, { feature: 'invoices' }));
 * ```
 */
export const allOf: core.Combinators<FastifyRequest>['allOf'] = core.allOf;

function asHook(ask: core.Guard<FastifyRequest, OnDenied>): Guard<never> {
  return async function clerkGuard(request, reply) {
    const { authentication, result } = await ask(request);
    present(request, reply, authentication);
    if (result.allowed) return;
    if ('answer' in result) return sendAnswer(reply, result.answer);
    const isSent = watchSend(reply);
    await authentication.watched('denial', () => authentication.onDenied?.(result.denial, request, reply));
    return isSent() ? answered(reply) : sendAnswer(reply, core.answerOf(result.denial));
  };
}
