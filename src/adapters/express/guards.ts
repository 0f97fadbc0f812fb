import type { Request, Response } from 'express';
import type { ServerResponse } from 'node:http';
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
import { isPromise } from '../../ground/realm.js';
import type {
  Asking,
  AuthenticatedAs,
  CallerOf,
  Denial,
  GuardRequirement,
  GuardRequirementShape,
  MachineTokenType,
  OneOrMore,
  Permission,
  Role,
  SignedInSession,
} from '../../types.js';
import { failWith, goOn, requestOf, responseOf, run, type Handler, type HttpRequest, type Next } from './handler.js';
import type { Guard } from './narrowing.js';
import { sendAnswer, sendStateHeaders } from './respond.js';
import type { OnDenied } from './middleware-options.js';
import { showAuth } from '../node/show-auth.js';
import { slot } from './slot.js';

const guards = createGuards(slot, asHandler);

/**
 * Lets a request pass whose caller meets the requirement; without one, a signed-in user. Answers 401, 403 or 503 otherwise
 * (or as `onDenied` does), or sends a signed-out page request to the sign-in page with `redirect: true`.
 *
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
 * A signed-in user with any of these roles in the active organization.
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
 * A signed-in user with all of these permissions in the active organization.
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
 * A machine of any kind with all of these scopes.
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
 * Any of several requirements.
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
 * All of several requirements.
 *
 * @example
 * ```ts
 * import { allOf, requireAuth } from 'bailiff/express';
 *
 * const guard = requireAuth(allOf({ role: 'org:admin' }, { feature: 'invoices' }));
 * ```
 */
export const allOf: Combinators<Request>['allOf'] = allOfThese;

function asHandler(ask: CoreGuard<HttpRequest, OnDenied>): Guard<never> {
  const handler: Handler = function clerkGuard(request, response, next) {
    const req = requestOf(request);
    const res = responseOf(response);
    run(
      next,
      () => ask(req),
      (decision) => settle(decision, req, res, next),
    );
  };
  return handler as Guard<never>;
}

type Authentication = RequestAuthentication<OnDenied>;

function settle(
  { authentication, result }: GuardDecision<OnDenied>,
  req: HttpRequest,
  res: ServerResponse,
  next: Next,
): void {
  void authentication.watched('guard', () => {
    showAuth(req, authentication.auth);
    sendStateHeaders(res, authentication);
    if ('answer' in result) sendAnswer(res, result.answer);
    else if ('denial' in result && authentication.onDenied === undefined) sendAnswer(res, answerOf(result.denial));
  });
  if (result.allowed) goOn(next);
  else if ('denial' in result && authentication.onDenied !== undefined) {
    deny(result.denial, authentication.onDenied, authentication, req, res, next);
  }
}

/**
 * The handler behind the guard stays out of reach. `next(error)` from `onDenied` hands the error on; `next()`, and all that Express reads
 * as "go on" or "skip the rest of this route", asks for the default answer. The first word counts.
 */
function deny(
  denial: Denial,
  onDenied: OnDenied,
  authentication: Authentication,
  req: HttpRequest,
  res: ServerResponse,
  next: Next,
): void {
  let settled = false;
  const once = (settle: () => void): void => {
    if (settled) return;
    settled = true;
    settle();
  };
  const fail = (thrown: unknown): void => once(() => failWith(next)(thrown));
  const onward: Next = (error) =>
    once(() => {
      if (isError(error)) return failWith(next)(error);
      try {
        sendAnswer(res, answerOf(denial));
      } catch (thrown) {
        // To the application: `onDenied`, which called us, could take it for an error of its own and hold it back.
        failWith(next)(thrown);
      }
    });
  try {
    const answered = authentication.watched('denial', () => onDenied(denial, req as Request, res as Response, onward));
    if (isPromise(answered)) Promise.resolve(answered).catch(fail);
  } catch (thrown) {
    fail(thrown);
  }
}

/** Everything that Express does not take for an error asks for the default answer. */
function isError(value: unknown): boolean {
  return Boolean(value) && value !== 'route' && value !== 'router';
}
