import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import {
  createAuthenticatorResolver,
  type ResolvedAuthenticator,
} from '../../core/middleware/resolve-authenticator.js';
import { sameRules } from '../../core/middleware/same-rules.js';
import { readArguments } from '../../core/middleware/settings.js';
import { proxiedOrigin } from '../../core/proxy/proxied-origin.js';
import {
  createRequestAuthentication,
  type RequestAuthenticationSettings,
} from '../../core/middleware/request-authentication.js';
import { isPromise } from '../../shared/realm.js';
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
import { ExpressView } from './request-view.js';
import { sendStateHeaders, endEarly } from './respond.js';
import { slotOf, showAuth, setSlot, type Slot } from './slot.js';
import type { ClerkMiddlewareOptions, ClerkMiddlewareSettings, ClerkMiddlewareSource, OnDenied } from './settings.js';

/**
 * Authenticates each request, sets `req.auth`, sends the redirects of the browser's handshake and puts the headers that go
 * with the decision on the response. A signed-out request goes on: guards decide.
 *
 * Mounting it twice verifies once; a second one with other rules (another instance, stricter options) decides anew.
 *
 * @param source options (environment variables fill the gaps), an authenticator, or `(req) => either`
 * @param settings `onDenied` and the like, for when the source cannot hold them; they may stand among the options too
 * @throws {ConfigurationError} for options that cannot work
 */
export function clerkMiddleware(
  source: ClerkMiddlewareOptions | ClerkMiddlewareSource = {},
  settings: ClerkMiddlewareSettings = {},
): Handler {
  const given = readArguments<Request, OnDenied>(source, settings);
  const { onDenied, frontendApiProxy, resourceMetadata, logger } = given.settings;
  const find = createAuthenticatorResolver<Request>(given.options, { proxy: frontendApiProxy, logger });

  function enter(
    resolved: ResolvedAuthenticator,
    view: ExpressView,
    req: HttpRequest,
    res: ServerResponse,
    next: Next,
  ): void {
    const { authenticator, check, proxy } = resolved;
    if (proxy?.owns(view.url) === true) return forward(resolved, view, req, res, next);
    const earlier = slotOf(req);
    if (earlier !== undefined && resourceMetadata === undefined && sameRules(earlier.authenticator, authenticator)) {
      earlier.onDenied = onDenied ?? earlier.onDenied;
      showAuth(req, earlier.authentication.auth);
      return goOn(next);
    }
    const authentication = createRequestAuthentication(authenticator, view, settingsFor(req), check);
    const slot: Slot = {
      authenticator,
      authentication,
      res,
      onDenied: onDenied ?? earlier?.onDenied,
      sent: earlier?.sent ?? null,
    };
    const begun = authentication.begin();
    if (isPromise(begun)) {
      const fail = faultWith(next, authenticator.config, 'request');
      begun.then((answer) => settle(answer.earlyResponse, slot, req, res, next)).catch(fail);
    } else settle(begun.earlyResponse, slot, req, res, next);
  }

  function settingsFor(req: HttpRequest): RequestAuthenticationSettings {
    const settings = isUpgrade(req) ? NO_RENEWAL : NO_SETTINGS;
    if (resourceMetadata === undefined) return settings;
    const url = typeof resourceMetadata === 'string' ? () => resourceMetadata : () => resourceMetadata(req as Request);
    return { ...settings, resourceMetadata: url };
  }

  return function clerk(request, response, next) {
    const req = requestOf(request);
    const res = responseOf(response);
    try {
      const view = new ExpressView(req);
      const resolved = find(req as Request, view);
      if (isPromise(resolved)) resolved.then((found) => enter(found, view, req, res, next)).catch(failWith(next));
      else enter(resolved, view, req, res, next);
    } catch (thrown) {
      failWith(next)(thrown);
    }
  };
}

const NO_SETTINGS: RequestAuthenticationSettings = {};
const NO_RENEWAL: RequestAuthenticationSettings = { renew: false };

/**
 * The answer to an upgrade (Engine.IO hands one over) reaches no page that would keep new cookies: a session that was renewed
 * there would be lost, and so would be the refresh token that was spent on it.
 */
const isUpgrade = ({ headers: { upgrade } }: HttpRequest): boolean => upgrade?.toLowerCase() === 'websocket';

function settle(
  earlyResponse: { readonly status: number } | null,
  slot: Slot,
  req: HttpRequest,
  res: ServerResponse,
  next: Next,
): void {
  if (earlyResponse !== null) return endEarly(res, earlyResponse.status, slot);
  setSlot(req, slot);
  showAuth(req, slot.authentication.auth);
  sendStateHeaders(res, slot);
  goOn(next);
}

function forward(
  { authenticator, check, proxy }: ResolvedAuthenticator,
  view: ExpressView,
  req: HttpRequest,
  res: ServerResponse,
  next: Next,
): void {
  const fail = faultWith(next, authenticator.config, 'proxy');
  try {
    const origin = proxiedOrigin(view, check, authenticator.config);
    if (origin === null || proxy === null) {
      res.statusCode = 400;
      res.end();
      return;
    }
    // Loaded with the first request: most servers proxy nothing.
    import('./proxy.js').then(({ serveProxy }) => serveProxy(proxy, req, res, view, origin)).catch(fail);
  } catch (thrown) {
    fail(thrown);
  }
}
