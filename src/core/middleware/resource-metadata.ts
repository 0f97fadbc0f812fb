/**
 * OAuth 2.0 Protected Resource Metadata (RFC 9728): tells an OAuth client, such as an MCP client, which authorization
 * server issues tokens for a resource.
 */
import type { Environment } from '../../environment.js';
import { ConfigurationError } from '../../errors.js';
import type { HeaderPairs } from '../../ground/headers.js';
import { checkOptionNames, type OptionNames } from '../../ground/option-names.js';
import type { MaybePromise } from '../../ports.js';
import type { Option } from '../../types.js';
import { filledList } from '../config/checks.js';
import { checkPublicUrl, withoutBase } from '../config/public-url.js';
import { resolveConfig } from '../config/resolve.js';
import { isLoopbackHost } from '../../ground/loopback.js';
import { parseUrl } from '../../ground/url.js';
import { targetOf } from '../proxy/proxied-path.js';

/** RFC 9728, section 3: inserted between the host and the path of the resource. */
const WELL_KNOWN = '/.well-known/oauth-protected-resource';
export const CACHE_SECONDS = 3600;

export interface ProtectedResourceOptions {
  /** The resource identifier: an absolute `https` URL without a fragment. Served byte for byte; clients compare it. */
  readonly resource: string;
  /**
   * Issuers of tokens for the resource.
   *
   * @default the Frontend API of the instance, by `publishableKey`
   */
  readonly authorizationServers?: Option<readonly string[]>;
  /**
   * The publishable key of the instance, which names the issuer.
   *
   * @env CLERK_PUBLISHABLE_KEY
   */
  readonly publishableKey?: Option<string>;
  /**
   * Origin and base path as browsers see them, as in `clerkMiddleware`: some hosts hand over paths without the base path.
   *
   * @default paths are taken as they come
   */
  readonly publicUrl?: Option<string>;
  /**
   * The scopes that a client may ask for (`scopes_supported`).
   *
   * @default not said
   */
  readonly scopes?: Option<readonly string[]>;
  /**
   * More metadata, as on the wire (`resource_name`, `resource_documentation`, …). It cannot replace the other options.
   *
   * @default none
   */
  readonly metadata?: Option<Readonly<Record<string, unknown>>>;
}

const NAMES: OptionNames<ProtectedResourceOptions> = {
  resource: true,
  authorizationServers: true,
  publishableKey: true,
  publicUrl: true,
  scopes: true,
  metadata: true,
};

/** The answer for a request to one of the paths; null for every other. */
export type MetadataLookup = (method: string, url: string) => MaybePromise<MetadataAnswer> | null;

export interface MetadataAnswer {
  readonly status: 200 | 204 | 503;
  readonly headers: HeaderPairs;
  /** Null for an answer without a body. */
  readonly body: string | null;
}

/** The metadata is public, and clients that run in browsers read it. */
export const CORS = ['access-control-allow-origin', '*'] as const;
export const JSON_TYPE = ['content-type', 'application/json'] as const;
export const foundMetadata = (body: string): MetadataAnswer => ({
  status: 200,
  headers: [CORS, JSON_TYPE, ['cache-control', `public, max-age=${CACHE_SECONDS}`]],
  body,
});
export const PREFLIGHT: MetadataAnswer = {
  status: 204,
  headers: [CORS, ['access-control-allow-methods', 'GET, HEAD'], ['access-control-allow-headers', '*']],
  body: null,
};

/**
 * The URL of the metadata of a protected resource (RFC 9728, section 3), which `resource_metadata` in a challenge names.
 *
 * @param resource the identifier of the resource: an absolute https URL without a fragment
 * @throws {ConfigurationError} for a text that is no such URL
 *
 * @example
 * ```ts
 * import { resourceMetadataUrl } from 'bailiff/hono';
 *
 * // https://api.example.com/.well-known/oauth-protected-resource/mcp
 * console.log(resourceMetadataUrl('https://api.example.com/mcp'));
 * ```
 */
export function resourceMetadataUrl(resource: string): string {
  const { origin, pathname, search } = parseResource(resource);
  return origin + WELL_KNOWN + (pathname === '/' ? '' : pathname) + search;
}

/**
 * @returns the answer for a method and a URL (or a request target); null where its path is not the metadata's (neither the root form nor that
 *   of the resource's path) or the method not one that reads
 * @throws {ConfigurationError} for a resource that is no identifier, when no authorization server is known, or for a misspelt option
 */
export function createResourceMetadata(
  options: ProtectedResourceOptions,
  env?: Environment,
): (method: string, url: string) => MetadataAnswer | null {
  checkOptionNames(options, NAMES);
  const resource = parseResource(options.resource);
  const given = options.publicUrl ?? null;
  const publicUrl = given === null ? null : checkPublicUrl({ option: 'publicUrl' }, given);
  const names = ['', resource.pathname, withoutBase(publicUrl, resource.pathname)];
  const paths = new Set(names.flatMap((path) => [WELL_KNOWN + path, WELL_KNOWN + path.replace(/\/$/, '')]));
  const body = JSON.stringify({
    ...options.metadata,
    resource: options.resource,
    authorization_servers: authorizationServers(options) ?? [instanceIssuer(options, resource, env)],
    bearer_methods_supported: ['header'],
    ...(options.scopes && { scopes_supported: options.scopes }),
  });
  const found = foundMetadata(body);
  return (method, url) => {
    if (!paths.has(targetOf(url).split('?', 1)[0] ?? '')) return null;
    if (method === 'OPTIONS') return PREFLIGHT;
    return method === 'GET' || method === 'HEAD' ? found : null;
  };
}

/** None would tell a client that nobody issues tokens for the resource. */
function authorizationServers({ authorizationServers: given }: ProtectedResourceOptions): readonly string[] | null {
  return (given ?? null) === null ? null : filledList({ option: 'authorizationServers' }, given);
}

function parseResource(resource: string): URL {
  const url = parseUrl(resource);
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.host));
  if (url === null || !secure || url.username + url.password !== '' || resource.includes('#')) {
    throw new ConfigurationError(
      'resource',
      '`resource` is no resource identifier.',
      'Give the absolute https URL of the protected resource, without a fragment: https://api.example.com/mcp.',
    );
  }
  return url;
}

/** The instance's Frontend API is its authorization server. A relative proxy path stands below the public URL, else on the resource's own origin. */
function instanceIssuer(options: ProtectedResourceOptions, resource: URL, env: Environment | undefined): string {
  const { publishableKey, publicUrl } = options;
  const { frontendApiUrl } = resolveConfig({ publishableKey, publicUrl }, env);
  if (frontendApiUrl === null) {
    throw new ConfigurationError(
      'publishableKey',
      'The authorization server of the resource is not known.',
      'Set CLERK_PUBLISHABLE_KEY, or give `authorizationServers`.',
    );
  }
  return frontendApiUrl.startsWith('/') ? resource.origin + frontendApiUrl : frontendApiUrl;
}
