/**
 * Browser → this server `/__clerk/*` → Frontend API of the instance, as Clerk's documentation of proxying describes it. Wrong options
 * are reported at creation; `forward.ts` handles a request.
 *
 * The secret key travels with every forwarded request, so origin and base path of the target are settled at creation and
 * nothing in a request can change them (`upstream-url.ts`).
 */
import { ConfigurationError } from '../../errors.js';
import { checkTransport, readOption } from '../../ground/connection.js';
import type { Environment } from '../../environment.js';
import { isLoopbackHost } from '../../ground/loopback.js';
import { baseUrl } from '../../ground/option-checks.js';
import type { MaybePromise } from '../../ports.js';
import type { Option } from '../../types.js';
import type { Config, PublishableKey } from '../config/config.js';
import { frontendApiUrlOf } from '../config/frontend-api-url.js';
import { publicPath } from '../config/public-url.js';
import type { ProxiedRequest } from './forward.js';
import { isBelow, targetOf } from './proxied-path.js';
import type { UpstreamBase } from './upstream-url.js';

export type { ProxiedBody, ProxiedRequest } from './forward.js';

const DEFAULT_PATH = '/__clerk';
const DEFAULT_TARGET = 'https://frontend-api.clerk.dev';

export interface FrontendApiProxyOptions {
  /** Whether this server proxies; a function decides for each public URL, and only `true` means yes. */
  readonly enabled: boolean | ((url: URL) => MaybePromise<boolean>);
  /**
   * The path of this server under which the Frontend API is served.
   *
   * @default `/__clerk`
   */
  readonly path?: Option<string>;
  /**
   * Where the Frontend API is.
   *
   * @env CLERK_FAPI_URL
   * @default Clerk's own; for an offline instance the host of its key
   */
  readonly fapiUrl?: Option<string>;
}

export interface FrontendApiProxy {
  /** The path under which the proxy answers; never ends with a slash. */
  readonly path: string;
  /** Whether the path of this URL belongs to the proxy (`/__clerk` and below, not `/__clerkX`). */
  owns(url: string): boolean;
  /**
   * Forwards one request. A failure is an answer with Clerk's error body.
   *
   * @throws (rejects) only what {@link ProxiedRequest.body} throws, or when its code cannot be loaded: nothing was sent then
   */
  forward(request: ProxiedRequest): Promise<Response>;
}

/** The prefix without trailing slashes; `/` and nothing mean the default. */
export function proxyPath(path: Option<string>): string {
  let end = path?.length ?? 0;
  while (end > 0 && path?.[end - 1] === '/') end--;
  const trimmed = path?.slice(0, end) ?? '';
  if (trimmed === '') return DEFAULT_PATH;
  if (!trimmed.startsWith('/') || trimmed.startsWith('//') || /[?#\\\s]/.test(trimmed)) {
    throw new ConfigurationError(
      'frontendApiProxy',
      '`frontendApiProxy.path` is not a path.',
      'Give one like `/__clerk`.',
    );
  }
  return trimmed;
}

/** @throws {ConfigurationError} without the two keys, or for a target that is not a plain http(s) origin */
export function createFrontendApiProxy(
  config: Config,
  options: FrontendApiProxyOptions,
  env?: Environment,
): FrontendApiProxy {
  const path = proxyPath(options.path);
  const { secretKey, publishableKey } = config;
  if (publishableKey === null || secretKey === null) {
    const [option, variable] =
      publishableKey === null ? ['publishableKey', 'CLERK_PUBLISHABLE_KEY'] : ['secretKey', 'CLERK_SECRET_KEY'];
    throw new ConfigurationError(option, 'The Frontend API proxy needs both keys.', `Set ${variable}.`);
  }
  const base = frontendApi(publishableKey, options.fapiUrl, env);

  // A proxy in front of this server may strip the base path or keep it.
  const shown = publicPath(config.publicUrl, path);
  const prefixOf = (target: string): string | undefined => [shown, path].find((prefix) => isBelow(target, prefix));

  return {
    path,
    owns: (url) => prefixOf(targetOf(url)) !== undefined,

    // Loaded with the first request: most servers proxy nothing.
    async forward(request) {
      const { forward } = await import('./forward.js');
      const target = targetOf(request.url);
      const rest = target.slice((prefixOf(target) ?? path).length);
      return forward(request, { config, base, rest, secretKey, proxyUrl: request.publicOrigin + shown });
    },
  };
}

/** A key that names a loopback host belongs to a local instance. */
function frontendApi(key: PublishableKey, given: Option<string>, env: Environment | undefined): UpstreamBase {
  const name = { option: 'frontendApiProxy', variable: 'CLERK_FAPI_URL' };
  const { frontendApiHost: host, instanceType } = key;
  const url = readOption(name, given, env, baseUrl) ?? (isLoopbackHost(host) ? frontendApiUrlOf(host) : DEFAULT_TARGET);
  checkTransport(name, url, instanceType === 'development');
  const { origin, pathname } = new URL(url);
  return { origin, path: pathname.replace(/\/+$/, '') };
}
