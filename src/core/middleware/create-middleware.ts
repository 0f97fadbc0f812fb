/**
 * The way of a request through `clerkMiddleware()`, whatever the framework. An adapter gives the request as a view and does what
 * comes out; it decides nothing.
 */
import type { Environment } from '../../environment.js';
import type { MaybePromise } from '../../ports.js';
import { andThen } from '../../ground/maybe-promise.js';
import type { AuthenticatorOptions, Option, RequestView } from '../../types.js';
import { withRealErrors } from '../faults/as-error.js';
import { watched } from '../faults/fault.js';
import type { FrontendApiProxy } from '../proxy/frontend-api-proxy.js';
import { publicOrigin } from '../request/public-origin.js';
import { RequestAuthentication, type RequestAuthenticationOptions } from './request-authentication.js';
import { createAuthenticatorResolver, type ResolvedAuthenticator } from './resolve-authenticator.js';
import { sameRules } from './same-rules.js';
import { readArguments, type AuthenticatorSource, type MiddlewareSettings } from './read-arguments.js';

/** A request of the browser's for the Frontend API, to be forwarded. No authentication has `resolved`, whichever build has made it. */
export interface Forward {
  readonly proxy: FrontendApiProxy;
  /** The origin by which the browser knows this server; null: answer 400. */
  readonly origin: string | null;
  readonly resolved: ResolvedAuthenticator;
}

/** The authentication of a request, which has begun; or a request that is not for the application. */
export type Entered<D> = RequestAuthentication<D> | Forward;

export interface Middleware<C, D> {
  /**
   * @param earlier the authentication by a middleware before this one
   * @param renew false: the answer reaches no page that would keep new cookies
   * @throws (also rejects) what a callback of the application throws, and ConfigurationError, as real errors
   */
  (
    context: C,
    view: RequestView,
    earlier: RequestAuthentication<D> | undefined,
    renew?: boolean,
  ): MaybePromise<Entered<D>>;
}

/**
 * @param source options, an authenticator, or a function that gives either; settings may stand among the options
 * @param environment where the variables stand if not in the process (bindings of a Worker, known with a request)
 * @throws {ConfigurationError} for options that cannot work
 */
export function createMiddleware<C, D>(
  source: AuthenticatorSource<C> | (AuthenticatorOptions & MiddlewareSettings<C, D>),
  settings: Option<MiddlewareSettings<C, D>>,
  environment?: (context: C) => Environment,
): Middleware<C, D> {
  const given = readArguments<C, D>(source, settings);
  const { onDenied, frontendApiProxy, resourceMetadata, logger } = given.settings;
  const resolve = createAuthenticatorResolver<C>(given.options, { proxy: frontendApiProxy, environment, logger });

  function optionsFor(context: C, more: RequestAuthenticationOptions<D>): RequestAuthenticationOptions<D> {
    if (resourceMetadata === undefined) return more;
    const url = typeof resourceMetadata === 'string' ? () => resourceMetadata : () => resourceMetadata(context);
    return { ...more, resourceMetadata: url };
  }

  return (context, view, earlier, renew = true) =>
    andThen(
      withRealErrors(() => resolve(context, view)),
      (resolved): MaybePromise<Entered<D>> => {
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
          return andThen(origin, (found) => ({ proxy, origin: found, resolved }));
        }
        // Mounted twice, it verifies once.
        if (
          earlier !== undefined &&
          resourceMetadata === undefined &&
          sameRules(earlier.authenticator, authenticator)
        ) {
          earlier.onDenied = onDenied ?? earlier.onDenied;
          return earlier;
        }
        const options = optionsFor(context, { check, earlier, onDenied, renew });
        const authentication = new RequestAuthentication(authenticator, view, options);
        return andThen(
          watched(config, 'request', () => authentication.begin(), view),
          () => authentication,
        );
      },
    );
}
