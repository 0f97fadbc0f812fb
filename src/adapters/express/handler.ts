/** Request, response and handler of Express, connect and Node's own server, as narrow as this package needs them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asError } from '../../core/index.js';
import type { MaybePromise } from '../../ports.js';
import { isPromise } from '../../ground/realm.js';
import type { ProxiedFacts } from '../node/proxy.js';

/** Node's request, or the part of Express's that libraries share. */
export type AnyRequest = IncomingMessage | Express.Request;
export type AnyResponse = ServerResponse | Express.Response;

/**
 * A middleware for any route of Express, connect, polka, middie, `node:http` and the like. Written without type parameters
 * of its own, so that Express still infers a route's parameters from its path.
 */
export type Handler = (req: AnyRequest, res: AnyResponse, next: Next) => void;
export type Next = (error?: unknown) => void;

/** Node's own request, and what only some frameworks put on it. */
export interface HttpRequest extends IncomingMessage, ProxiedFacts {
  /** Express, connect, polka, middie: the target as it came, where a mounted handler sees a shorter `url`. */
  readonly originalUrl?: string;
  /** Express: its application, with `trust proxy` among its settings. */
  readonly app?: { readonly get?: (setting: string) => unknown };
}

export const requestOf = (req: AnyRequest): HttpRequest => req as HttpRequest;
export const responseOf = (res: AnyResponse): ServerResponse => res as ServerResponse;

/** The target as it came. */
export const urlOf = (req: HttpRequest): string => req.originalUrl ?? req.url ?? '';

/**
 * The one way in which an error leaves this adapter. Express goes on to the next handler for `next(undefined)` and the like, and skips the
 * rest of a route for `next('route')`. So every thrown value becomes a real error first: otherwise a callback that throws nothing would
 * open the route behind a guard.
 */
export const failWith =
  (next: Next) =>
  (thrown: unknown): void =>
    next(asError(thrown));

/** Runs `work` and hands its value on, at once where it is there already. Whatever fails goes to `next` as an error. */
export function run<T>(next: Next, work: () => MaybePromise<T>, done: (value: T) => void): void {
  const fail = failWith(next);
  try {
    const value = work();
    if (isPromise(value)) value.then(done).catch(fail);
    else done(value);
  } catch (thrown) {
    fail(thrown);
  }
}

/**
 * Calls the next handler. Express and connect catch what it throws. On a bare `node:http` server it is thrown here, and passed on as
 * the application's error instead of being reported as a fault.
 */
export function goOn(next: Next): void {
  try {
    next();
  } catch (thrown) {
    failWith(next)(thrown);
  }
}
