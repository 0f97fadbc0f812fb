/** What `clerkMiddleware` takes, whatever the framework: where authenticators come from, and how the middleware behaves. */
import type { MaybePromise } from '../../ports.js';
import type { AuthenticatorOptions } from '../../types.js';
import type { Authenticator } from '../authenticator.js';
import type { FrontendApiProxyOptions } from '../proxy/frontend-api-proxy.js';

/** @typeParam C what the framework gives a middleware: a request, a context */
export interface MiddlewareSettings<C, OnDenied> {
  /** Replaces the default answer of every guard behind this middleware. */
  readonly onDenied?: OnDenied;
  /** Serves the Frontend API under a path of this server. Off unless `enabled`. */
  readonly frontendApiProxy?: FrontendApiProxyOptions;
  /** URL of the RFC 9728 metadata that challenges name (`resource_metadata`): text, or worked out for each request. */
  readonly resourceMetadata?: string | ((context: C) => MaybePromise<string | null>);
}

/** Options, an authenticator, or a function that gives either for each request (several domains, several instances). */
export type AuthenticatorSource<C> =
  AuthenticatorOptions | Authenticator | ((context: C) => MaybePromise<AuthenticatorOptions | Authenticator>);

/** The keys of {@link MiddlewareSettings}, which may stand among the options of the authenticator. */
const SETTING_NAMES = ['onDenied', 'frontendApiProxy', 'resourceMetadata'] as const;

/** Parts `clerkMiddleware({ ...options, ...settings })`; the second argument wins. */
export function partOptions<S extends object>(
  given: AuthenticatorOptions & Partial<S>,
  settings: S,
): { readonly options: AuthenticatorOptions; readonly settings: S } {
  const options: Record<string, unknown> = { ...given };
  const parted: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    if (options[name] !== undefined) parted[name] = options[name];
    delete options[name];
  }
  return { options, settings: { ...parted, ...settings } };
}
