/**
 * Browser → this server `/__clerk/*` → Frontend API of the instance, as Clerk's documentation of proxying describes it.
 *
 * The secret key travels with every forwarded request, so origin and base path of the target are settled at creation and
 * nothing in a request can change them (`target-path.ts`).
 */
import { ConfigurationError } from '../../errors.js';
import { checkTransport, readOption } from '../../shared/connection.js';
import type { Environment } from '../../environment.js';
import { isLoopbackHost } from '../../shared/loopback.js';
import { baseUrl } from '../../shared/option-checks.js';
import type { MaybePromise } from '../../ports.js';
import type { Option } from '../../types.js';
import { isNetworkFailure } from '../../shared/network-failure.js';
import { fetchWithSignal } from '../../shared/realm.js';
import type { Config, PublishableKey } from '../config/config.js';
import { frontendApiUrlOf } from '../config/frontend-api-url.js';
import { publicPath } from '../config/public-url.js';
import { FAULT, reportFault } from '../faults/fault.js';
import { forwardedHeaders, returnedHeaders } from './proxy-headers.js';
import { isBelow, returnedLocation, targetOf, upstreamUrl, type Base } from './target-path.js';

const DEFAULT_PATH = '/__clerk';
const DEFAULT_TARGET = 'https://frontend-api.clerk.dev';
/** How long the Frontend API may take until its headers arrive. */
const HEADERS_TIMEOUT_MS = 30_000;
/** What `fetch` does not send (Fetch standard, section 2.2.1). */
const UNSENDABLE = /^(?:CONNECT|TRACE|TRACK)$/i;
/** In any case, as `fetch` takes them: HTTP/2 hands `get` over as it came, and `fetch` throws at a body with it. */
const BODILESS = /^(?:GET|HEAD)$/i;
const BODILESS_ANSWERS = new Set([101, 204, 205, 304]);

export interface FrontendApiProxyOptions {
  /** Whether this server proxies; a function decides for each public URL, and only `true` means yes. */
  readonly enabled: boolean | ((url: URL) => MaybePromise<boolean>);
  /** Default `/__clerk`. */
  readonly path?: Option<string>;
  /** Where the Frontend API is. Default: CLERK_FAPI_URL, else Clerk's own; for a local instance the host of its key. */
  readonly fapiUrl?: Option<string>;
}

/** Bytes as they came. */
export type ProxiedBody = ReadableStream<Uint8Array> | Uint8Array | null;

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
  /**
   * Called when the request is sent on, and not before: a body that nobody has touched is the server's own to deal with. Throws
   * where the body that came cannot be had any more.
   */
  readonly body: () => MaybePromise<ProxiedBody>;
  /** Aborts when the browser has gone, so that nobody waits for an answer that nobody reads. */
  readonly signal?: AbortSignal;
}

export interface FrontendApiProxy {
  /** The path under which the proxy answers; never ends with a slash. */
  readonly path: string;
  /** Whether the path of this URL belongs to the proxy (`/__clerk` and below, not `/__clerkX`). */
  owns(url: string): boolean;
  /**
   * Forwards one request. A failure is an answer with Clerk's error body.
   *
   * @throws (rejects) only what {@link ProxiedRequest.body} throws: nothing was sent then
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
    throw new ConfigurationError(option, 'The Frontend API proxy needs both keys of the instance.', `Set ${variable}.`);
  }
  const base = frontendApi(publishableKey, options.fapiUrl, env);

  // In front of this server somebody takes the base path off, or leaves it on.
  const shown = publicPath(config.publicUrl, path);
  const prefixOf = (target: string): string | undefined => [shown, path].find((prefix) => isBelow(target, prefix));

  return {
    path,
    owns: (url) => prefixOf(targetOf(url)) !== undefined,

    async forward(request) {
      const target = targetOf(request.url);
      const url = upstreamUrl(base, target.slice((prefixOf(target) ?? path).length));
      if (url === null || UNSENDABLE.test(request.method)) {
        return failure(400, 'proxy_request_failed', 'The request cannot be forwarded.');
      }
      const body = BODILESS.test(request.method) ? null : await request.body();
      const proxyUrl = request.publicOrigin + shown;
      const controller = new AbortController();
      const abort = () => controller.abort();
      const timer = setTimeout(abort, HEADERS_TIMEOUT_MS);
      request.signal?.addEventListener('abort', abort);
      if (request.signal?.aborted === true) abort();
      try {
        const sent = fetchWithSignal(config.fetch, url.href, {
          method: request.method,
          headers: forwardedHeaders(request, { proxyUrl, secretKey }),
          redirect: 'manual',
          signal: controller.signal,
          // `duplex` is what streaming a request body takes (Fetch standard); the DOM types do not know it.
          ...(body === null ? null : ({ body, duplex: 'half' } as RequestInit)),
        });
        // The race, and not the signal alone: a `fetch` may not know it, or not take it.
        const answer = await Promise.race([sent, aborted(controller.signal)]);
        const bodiless = BODILESS_ANSWERS.has(answer.status) || request.method === 'HEAD';
        const headers = returnedHeaders(answer);
        const location = headers.get('location');
        if (location !== null) headers.set('location', returnedLocation(location, url, base, proxyUrl));
        return new Response(bodiless ? null : answer.body, { status: answer.status, headers });
      } catch (thrown) {
        if (isNetworkFailure(thrown) || controller.signal.aborted) {
          return failure(502, 'proxy_request_failed', 'The Frontend API could not be reached.');
        }
        reportFault(config, 'proxy', thrown);
        return failure(500, FAULT, 'This server failed to forward the request.');
      } finally {
        clearTimeout(timer);
        request.signal?.removeEventListener('abort', abort);
      }
    },
  };
}

/** A key that names a loopback host belongs to a local instance. */
function frontendApi(key: PublishableKey, given: Option<string>, env: Environment | undefined): Base {
  const name = { option: 'frontendApiProxy', variable: 'CLERK_FAPI_URL' };
  const { frontendApiHost: host, instanceType } = key;
  const url = readOption(name, given, env, baseUrl) ?? (isLoopbackHost(host) ? frontendApiUrlOf(host) : DEFAULT_TARGET);
  checkTransport(name, url, instanceType === 'development');
  const { origin, pathname } = new URL(url);
  return { origin, path: pathname.replace(/\/+$/, '') };
}

function failure(status: number, code: string, message: string): Response {
  return new Response(JSON.stringify({ errors: [{ code, message }] }), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}

/** Rejects when the signal aborts, and never does anything else. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Error('The request was aborted.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}
