import type { Context, MiddlewareHandler, Next } from 'hono';
import { withRealErrors } from '../../core/faults/as-error.js';
import { watched } from '../../core/faults/fault.js';
import { andThen } from '../../shared/maybe-promise.js';
import {
  createAuthenticatorResolver,
  type ResolvedAuthenticator,
} from '../../core/middleware/resolve-authenticator.js';
import { sameRules } from '../../core/middleware/same-rules.js';
import { readArguments } from '../../core/middleware/settings.js';
import {
  createRequestAuthentication,
  type RequestAuthenticationSettings,
} from '../../core/middleware/request-authentication.js';
import { bindings } from './environment.js';
import { HonoView } from './request-view.js';
import { sendStateHeaders, endEarly } from './respond.js';
import { renewedBy, slotOf, showAuth, setSlot, withRenewed, type Slot } from './slot.js';
import type { ClerkMiddlewareOptions, ClerkMiddlewareSettings, ClerkMiddlewareSource, OnDenied } from './settings.js';

const NO_SETTINGS: RequestAuthenticationSettings = {};

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
  const given = readArguments<Context, OnDenied>(source, settings);
  const { onDenied, frontendApiProxy, resourceMetadata, logger } = given.settings;
  const find = createAuthenticatorResolver<Context>(given.options, {
    proxy: frontendApiProxy,
    environment: bindings(),
    logger,
  });

  function settingsFor(c: Context): RequestAuthenticationSettings {
    if (resourceMetadata === undefined) return NO_SETTINGS;
    return {
      resourceMetadata: typeof resourceMetadata === 'string' ? () => resourceMetadata : () => resourceMetadata(c),
    };
  }

  function enter(resolved: ResolvedAuthenticator, view: HonoView, c: Context, next: Next): Promise<Response | void> {
    const { authenticator, check, proxy } = resolved;
    if (proxy?.owns(view.url) === true) {
      const serve = async () => (await import('./proxy.js')).serveProxy(proxy, resolved, view, c);
      return Promise.resolve(watched(authenticator.config, 'proxy', serve));
    }
    const earlier = slotOf(c);
    if (earlier !== undefined && resourceMetadata === undefined && sameRules(earlier.authenticator, authenticator)) {
      earlier.onDenied = onDenied ?? earlier.onDenied;
      showAuth(c, earlier.authentication.auth);
      return next();
    }
    const authentication = createRequestAuthentication(authenticator, view, settingsFor(c), check);
    const slot: Slot = {
      authenticator,
      authentication,
      onDenied: onDenied ?? earlier?.onDenied,
      renewed: renewedBy(earlier),
      answered: false,
    };
    const begun = watched(authenticator.config, 'request', () => authentication.begin());
    return andThen(begun, ({ earlyResponse }) => settle(earlyResponse, slot, c, next)) as Promise<Response | void>;
  }

  return function clerk(c, next) {
    const view = new HonoView(c);
    const resolved = withRealErrors(() => find(c, view));
    return andThen(resolved, (found) => enter(found, view, c, next)) as Promise<Response | void>;
  };
}

function settle(
  earlyResponse: { readonly status: number } | null,
  slot: Slot,
  c: Context,
  next: Next,
): Promise<Response | void> {
  const { authentication } = slot;
  setSlot(c, slot);
  if (earlyResponse !== null) {
    slot.answered = true;
    return Promise.resolve(endEarly(c, earlyResponse.status, withRenewed(slot, authentication.headers)));
  }
  showAuth(c, authentication.auth);
  return proceed(c, authentication, next);
}

/**
 * Headers go onto the finished response, because a handler may return one of its own making; and only then it is known which they are,
 * because guards and readers may look again.
 */
async function proceed(c: Context, authentication: Slot['authentication'], next: Next): Promise<void> {
  await next();
  const slot = slotOf(c);
  // The slot of an inner middleware, if there is one, has sent its own.
  if (slot?.authentication !== authentication || slot.answered) return;
  const headers = withRenewed(slot, authentication.answerHeaders);
  if (headers.length > 0) sendStateHeaders(c, headers);
}
