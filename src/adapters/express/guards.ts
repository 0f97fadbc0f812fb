import type { Request, Response } from 'express';
import type { ServerResponse } from 'node:http';
import { createGuard, type GuardResult, type RequestAuthentication } from '../../core/index.js';
import { isPromise } from '../../ground/realm.js';
import type { Denial, Exactly, GuardRequirement, OneOrMore, Permission, Role } from '../../types.js';
import { failWith, goOn, requestOf, responseOf, run, type Handler, type HttpRequest, type Next } from './handler.js';
import { sendAnswer, sendDenial, sendStateHeaders } from './respond.js';
import type { OnDenied } from './middleware-options.js';
import { showAuth } from '../node/show-auth.js';
import { slot } from './slot.js';

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
export function requireAuth<const R extends GuardRequirement>(requirement?: R & Exactly<R>): Handler {
  return guard(requirement, 'requireAuth()');
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
export function requireRole(...roles: OneOrMore<Role>): Handler {
  return guard({ role: roles.flat() }, 'requireRole()');
}

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
export function requirePermission(...permissions: OneOrMore<Permission>): Handler {
  return guard({ permission: permissions.flat() }, 'requirePermission()');
}

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
export function requireScope(...scopes: OneOrMore<string>): Handler {
  return guard({ scope: scopes.flat() }, 'requireScope()');
}

function guard(requirement: GuardRequirement | undefined, name: string): Handler {
  const ask = createGuard(requirement, name);
  return function clerkGuard(request, response, next) {
    const req = requestOf(request);
    const res = responseOf(response);
    run(
      next,
      () => ask(slot.get(req)),
      (result) => settle(result, slot.require(req, name), req, res, next),
    );
  };
}

type Authentication = RequestAuthentication<OnDenied>;

function settle(
  result: GuardResult,
  authentication: Authentication,
  req: HttpRequest,
  res: ServerResponse,
  next: Next,
): void {
  void authentication.watched('guard', () => {
    showAuth(req, authentication.auth);
    sendStateHeaders(res, authentication);
    if ('answer' in result) sendAnswer(res, result.answer);
    else if ('denial' in result && authentication.onDenied === undefined) sendDenial(res, result.denial);
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
        sendDenial(res, denial);
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
