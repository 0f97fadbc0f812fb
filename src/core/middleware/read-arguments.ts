/** What `clerkMiddleware` takes, whatever the framework: where authenticators come from, and how the middleware behaves. */
import { checkOptionNames, type OptionNames } from '../../ground/option-names.js';
import type { MaybePromise } from '../../ports.js';
import type { AuthenticatorOptions, Option } from '../../types.js';
import { isAuthenticator, type Authenticator } from '../authenticator.js';
import { callable, fail, text } from '../config/checks.js';
import { checkAuthenticatorOptions } from '../config/authenticator-options.js';
import type { FrontendApiProxyOptions } from '../proxy/frontend-api-proxy.js';

/** @typeParam C what the framework gives a middleware: a request, a context */
export interface MiddlewareSettings<C, OnDenied> {
  /**
   * Replaces the default answer of every guard behind this middleware.
   *
   * @default the answers of the guards
   */
  readonly onDenied?: Option<OnDenied>;
  /**
   * Serves the Frontend API under a path of this server.
   *
   * @default off
   */
  readonly frontendApiProxy?: Option<FrontendApiProxyOptions>;
  /**
   * URL of the RFC 9728 metadata that challenges name (`resource_metadata`): text, or worked out for each request.
   *
   * @default challenges name none
   */
  readonly resourceMetadata?: Option<string | ((context: C) => MaybePromise<string | null>)>;
  /**
   * As the option of an authenticator; for those whose options have none, and for a function that fails to give options.
   *
   * @default the console
   */
  readonly logger?: AuthenticatorOptions['logger'];
}

/** Options, an authenticator, or a function that gives either for each request (several domains, several instances). */
export type AuthenticatorSource<C> =
  AuthenticatorOptions | Authenticator | ((context: C) => MaybePromise<AuthenticatorOptions | Authenticator>);

const SETTINGS: OptionNames<MiddlewareSettings<unknown, unknown>> = {
  onDenied: true,
  frontendApiProxy: { enabled: true, path: true, fapiUrl: true },
  resourceMetadata: true,
  logger: true,
};

/** The arguments, checked. Settings that were not given are undefined. */
export interface MiddlewareArguments<C, OnDenied> {
  readonly options: AuthenticatorSource<C>;
  readonly settings: {
    readonly onDenied: OnDenied | undefined;
    readonly frontendApiProxy: FrontendApiProxyOptions | undefined;
    readonly resourceMetadata: ResourceMetadata<C> | undefined;
    readonly logger: NonNullable<AuthenticatorOptions['logger']> | undefined;
  };
}
type ResourceMetadata<C> = (context: C) => MaybePromise<string | null>;

/**
 * Parts the arguments of `clerkMiddleware(source, settings)`: settings may stand among the options; those of the second
 * argument win.
 *
 * @throws {ConfigurationError} for a source that is neither options, an authenticator nor a function, for a name that is none
 *   of an option or a setting, and for settings that cannot work
 */
export function readArguments<C, OnDenied>(
  source: AuthenticatorSource<C> | (AuthenticatorOptions & MiddlewareSettings<C, OnDenied>),
  settings: Option<MiddlewareSettings<C, OnDenied>>,
): MiddlewareArguments<C, OnDenied> {
  const second: Readonly<Record<string, unknown>> = { ...settings };
  if (settings !== null && settings !== undefined) checkOptionNames(settings, SETTINGS);
  const first: Record<string, unknown> = {};
  let options = source as AuthenticatorSource<C>;
  if (typeof source !== 'function' && !isAuthenticator(source)) {
    checkAuthenticatorOptions(source, SETTINGS);
    Object.assign(first, source);
    options = Object.fromEntries(Object.entries(first).filter(([name]) => !Object.hasOwn(SETTINGS, name)));
  }
  const given = (name: keyof typeof SETTINGS): unknown => second[name] ?? first[name] ?? undefined;
  return {
    options,
    settings: {
      onDenied: whenGiven(given('onDenied'), (value) => callable<OnDenied & object>({ option: 'onDenied' }, value)),
      frontendApiProxy: whenGiven(given('frontendApiProxy'), checkProxy),
      resourceMetadata: whenGiven(given('resourceMetadata'), checkResourceMetadata<C>),
      logger: given('logger') as NonNullable<AuthenticatorOptions['logger']> | undefined,
    },
  };
}

function whenGiven<T>(value: unknown, check: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : check(value);
}

function checkResourceMetadata<C>(value: unknown): ResourceMetadata<C> {
  if (typeof value === 'function') return value as ResourceMetadata<C>;
  const url = text({ option: 'resourceMetadata' }, value);
  return () => url;
}

/** Anything but true, false and a function would be asked at each request, and fail there. */
function checkProxy(value: unknown): FrontendApiProxyOptions {
  const { enabled, path, fapiUrl } = value as { readonly [Name in keyof FrontendApiProxyOptions]: unknown };
  if (typeof enabled !== 'boolean' && typeof enabled !== 'function') {
    const problem = enabled === undefined || enabled === null ? 'is not given' : 'is neither a boolean nor a function';
    fail({ option: 'frontendApiProxy.enabled' }, problem, 'Give true, false or a function of the public URL.');
  }
  return {
    enabled: enabled as FrontendApiProxyOptions['enabled'],
    path: whenGiven(path ?? undefined, (given) => text({ option: 'frontendApiProxy.path' }, given)),
    fapiUrl: whenGiven(fapiUrl ?? undefined, (given) => text({ option: 'frontendApiProxy.fapiUrl' }, given)),
  };
}
