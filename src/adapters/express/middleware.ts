import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { createMiddleware, type Authenticated } from '../../core/index.js';
import { failWith, goOn, requestOf, responseOf, run, type Handler, type HttpRequest, type Next } from './handler.js';
import { ExpressView } from './request-view.js';
import { sendAnswer, sendStateHeaders } from './respond.js';
import type {
  ClerkMiddlewareOptions,
  ClerkMiddlewareSettings,
  ClerkMiddlewareSource,
  OnDenied,
} from './middleware-options.js';
import { forward } from '../node/forward.js';
import { showAuth } from '../node/show-auth.js';
import { noteResponse, slot } from './slot.js';

/**
 * Authenticates each request, sets `req.auth`, sends the redirects of the browser's handshake and puts the headers that go
 * with the decision on the response. A signed-out request goes on: guards decide.
 *
 * Mounting it twice verifies once; a second one with other rules (another instance, stricter options) decides anew.
 *
 * @param source options (environment variables fill the gaps), an authenticator, or `(req) => either`
 * @param settings `onDenied` and the like, for when the source cannot hold them; they may stand among the options too
 * @throws {ConfigurationError} for options that cannot work
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { clerkMiddleware, requireAuth } from 'bailiff/express';
 *
 * const app = express();
 * app.use(clerkMiddleware());
 * app.get('/me', requireAuth(), (req, res) => {
 *   res.json({ userId: req.auth.userId });
 * });
 * ```
 */
export function clerkMiddleware(
  source: ClerkMiddlewareOptions | ClerkMiddlewareSource = {},
  settings: ClerkMiddlewareSettings = {},
): Handler {
  const middleware = createMiddleware<Request, OnDenied>(slot, source, settings);
  return function clerk(request, response, next) {
    const req = requestOf(request);
    const res = responseOf(response);
    const enter = (): ReturnType<typeof middleware> => middleware(req as Request, new ExpressView(req));
    run(next, enter, (entered) => {
      if ('proxy' in entered) forward(entered, new ExpressView(req), req, res, req).catch(failWith(next));
      else settle(entered, req, res, next);
    });
  };
}

function settle(entered: Authenticated<OnDenied>, req: HttpRequest, res: ServerResponse, next: Next): void {
  const { authentication, answer, isRepeated } = entered;
  const goesOn = authentication.watched('request', () => {
    if (answer !== null) {
      sendStateHeaders(res, authentication);
      sendAnswer(res, answer);
      return false;
    }
    showAuth(req, authentication.auth);
    if (isRepeated) return true;
    noteResponse(req, res);
    sendStateHeaders(res, authentication);
    return true;
  });
  if (goesOn === true) goOn(next);
}
