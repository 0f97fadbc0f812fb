import type { Context, MiddlewareHandler, Next } from 'hono';
import { isAuthenticator } from '../../core/authenticator.js';
import { isPromise } from '../../core/maybe.js';
import { createEntrance, type Entrance } from '../../core/middleware/entrance.js';
import { sameRules } from '../../core/middleware/same-rules.js';
import { partOptions } from '../../core/middleware/settings.js';
import { createVisit, type VisitSettings } from '../../core/visit.js';
import { bindings } from './environment.js';
import { serveProxy } from './proxy.js';
import { HonoView } from './request-view.js';
import { sendStateHeaders, stop } from './respond.js';
import { seatOf, showAuth, takeSeat, type Seat } from './seat.js';
import type { ClerkMiddlewareOptions, ClerkMiddlewareSettings, ClerkMiddlewareSource } from './settings.js';

const NO_SETTINGS: VisitSettings = {};

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
 */
export function clerkMiddleware(
  source: ClerkMiddlewareOptions | ClerkMiddlewareSource = {},
  settings: ClerkMiddlewareSettings = {},
): MiddlewareHandler {
  const plain = typeof source === 'function' || isAuthenticator(source);
  const given = plain ? { options: source, settings } : partOptions<ClerkMiddlewareSettings>(source, settings);
  const { onDenied, frontendApiProxy, resourceMetadata } = given.settings;
  const find = createEntrance<Context>(given.options, { proxy: frontendApiProxy, environment: bindings() });

  function visitSettings(c: Context): VisitSettings {
    if (resourceMetadata === undefined) return NO_SETTINGS;
    return {
      resourceMetadata: typeof resourceMetadata === 'string' ? () => resourceMetadata : () => resourceMetadata(c),
    };
  }

  function enter(entrance: Entrance, view: HonoView, c: Context, next: Next): Promise<Response | void> {
    const { authenticator, check, proxy } = entrance;
    if (proxy?.owns(view.url) === true) return serveProxy(proxy, entrance, view, c);
    const earlier = seatOf(c);
    if (earlier !== undefined && resourceMetadata === undefined && sameRules(earlier.authenticator, authenticator)) {
      earlier.onDenied = onDenied ?? earlier.onDenied;
      showAuth(c, earlier.visit.auth);
      return next();
    }
    const visit = createVisit(authenticator, view, visitSettings(c), check);
    const seat: Seat = { authenticator, visit, onDenied: onDenied ?? earlier?.onDenied };
    const begun = visit.begin();
    return isPromise(begun)
      ? begun.then(({ stop: halt }) => settle(halt, seat, c, next))
      : settle(begun.stop, seat, c, next);
  }

  return function clerk(c, next) {
    const view = new HonoView(c);
    const entrance = find(c, view);
    return isPromise(entrance) ? entrance.then((found) => enter(found, view, c, next)) : enter(entrance, view, c, next);
  };
}

function settle(
  halt: { readonly status: number } | null,
  seat: Seat,
  c: Context,
  next: Next,
): Promise<Response | void> {
  const { visit } = seat;
  if (halt !== null) return Promise.resolve(stop(c, halt.status, visit.headers));
  takeSeat(c, seat);
  showAuth(c, visit.auth);
  // With nothing to send, the downstream promise is the answer: no further turn of the event loop.
  return visit.headers.length === 0 ? next() : proceed(visit, c, next);
}

/** Headers go onto the finished response, because a handler may return one of its own making. */
async function proceed(visit: Seat['visit'], c: Context, next: Next): Promise<void> {
  await next();
  // The seat of an inner middleware, if there is one, has sent its own.
  if (seatOf(c)?.visit === visit) sendStateHeaders(c, visit.headers);
}
