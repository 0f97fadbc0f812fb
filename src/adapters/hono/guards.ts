import type { Context, MiddlewareHandler, Next } from 'hono';
import { createGuard, type GuardResult, type RequestAuthentication } from '../../core/index.js';
import type { MaybePromise } from '../../ports.js';
import { andThen } from '../../ground/maybe-promise.js';
import { tagOf } from '../../ground/realm.js';
import type {
  CallerOf,
  Denial,
  Exactly,
  GuardRequirement,
  MachineTokenType,
  AuthenticatedAs,
  OneOrMore,
  Permission,
  Role,
  SignedInSession,
} from '../../types.js';
import { sendAnswer, sendDenial } from './respond.js';
import type { OnDenied } from './middleware-options.js';
import { showAuth, slot } from './slot.js';

/** A guard that leaves `c.var.auth` as narrow as its requirement proves it. */
export type Guard<Caller> = MiddlewareHandler<{ Variables: { auth: Caller } }>;

/**
 * Lets a request pass whose caller meets the requirement; without one, a signed-in user. Answers 401, 403 or 503 otherwise
 * (or as `onDenied` does), or sends a signed-out page request to the sign-in page with `redirect: true`.
 *
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
export function requireAuth<const R extends GuardRequirement>(requirement: R & Exactly<R>): Guard<CallerOf<R>>;
export function requireAuth(requirement?: GuardRequirement): MiddlewareHandler {
  return guard(requirement, 'requireAuth()');
}

/**
 * A signed-in user with any of these roles in the active organization.
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
export function requireRole(...roles: OneOrMore<Role>): Guard<SignedInSession> {
  return guard({ role: roles.flat() }, 'requireRole()');
}

/**
 * A signed-in user with all of these permissions in the active organization.
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
export function requirePermission(...permissions: OneOrMore<Permission>): Guard<SignedInSession> {
  return guard({ permission: permissions.flat() }, 'requirePermission()');
}

/**
 * A machine of any kind with all of these scopes.
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
export function requireScope(...scopes: OneOrMore<string>): Guard<AuthenticatedAs<MachineTokenType>> {
  return guard({ scope: scopes.flat() }, 'requireScope()');
}

function guard(requirement: GuardRequirement | undefined, name: string): MiddlewareHandler {
  const ask = createGuard(requirement, name);
  return function clerkGuard(c, next) {
    const result = ask(slot.get(c));
    return andThen(result, (found) => settle(found, name, c, next)) as Promise<Response | void>;
  };
}

function settle(result: GuardResult, name: string, c: Context, next: Next): MaybePromise<Response | void> {
  const authentication = slot.require(c, name);
  showAuth(c, authentication.auth);
  if (result.allowed) return next();
  return 'answer' in result ? sendAnswer(c, result.answer) : deny(result.denial, authentication, c);
}

/** Whatever is no response asks for the default answer. */
function deny(denial: Denial, authentication: RequestAuthentication<OnDenied>, c: Context): MaybePromise<Response> {
  const { onDenied } = authentication;
  if (onDenied === undefined) return sendDenial(c, denial);
  const answer: MaybePromise<unknown> = authentication.watched('denial', () => onDenied(denial, c));
  return andThen(answer, (found) => (isResponse(found) ? found : sendDenial(c, denial)));
}

/** By its tag: on some runtimes a `Response` of another realm is not an instance of the global one. */
function isResponse(value: unknown): value is Response {
  return tagOf(value) === '[object Response]';
}
