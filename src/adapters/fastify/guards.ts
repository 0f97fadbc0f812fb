import type { FastifyReply, FastifyRequest, RouteGenericInterface } from 'fastify';
import { createGuard } from '../../core/index.js';
import type { CallerOf, Exactly, GuardRequirement, OneOrMore, Permission, Role, SignedInSession } from '../../types.js';
import { answered, present, sendAnswer, sendDenial, watchSend } from './reply.js';
import { slot } from './request.js';

/** A guard, to be used as a hook (`preHandler`, `onRequest`, …). {@link guarded} makes its caller known to the handler's types. */
export interface Guard<Caller> {
  (request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** For the types alone. */
  readonly proves?: Caller;
}

/**
 * Lets a request pass whose caller meets the requirement; without one, a signed-in user. Answers 401, 403 or 503 otherwise
 * (or as `onDenied` does), or sends a signed-out page request to the sign-in page with `redirect: true`.
 *
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
export const requireAuth = <const R extends GuardRequirement = { token: 'session_token' }>(
  requirement?: R & Exactly<R>,
): Guard<CallerOf<R>> => guard(requirement, 'requireAuth()');

/**
 * A signed-in user with any of these roles in the active organization.
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
export const requireRole = (...roles: OneOrMore<Role>): Guard<SignedInSession> =>
  guard({ role: roles.flat() }, 'requireRole()');

/**
 * A signed-in user with all of these permissions in the active organization.
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
export const requirePermission = (...permissions: OneOrMore<Permission>): Guard<SignedInSession> =>
  guard({ permission: permissions.flat() }, 'requirePermission()');

/**
 * A machine of any kind with all of these scopes.
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
export const requireScope = (...scopes: OneOrMore<string>): Guard<CallerOf<{ scope: string }>> =>
  guard({ scope: scopes.flat() }, 'requireScope()');

/**
 * A guarded route: `app.get('/me', guarded(requireAuth(), (request) => request.auth.userId))`, with `request.auth` narrowed.
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

function guard(requirement: GuardRequirement | undefined, name: string): Guard<never> {
  const ask = createGuard(requirement, name);
  return async function clerkGuard(request, reply) {
    const result = await ask(slot.get(request));
    const authentication = slot.require(request, name);
    present(request, reply, authentication);
    if (result.allowed) return;
    if ('answer' in result) return sendAnswer(reply, result.answer);
    const { onDenied } = authentication;
    const { denial } = result;
    const isSent = watchSend(reply);
    if (onDenied !== undefined) await authentication.watched('denial', () => onDenied(denial, request, reply));
    return isSent() ? answered(reply) : sendDenial(reply, denial);
  };
}
