/** Carries out the decision of a guard: on to the route, an answer, or `onDenied`. */
import type { Request, Response } from 'express';
import type { ServerResponse } from 'node:http';
import { answerOf, type Guard as CoreGuard, type GuardDecision, type RequestAuthentication } from '../../core/index.js';
import { isPromise } from '../../ground/realm.js';
import type { Denial } from '../../types.js';
import { failWith, goOn, requestOf, responseOf, run, type Handler, type HttpRequest, type Next } from './handler.js';
import type { Guard } from './narrowing.js';
import { sendAnswer, sendStateHeaders } from './respond.js';
import type { OnDenied } from './middleware-options.js';
import { showAuth } from '../node/show-auth.js';

/** Makes a guard a handler of Express. */
export function asHandler(ask: CoreGuard<HttpRequest, OnDenied>): Guard<never> {
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
 * as "go on" or "skip the rest of this route", asks for the default answer. The first call or error counts.
 */
function deny(
  denial: Denial,
  onDenied: OnDenied,
  authentication: RequestAuthentication<OnDenied>,
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
