import type { Request, Response } from 'express';
import { andThen, isPromise } from '../../core/maybe.js';
import { createGuard } from '../../core/middleware/guard.js';
import type { GuardResult } from '../../core/visit.js';
import type { Denial, Exactly, GuardRequirement, OneOrMore, Permission, Role } from '../../types.js';
import { requestOf, responseOf, type Handler, type Next } from './handler.js';
import { redirect, sendDenial, sendStateHeaders } from './respond.js';
import { requireSeat, showAuth, type Seat } from './seat.js';

/**
 * Lets a request pass whose caller meets the requirement; without one, a signed-in user. Answers 401, 403 or 503 otherwise
 * (or as `onDenied` does), or sends a signed-out page request to the sign-in page with `redirect: true`.
 *
 * @throws {ConfigurationError} for a requirement that can never hold
 */
export function requireAuth<const R extends GuardRequirement>(requirement?: R & Exactly<R>): Handler {
  return guard(requirement, 'requireAuth()');
}

/** A signed-in user with any of these roles in the active organization. */
export function requireRole(...roles: OneOrMore<Role>): Handler {
  return guard({ role: roles.flat() }, 'requireRole()');
}

/** A signed-in user with all of these permissions in the active organization. */
export function requirePermission(...permissions: OneOrMore<Permission>): Handler {
  return guard({ permission: permissions.flat() }, 'requirePermission()');
}

/** A machine of any kind with all of these scopes. */
export function requireScope(...scopes: OneOrMore<string>): Handler {
  return guard({ scope: scopes.flat() }, 'requireScope()');
}

function guard(requirement: GuardRequirement | undefined, name: string): Handler {
  const requirementFor = createGuard(requirement);
  return function clerkGuard(request, response, next) {
    const req = requestOf(request);
    const res = responseOf(response);
    try {
      const seat = requireSeat(req, name);
      const result = seat.visit.guard(requirementFor(seat.authenticator));
      if (isPromise(result)) result.then((found) => settle(found, seat, req, res, next)).catch(next);
      else settle(result, seat, req, res, next);
    } catch (error) {
      next(error);
    }
  };
}

function settle(result: GuardResult, seat: Seat, req: Request, res: Response, next: Next): void {
  showAuth(req, seat.visit.auth);
  sendStateHeaders(res, seat);
  if (result.allowed) return next();
  if ('redirect' in result) return redirect(res, result.redirect);
  deny(result.denial, seat, req, res, next);
}

/** The handler behind the guard stays out of reach: `next()` from `onDenied` means the default answer. */
function deny(denial: Denial, seat: Seat, req: Request, res: Response, next: Next): void {
  const { onDenied } = seat;
  if (onDenied === undefined) return sendDenial(res, denial);
  const onward: Next = (error) => (isError(error) ? next(error) : sendDenial(res, denial));
  const answered = andThen(onDenied(denial, req, res, onward), () => undefined);
  if (isPromise(answered)) answered.catch(next);
}

/** Express's own words for "skip the rest of this route" would skip the guard; they are no errors. */
function isError(value: unknown): boolean {
  return value !== undefined && value !== null && value !== 'route' && value !== 'router';
}
