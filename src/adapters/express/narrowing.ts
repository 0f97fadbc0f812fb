/**
 * What a guard proves, for the handlers behind it in the same route. Types only.
 *
 * Express types all handlers of a route alike. So its two lists of handlers, with and without a path, get forms of their own for routes
 * that have a guard. TypeScript tries these first; where there is no guard none of them fits, and Express's own forms are left as they are.
 */
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars -- parameters and defaults are those of Express's own types */
import type { NextFunction, Request, Response } from 'express';
import type { AuthenticatedAs, SignedInSession, TokenType } from '../../types.js';
import type { Handler } from './handler.js';

type AnyCaller = AuthenticatedAs<TokenType>;

declare const proves: unique symbol;

/**
 * A guard: a {@link Handler} that lets no other callers pass than these.
 *
 * An intersection, because TypeScript puts off a call that gives a function when it infers from a list of handlers.
 */
export type Guard<Caller> = Handler & {
  /** For the types alone. Required, so that no other handler is taken for a guard. */
  readonly [proves]: Caller;
};

/**
 * A guard at its place in a route. What may stand there may return a promise, as Express's own handlers may: linters look at every form of a
 * method, and would refuse asynchronous handlers otherwise.
 */
type InRoute<Caller> = ((...given: Parameters<Handler>) => void | Promise<void>) & { readonly [proves]: Caller };

/**
 * Express's request behind a guard, for a handler that stands by itself: `req.auth` is as narrow as the guard proves it. The parameters after
 * the first are those of Express's `Request`.
 *
 * @typeParam Caller whom the guard lets in: `SignedInSession`, `ApiKeyAuth`
 *
 * @example
 * ```ts
 * import type { Response } from 'express';
 * import type { SignedInSession } from 'bailiff';
 * import type { GuardedRequest } from 'bailiff/express';
 *
 * export function showUser(req: GuardedRequest<SignedInSession>, res: Response): void {
 *   res.json({ userId: req.auth.userId });
 * }
 * ```
 */
export interface GuardedRequest<
  Caller extends AnyCaller,
  P = Request['params'],
  ResBody = any,
  ReqBody = any,
  ReqQuery = Request['query'],
  LocalsObj extends Record<string, any> = Record<string, any>,
> extends Request<P, ResBody, ReqBody, ReqQuery, LocalsObj> {
  auth: Caller;
}

/** A handler in front of a guard, or one whose types matter to nobody. */
type Ahead<P, ResBody, ReqBody, ReqQuery, LocalsObj extends Record<string, any>> = (
  req: Request<P, ResBody, ReqBody, ReqQuery, LocalsObj>,
  res: Response<ResBody, LocalsObj>,
  next: NextFunction,
) => unknown;

/** A handler behind guards, which is no guard itself. */
type Behind<Caller extends AnyCaller, P, ResBody, ReqBody, ReqQuery, LocalsObj extends Record<string, any>> = (
  req: GuardedRequest<Caller, P, ResBody, ReqBody, ReqQuery, LocalsObj>,
  res: Response<ResBody, LocalsObj>,
  next: NextFunction,
) => unknown;

/** The callers that pass every guard of a list, and of the lists in it; `unknown` without one. */
type Proven<Handlers> = Handlers extends readonly [infer First, ...infer Rest]
  ? (First extends Guard<infer Caller> ? Caller : Proven<First>) & Proven<Rest>
  : unknown;
type CallerOf<Handlers> = Extract<Proven<Handlers>, AnyCaller>;
/** Makes a form fit no list without a guard. */
type IfGuarded<Handlers> = unknown extends Proven<Handlers> ? never : unknown;

declare module 'express-serve-static-core' {
  interface IRouterMatcher<T, Method> {
    /** Several guards, other handlers in front of them, lists of handlers. */
    <
      Route extends string | RegExp | (string | RegExp)[],
      const H extends readonly (
        Ahead<P, ResBody, ReqBody, ReqQuery, LocalsObj> | readonly Ahead<P, ResBody, ReqBody, ReqQuery, LocalsObj>[]
      )[],
      P = Route extends string ? RouteParameters<Route> : ParamsDictionary,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
      LocalsObj extends Record<string, any> = Record<string, any>,
    >(
      this: IfGuarded<H>,
      path: Route,
      ...handlers: [...ahead: H, handler: Behind<CallerOf<H>, P, ResBody, ReqBody, ReqQuery, LocalsObj>]
    ): T;
    /** A guard first. */
    <
      Route extends string | RegExp | (string | RegExp)[],
      Caller extends AnyCaller,
      P = Route extends string ? RouteParameters<Route> : ParamsDictionary,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
      LocalsObj extends Record<string, any> = Record<string, any>,
    >(
      path: Route,
      guard: InRoute<Caller>,
      ...handlers: Behind<Caller, P, ResBody, ReqBody, ReqQuery, LocalsObj>[]
    ): T;
    /** With the types of the route given (`app.post<Params, Answer, Body>(…)`), for which the caller must be known. */
    <
      P = ParamsDictionary,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
      LocalsObj extends Record<string, any> = Record<string, any>,
    >(
      path: PathParams,
      guard: InRoute<SignedInSession>,
      ...handlers: Behind<SignedInSession, P, ResBody, ReqBody, ReqQuery, LocalsObj>[]
    ): T;
  }
  interface IRouterHandler<T, Route> {
    <
      const H extends readonly (
        Ahead<P, ResBody, ReqBody, ReqQuery, LocalsObj> | readonly Ahead<P, ResBody, ReqBody, ReqQuery, LocalsObj>[]
      )[],
      P = RouteParameters<Extract<Route, string>>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
      LocalsObj extends Record<string, any> = Record<string, any>,
    >(
      this: IfGuarded<H>,
      ...handlers: [...ahead: H, handler: Behind<CallerOf<H>, P, ResBody, ReqBody, ReqQuery, LocalsObj>]
    ): T;
    <
      Caller extends AnyCaller,
      P = RouteParameters<Extract<Route, string>>,
      ResBody = any,
      ReqBody = any,
      ReqQuery = Query,
      LocalsObj extends Record<string, any> = Record<string, any>,
    >(
      guard: InRoute<Caller>,
      ...handlers: Behind<Caller, P, ResBody, ReqBody, ReqQuery, LocalsObj>[]
    ): T;
  }
}
