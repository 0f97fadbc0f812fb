import type { Request, Response } from 'express';
import type { ServerResponse } from 'node:http';
import { createGuard } from '../../core/guards/create-guard.js';
import type { GuardResult } from '../../core/middleware/request-authentication.js';
import { isPromise } from '../../shared/realm.js';
import type { Denial, Exactly, GuardRequirement, OneOrMore, Permission, Role } from '../../types.js';
import {
  failWith,
  faultWith,
  goOn,
  requestOf,
  responseOf,
  type Handler,
  type HttpRequest,
  type Next,
} from './handler.js';
import { redirect, sendDenial, sendStateHeaders, endEarly } from './respond.js';
import { requireSlot, showAuth, type Slot } from './slot.js';

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
    let fail = failWith(next);
    try {
      const slot = requireSlot(req, name);
      fail = faultWith(next, slot.authenticator.config, 'guard');
      const result = slot.authentication.guard(requirementFor(slot.authenticator));
      if (isPromise(result)) result.then((found) => settle(found, slot, req, res, next)).catch(fail);
      else settle(result, slot, req, res, next);
    } catch (thrown) {
      fail(thrown);
    }
  };
}

function settle(result: GuardResult, slot: Slot, req: HttpRequest, res: ServerResponse, next: Next): void {
  showAuth(req, slot.authentication.auth);
  if ('moved' in result) return endEarly(res, 307, slot);
  sendStateHeaders(res, slot);
  if (result.allowed) return goOn(next);
  if ('redirect' in result) return redirect(res, result.redirect);
  deny(result.denial, slot, req, res, next);
}

/**
 * The handler behind the guard stays out of reach. `next(error)` from `onDenied` hands the error on; `next()`, and all that Express reads
 * as "go on" or "skip the rest of this route", asks for the default answer. The first word counts.
 */
function deny(denial: Denial, slot: Slot, req: HttpRequest, res: ServerResponse, next: Next): void {
  const { onDenied } = slot;
  if (onDenied === undefined) return sendDenial(res, denial);
  let settled = false;
  const once = (settle: () => void): void => {
    if (settled) return;
    settled = true;
    settle();
  };
  const fail = (thrown: unknown): void => once(() => faultWith(next, slot.authenticator.config, 'denial')(thrown));
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
    const answered = onDenied(denial, req as Request, res as Response, onward);
    if (isPromise(answered)) Promise.resolve(answered).catch(fail);
  } catch (thrown) {
    fail(thrown);
  }
}

/** Everything that Express does not take for an error asks for the default answer. */
function isError(value: unknown): boolean {
  return Boolean(value) && value !== 'route' && value !== 'router';
}
