/**
 * Browser → this server `/__clerk/*` → Frontend API of the instance, as Clerk's documentation of proxying describes it.
 *
 * The secret key travels with every forwarded request, so the target's host is settled at creation and nothing in a
 * request can change it: the path is joined as text and the result compared.
 */
import { ConfigurationError } from '../../errors.js';
import { readVariable, type Environment } from '../../environment.js';
import type { MaybePromise } from '../../ports.js';
import type { Option } from '../../types.js';
import type { Config } from '../config/config.js';
import { frontendApiUrlOf, isLoopbackHost } from '../config/frontend-api-url.js';
import { parseUrl } from '../request/target.js';
import { forwardedHeaders, returnedHeaders } from './proxy-headers.js';

const DEFAULT_PATH = '/__clerk';
const DEFAULT_TARGET = 'https://frontend-api.clerk.dev';
/** How long the Frontend API may take until its headers arrive. */
const HEADERS_TIMEOUT_MS = 30_000;
const BODILESS_ANSWERS = new Set([101, 204, 205, 304]);

export interface FrontendApiProxyOptions {
  /** Whether this server proxies; a function decides for each public URL, and only `true` means yes. */
  readonly enabled: boolean | ((url: URL) => MaybePromise<boolean>);
  /** Default `/__clerk`. */
  readonly path?: Option<string>;
  /** Where the Frontend API is. Default: CLERK_FAPI_URL, else Clerk's own; for a local instance the host of its key. */
  readonly fapiUrl?: Option<string>;
}

/** A request as the adapter hands it over. */
export interface ProxiedRequest {
  readonly method: string;
  /** Absolute URL, or the request target as it came. Only its path and query are used. */
  readonly url: string;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** The origin under which browsers see this server. */
  readonly publicOrigin: string;
  /** The address of the browser, as far as the server knows it. */
  readonly clientAddress: string | null;
  readonly body: ReadableStream<Uint8Array> | string | null;
}

export interface FrontendApiProxy {
  /** The path under which the proxy answers; never ends with a slash. */
  readonly path: string;
  /** Whether the path of this URL belongs to the proxy (`/__clerk` and below, not `/__clerkX`). */
  owns(url: string): boolean;
  /** Forwards one request. Never rejects: a failure is an answer with Clerk's error body. */
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

/** Path and query of an absolute URL or of a request target, as text: nothing is resolved or normalised. */
export function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  const scheme = url.indexOf('://');
  const path = scheme === -1 ? -1 : url.indexOf('/', scheme + 3);
  return path === -1 ? '/' : url.slice(path);
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
    throw new ConfigurationError(option, 'The Frontend API proxy needs both keys of the instance.', `Set ${variable}.`);
  }
  const target = frontendApi(options.fapiUrl ?? readVariable('CLERK_FAPI_URL', env), publishableKey.frontendApiHost);

  return {
    path,
    owns: (url) => isBelow(targetOf(url), path),

    async forward(request) {
      const rest = targetOf(request.url).slice(path.length);
      const url = parseUrl(target.base + (rest.startsWith('/') ? rest : `/${rest}`));
      if (url === null || url.host !== target.host || url.username !== '' || url.password !== '') {
        return failure(400, 'proxy_request_failed', 'The request target cannot be forwarded.');
      }
      const proxyUrl = request.publicOrigin + path;
      const hasBody = request.body !== null && request.method !== 'GET' && request.method !== 'HEAD';
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), HEADERS_TIMEOUT_MS);
      try {
        const answer = await config.fetch(url.href, {
          method: request.method,
          headers: forwardedHeaders(request, { proxyUrl, secretKey }),
          redirect: 'manual',
          signal: abort.signal,
          // `duplex` is what streaming a request body takes (Fetch standard); the DOM types do not know it.
          ...(hasBody ? ({ body: request.body, duplex: 'half' } as RequestInit) : null),
        });
        const body = BODILESS_ANSWERS.has(answer.status) || request.method === 'HEAD' ? null : answer.body;
        return new Response(body, { status: answer.status, headers: returnedHeaders(answer, url, proxyUrl) });
      } catch {
        return failure(502, 'proxy_request_failed', 'The Frontend API could not be reached.');
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function isBelow(target: string, path: string): boolean {
  if (!target.startsWith(path)) return false;
  const next = target[path.length];
  return next === undefined || next === '/' || next === '?';
}

/** Base URL without a trailing slash, and its host. A key that names a loopback host belongs to a local instance. */
function frontendApi(configured: string | undefined, keyHost: string): { base: string; host: string } {
  const url = parseUrl(configured ?? (isLoopbackHost(keyHost) ? frontendApiUrlOf(keyHost) : DEFAULT_TARGET));
  const plain =
    url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === '';
  if (!plain) {
    throw new ConfigurationError(
      'frontendApiProxy',
      'The address of the Frontend API is not a plain http(s) URL.',
      'Set CLERK_FAPI_URL to one like `https://frontend-api.clerk.dev`, or leave it out.',
    );
  }
  return { base: url.origin + url.pathname.replace(/\/$/, ''), host: url.host };
}

function failure(status: number, code: string, message: string): Response {
  return new Response(JSON.stringify({ errors: [{ code, message }] }), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}
