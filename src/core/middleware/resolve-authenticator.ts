/** Chooses the authenticator and the Frontend API proxy of a request. */
import { readVariable, type Environment } from '../../environment.js';
import type { MaybePromise } from '../../ports.js';
import type { AuthenticatorOptions, RequestView } from '../../types.js';
import { ConfigurationError } from '../../errors.js';
import { isPlainObject, kindOf } from '../../ground/option-names.js';
import { createAuthenticator, isAuthenticator, type Authenticator } from '../authenticator.js';
import { resolveLog } from '../config/resolve.js';
import { watched } from '../faults/fault.js';
import { andThen } from '../../ground/maybe-promise.js';
import { createAuthenticatorCache } from './authenticator-cache.js';
import {
  createFrontendApiProxy,
  proxyPath,
  type FrontendApiProxy,
  type FrontendApiProxyOptions,
} from '../proxy/frontend-api-proxy.js';
import { publicUrl } from '../request/public-origin.js';
import { createRequestCheck, type RequestCheck } from '../request/check-request.js';
import { noteConfiguration } from './known-configurations.js';
import type { AuthenticatorSource } from './read-arguments.js';

export interface ResolvedAuthenticator {
  readonly authenticator: Authenticator;
  readonly check: RequestCheck;
  readonly proxy: FrontendApiProxy | null;
}
export type ResolveAuthenticator<C> = (context: C, view: RequestView) => MaybePromise<ResolvedAuthenticator>;

export interface ResolverSettings<C> {
  readonly proxy?: FrontendApiProxyOptions | undefined;
  /** For options that have none. */
  readonly logger?: AuthenticatorOptions['logger'];
  /**
   * Where the variables stand if not in the process (Workers: bindings, known with the first request). Without it the
   * environment is read now, so that a missing key fails at creation.
   */
  readonly environment?: ((context: C) => Environment) | undefined;
}

/**
 * Settles now what can be settled now: one authenticator for options, a bounded cache of them for a function.
 *
 * @throws {ConfigurationError} for options that cannot work
 */
export function createAuthenticatorResolver<C>(
  source: AuthenticatorSource<C>,
  settings: ResolverSettings<C>,
): ResolveAuthenticator<C> {
  const { proxy } = settings;
  if (proxy === undefined || proxy.enabled === false) return resolverOf(source, settings, null);
  const proxied = resolverOf(source, settings, proxy);
  const { enabled } = proxy;
  if (enabled === true) return proxied;
  const plain = resolverOf(source, settings, null);
  return (context, view) =>
    andThen(plain(context, view), (resolved) => {
      const { config } = resolved.authenticator;
      const ask = (): MaybePromise<boolean> => {
        const url = publicUrl(view, config);
        return url !== null && enabled(url);
      };
      const answer = watched(config, 'proxy', ask, view);
      // The promise of an async function is truthy, whatever it comes to.
      return andThen(answer, (on) => (on === true ? proxied(context, view) : resolved));
    });
}

/** One way in for each authenticator; with a proxy, the authenticator sends browsers through it. */
function resolverOf<C>(
  source: AuthenticatorSource<C>,
  { environment, logger }: ResolverSettings<C>,
  proxy: FrontendApiProxyOptions | null,
): ResolveAuthenticator<C> {
  const complete = (options: AuthenticatorOptions, env?: Environment): AuthenticatorOptions => {
    const lacksLogger = logger !== undefined && (options.logger ?? null) === null;
    return throughProxy(lacksLogger ? { ...options, logger } : options, proxy, env);
  };
  const known = new WeakMap<Authenticator, ResolvedAuthenticator>();
  const resolvedFor = (authenticator: Authenticator, env?: Environment): ResolvedAuthenticator => {
    let resolved = known.get(authenticator);
    if (resolved === undefined) {
      const served = proxy === null ? null : createFrontendApiProxy(authenticator.config, proxy, env);
      resolved = Object.freeze({ authenticator, check: createRequestCheck(), proxy: served });
      known.set(authenticator, resolved);
    }
    return resolved;
  };

  if (typeof source !== 'function' && (isAuthenticator(source) || environment === undefined)) {
    const resolved = resolvedFor(isAuthenticator(source) ? source : createAuthenticator(complete(source)));
    noteConfiguration(resolved.authenticator.config);
    return () => resolved;
  }

  noteConfiguration(null);
  const cache = createAuthenticatorCache();
  const choose = (given: unknown, env: Environment | undefined): ResolvedAuthenticator => {
    if (isAuthenticator(given)) return resolvedFor(given, env);
    if (!isPlainObject(given)) throw noOptions(given);
    return resolvedFor(cache.get(complete(given, env), env), env);
  };
  if (typeof source === 'function') {
    // The configuration, and with it the listener, is not known while the function runs.
    const beforeOptions = {
      secretKey: null,
      machineSecretKey: null,
      emit: null,
      log: resolveLog(logger),
      now: Date.now,
    };
    return (context) =>
      andThen(
        watched(beforeOptions, 'options', () => source(context)),
        (given) => choose(given, environment?.(context)),
      );
  }
  // The bindings of a Worker are one object for many requests: look the resolved up by it.
  const byEnvironment = new WeakMap<Environment, ResolvedAuthenticator>();
  return (context) => {
    const env = environment?.(context) ?? {};
    let resolved = byEnvironment.get(env);
    if (resolved === undefined) byEnvironment.set(env, (resolved = choose(source, env)));
    return resolved;
  };
}

/** Nothing must not mean the environment's instance: a request for an unknown tenant would be decided by another one's. */
function noOptions(given: unknown): ConfigurationError {
  return new ConfigurationError(
    'options',
    `The function for clerkMiddleware() gave ${given === undefined ? 'nothing' : kindOf(given)}.`,
    'Return options ({}: the environment) or an authenticator, or throw.',
  );
}

/** An explicit proxy URL wins; else browsers find the Frontend API under the path that we serve. */
function throughProxy(
  options: AuthenticatorOptions,
  proxy: FrontendApiProxyOptions | null,
  env?: Environment,
): AuthenticatorOptions {
  const own = options.proxyUrl ?? null;
  if (proxy === null || own !== null || readVariable('CLERK_PROXY_URL', env) !== undefined) {
    return options;
  }
  return { ...options, proxyUrl: proxyPath(proxy.path) };
}
