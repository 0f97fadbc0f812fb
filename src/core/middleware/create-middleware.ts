/**
 * `clerkMiddleware()` for any framework. An adapter hands over the request as a view and carries the result out; it decides nothing.
 */
import type { Environment } from '../../environment.js';
import type { MaybePromise } from '../../ports.js';
import { andThen } from '../../ground/maybe-promise.js';
import type { AuthenticatorOptions, Option, RequestView } from '../../types.js';
import type { Config } from '../config/config.js';
import { withRealErrors } from '../faults/as-error.js';
import { watched } from '../faults/fault.js';
import type { Answer } from '../guards/denial.js';
import type { FrontendApiProxy } from '../proxy/frontend-api-proxy.js';
import { publicOrigin } from '../request/public-origin.js';
import { RequestAuthentication } from './request-authentication.js';
import { createAuthenticatorResolver } from './resolve-authenticator.js';
import { decideAlike } from '../config/compare.js';
import type { Slot } from './slot.js';
import { readArguments, type AuthenticatorSource, type MiddlewareSettings } from './read-arguments.js';

/** The browser's request to the Frontend API, which is to be forwarded. */
export interface Forward {
  readonly proxy: FrontendApiProxy;
  /** The origin by which the browser knows this server; null: answer 400. */
  readonly origin: string | null;
  readonly config: Config;
}

/** A request to the application. Its slot holds the authentication. */
export interface Authenticated<D> {
  readonly authentication: RequestAuthentication<D>;
  /** To be sent instead of going on; null: go on. */
  readonly answer: Answer | null;
  /** An earlier middleware has made the authentication, and sees to its headers. */
  readonly isRepeated: boolean;
}

export type MiddlewareResult<D> = Authenticated<D> | Forward;

export interface Middleware<C, D> {
  /** @throws (also rejects) what a callback of the application throws, and ConfigurationError, as real errors */
  (context: C, view: RequestView): MaybePromise<MiddlewareResult<D>>;
}

/**
 * @param slot keeps the authentication of a request
 * @param source options, an authenticator, or a function that gives either; settings may stand among the options
 * @param environment where the variables stand if not in the process (bindings of a Worker, known with a request)
 * @throws {ConfigurationError} for options that cannot work
 */
export function createMiddleware<C, D>(
  slot: Slot<C, D>,
  source: AuthenticatorSource<C> | (AuthenticatorOptions & MiddlewareSettings<C, D>),
  settings: Option<MiddlewareSettings<C, D>>,
  environment?: (context: C) => Environment,
): Middleware<C, D> {
  const given = readArguments<C, D>(source, settings);
  const { onDenied, frontendApiProxy, resourceMetadata, logger } = given.settings;
  const resolve = createAuthenticatorResolver<C>(given.options, { proxy: frontendApiProxy, environment, logger });

  return (context, view) => {
    const earlier = slot.get(context);
    return andThen(
      withRealErrors(() => resolve(context, view)),
      (resolved): MaybePromise<MiddlewareResult<D>> => {
        const { authenticator, check, proxy } = resolved;
        const { config } = authenticator;
        if (proxy?.owns(view.url) === true) {
          // As behind every other path, 400 for TRACE, a host that is none and a target that cannot be one.
          const origin = watched(
            config,
            'proxy',
            () => (check(view) === null ? publicOrigin(view, config) : null),
            view,
          );
          return andThen(origin, (found) => ({ proxy, origin: found, config }));
        }
        // Mounted twice, it verifies once.
        if (
          earlier !== undefined &&
          resourceMetadata === undefined &&
          decideAlike(earlier.authenticator.config, config)
        ) {
          earlier.onDenied = onDenied ?? earlier.onDenied;
          return { authentication: earlier, answer: null, isRepeated: true };
        }
        const authentication = new RequestAuthentication(authenticator, view, {
          check,
          earlier,
          onDenied,
          renew: !isUpgrade(view),
          resourceMetadata: resourceMetadata && (() => resourceMetadata(context)),
        });
        return andThen(
          authentication.watched('request', () => authentication.begin()),
          () => {
            slot.set(context, authentication);
            const answer = authentication.earlyResponse;
            authentication.headersSent = answer !== null;
            return { authentication, answer, isRepeated: false };
          },
        );
      },
    );
  };
}

/**
 * Whether a WebSocket is to be opened (Engine.IO and Hono hand such requests over). No page would keep new cookies from the answer: a
 * session that was renewed there would be lost, and so would be the refresh token that was spent on it.
 */
function isUpgrade(view: RequestView): boolean {
  return view.header('upgrade')?.toLowerCase() === 'websocket';
}
