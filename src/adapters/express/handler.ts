/** Express's words, as narrow as we need them. */
import type { Request, Response } from 'express';
import { asError } from '../../core/as-error.js';
import { reportFault, type FaultContext, type FaultListener } from '../../core/fault.js';

/**
 * A middleware for any route. Written without type parameters of its own, so that Express still infers a route's
 * parameters from its path.
 */
export type Handler = (req: Express.Request, res: Express.Response, next: Next) => void;
export type Next = (error?: unknown) => void;

/**
 * The one way in which an error leaves this adapter. Express goes on to the next handler for `next(undefined)` and the like, and skips the
 * rest of a route for `next('route')`: what is thrown becomes a real error first, or it would open the route behind a guard.
 */
export const failWith =
  (next: Next) =>
  (thrown: unknown): void =>
    next(asError(thrown));

/** Express hands over its own objects; the global names are the part of them that libraries share. */
export const requestOf = (req: Express.Request): Request => req as Request;
export const responseOf = (res: Express.Response): Response => res as Response;

/** {@link failWith} for what was thrown within: the listener and the logger are told of it. What is handed on is no fault. */
export const faultWith =
  (next: Next, to: FaultListener, during: FaultContext) =>
  (thrown: unknown): void => {
    reportFault(to, during, thrown);
    failWith(next)(thrown);
  };
