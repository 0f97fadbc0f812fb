import type { Context, MiddlewareHandler, Next } from 'hono';
import {
  createMiddleware,
  watched,
  type Authenticated,
  type Forward,
  type RequestAuthentication,
} from '../../core/index.js';
import type { MaybePromise } from '../../ports.js';
import { andThen } from '../../ground/maybe-promise.js';
import { bindings } from './environment.js';
import { HonoView } from './request-view.js';
import { sendAnswer, sendStateHeaders } from './respond.js';
import type {
  ClerkMiddlewareOptions,
  ClerkMiddlewareSettings,
  ClerkMiddlewareSource,
  OnDenied,
} from './middleware-options.js';
import { showAuth, slot } from './slot.js';

/**
 * Authenticates each request, sets `c.var.auth`, sends the redirects of the browser's handshake and puts the headers that
 * go with the decision on the response. A signed-out request goes on: guards decide.
 *
 * Mounting it twice verifies once; a second one with other rules (another instance, stricter options) decides anew.
 * Where variables come with the request (Workers), they are read with the first one.
 *
 * @param source options (environment variables fill the gaps), an authenticator, or `(c) => either`
 * @param settings `onDenied` and the like, for when the source cannot hold them; they may stand among the options too
 * @throws {ConfigurationError} for options that cannot work
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { clerkMiddleware, requireAuth } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.use(clerkMiddleware());
 * app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
 * ```
 */
export function clerkMiddleware(
  source: ClerkMiddlewareOptions | ClerkMiddlewareSource = {},
  settings: ClerkMiddlewareSettings = {},
): MiddlewareHandler {
  const middleware = createMiddleware(slot, source, settings, bindings());
  return function clerk(c, next) {
    const view = new HonoView(c);
    const done = andThen(middleware(c, view), (entered) =>
      'proxy' in entered ? forward(entered, view, c) : settle(entered, c, next),
    );
    return done as Promise<Response | void>;
  };
}

/** The code of the proxy is loaded with its first request: most servers proxy nothing. */
function forward(forwarded: Forward, view: HonoView, c: Context): MaybePromise<Response> {
  return watched(forwarded.config, 'proxy', async () => {
    const { serveProxy } = await import('./proxy.js');
    return serveProxy(forwarded, view, c);
  });
}

function settle(entered: Authenticated<OnDenied>, c: Context, next: Next): MaybePromise<Response | void> {
  const { authentication, answer, isRepeated } = entered;
  if (answer !== null) return sendAnswer(c, answer);
  showAuth(c, authentication.auth);
  return isRepeated ? next() : proceed(c, authentication, next);
}

/**
 * Puts the headers on the finished response, because a handler may return a response of its own, and because guards and readers may
 * authenticate again before that.
 */
async function proceed(c: Context, authentication: RequestAuthentication<OnDenied>, next: Next): Promise<void> {
  await next();
  // An inner middleware, if there is one, has sent the headers of its own authentication.
  if (slot.get(c) === authentication && !authentication.headersSent) sendStateHeaders(c, authentication.answerHeaders);
}
