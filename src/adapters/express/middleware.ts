import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { createMiddleware, type Entered } from '../../core/index.js';
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
  const middleware = createMiddleware<Request, OnDenied>(source, settings);
  return function clerk(request, response, next) {
    const req = requestOf(request);
    const enter = (): ReturnType<typeof middleware> => {
      const view = new ExpressView(req);
      return middleware(req as Request, view, slot.get(req), !view.isUpgrade);
    };
    run(next, enter, (entered) => settle(entered, req, responseOf(response), next));
  };
}

function settle(entered: Entered<OnDenied>, req: HttpRequest, res: ServerResponse, next: Next): void {
  if ('resolved' in entered) {
    forward(entered, new ExpressView(req), req, res, req).catch(failWith(next));
    return;
  }
  const goesOn = entered.watched('request', () => {
    const isRepeated = slot.get(req) === entered;
    const answer = isRepeated ? null : entered.earlyResponse;
    if (answer !== null) {
      sendStateHeaders(res, entered);
      sendAnswer(res, answer);
      return false;
    }
    showAuth(req, entered.auth);
    if (isRepeated) return true;
    slot.set(req, entered);
    noteResponse(req, res);
    sendStateHeaders(res, entered);
    return true;
  });
  if (goesOn === true) goOn(next);
}
