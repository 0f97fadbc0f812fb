import type { Request } from 'express';
import {
  allOf as allOfThese,
  anyOf as anyOfThese,
  createGuards,
  createOrganizationGuard,
  type Combinators,
  type OrganizationMember,
  type OrganizationOptions,
} from '../../core/index.js';
import type {
  Asking,
  AuthenticatedAs,
  CallerOf,
  GuardRequirement,
  GuardRequirementShape,
  MachineTokenType,
  OneOrMore,
  Permission,
  Role,
  SignedInSession,
} from '../../types.js';
import { asHandler } from './guard-handler.js';
import type { Guard } from './narrowing.js';
import { slot } from './slot.js';

const guards = createGuards(slot, asHandler);

/**
 * Lets a request pass whose caller meets the requirement; without one, a signed-in user. Answers 401, 403 or 503 otherwise
 * (or as `onDenied` does), or sends a signed-out page request to the sign-in page with `redirect: true`.
 *
 * @param requirement what the caller must be; all keys of it must hold
 * @returns a handler for routes behind `clerkMiddleware()`
 * @throws {ConfigurationError} for a requirement that can never hold
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { requireAuth } from 'bailiff/express';
 *
 * const app = express();
 * app.get('/reports', requireAuth({ token: 'api_key', scope: 'reports:read' }), (req, res) => {
 *   res.json({ subject: req.auth.subject });
 * });
 * ```
 */
export function requireAuth(): Guard<SignedInSession>;
export function requireAuth<const R extends GuardRequirementShape<Request>, const T, const S>(
  requirement: Asking<R, T, S, Request>,
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
 * import express from 'express';
 * import { requireRole } from 'bailiff/express';
 *
 * const app = express();
 * app.get('/admin', requireRole('org:admin'), (req, res) => {
 *   res.json({ userId: req.auth.userId });
 * });
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
 * import express from 'express';
 * import { requirePermission } from 'bailiff/express';
 *
 * const app = express();
 * app.get('/invoices', requirePermission('org:invoices:read'), (req, res) => {
 *   res.json({ orgId: req.auth.orgId });
 * });
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
 * import express from 'express';
 * import { requireScope } from 'bailiff/express';
 *
 * const app = express();
 * app.get('/ingest', requireScope('ingest:write'), (req, res) => {
 *   res.json({ subject: req.auth.subject });
 * });
 * ```
 */
export const requireScope: (...scopes: OneOrMore<string>) => Guard<AuthenticatedAs<MachineTokenType>> =
  guards.requireScope;

/**
 * A signed-in user whose active organization is the one that the path names, by id or slug. Otherwise 403, or 404 if that is asked for:
 * the same for an organization that there is and for one that there is not.
 *
 * Use the active organization's id (`req.auth.orgId`) for what the handler looks up.
 *
 * @param options `param`: the path's parameter; `as`: `id` or `slug`; `otherwise`: 403 or 404
 * @throws {ConfigurationError} for options that cannot work; a request to a route without such a parameter ends with one (500)
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { requireOrganization, requirePermission } from 'bailiff/express';
 *
 * const app = express();
 * app.get('/orgs/:org/invoices', requireOrganization({ param: 'org' }), requirePermission('org:invoices:read'), (req, res) => {
 *   res.json({ orgId: req.auth.orgId });
 * });
 * ```
 */
export function requireOrganization(options: OrganizationOptions): Guard<OrganizationMember> {
  return asHandler(createOrganizationGuard(slot, options, ({ params }: Partial<Request>, name) => params?.[name]));
}

/**
 * Any of several requirements. Where none holds, the denial is that of the requirement that came nearest.
 *
 * @param requirements what `requireAuth` takes, without `redirect` and `treatPendingAsSignedOut`
 * @returns a requirement for `requireAuth`, or for another `anyOf` or `allOf`
 *
 * @example
 * ```ts
 * import { anyOf, requireAuth } from 'bailiff/express';
 *
 * const guard = requireAuth(anyOf({ role: 'org:admin' }, { token: 'api_key', scope: 'invoices:read' }));
 * ```
 */
export const anyOf: Combinators<Request>['anyOf'] = anyOfThese;

/**
 * All of several requirements. Where several fail, the denial is that of the most severe one.
 *
 * @param requirements what `requireAuth` takes, without `redirect` and `treatPendingAsSignedOut`
 * @returns a requirement for `requireAuth`, or for another `anyOf` or `allOf`
 *
 * @example
 * ```ts
 * import { allOf, requireAuth } from 'bailiff/express';
 *
 * const guard = requireAuth(allOf({ role: 'org:admin' }, { feature: 'invoices' }));
 * ```
 */
export const allOf: Combinators<Request>['allOf'] = allOfThese;
