/** Forwards one request to the Frontend API and returns its answer. Loaded with the first request to the proxy. */
import type { MaybePromise } from '../../ports.js';
import { isNetworkFailure } from '../../ground/network-failure.js';
import { fetchWithSignal } from '../../ground/realm.js';
import type { Config } from '../config/config.js';
import { FAULT, reportFault } from '../faults/fault.js';
import { forwardedHeaders, returnedHeaders } from './proxy-headers.js';
import { returnedLocation, upstreamUrl, type UpstreamBase } from './upstream-url.js';

/** How long the Frontend API may take until its headers arrive. */
const HEADERS_TIMEOUT_MS = 30_000;
/** Methods that `fetch` does not send (Fetch standard, section 2.2.1). */
const UNSENDABLE = /^(?:CONNECT|TRACE|TRACK)$/i;
/** Methods without a body, in any case: HTTP/2 passes `get` on unchanged, and `fetch` throws when it has a body. */
const BODILESS = /^(?:GET|HEAD)$/i;
const BODILESS_ANSWERS = new Set([101, 204, 205, 304]);

/** The bytes of a body, unchanged. */
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
   * Called only when the request is sent on: the server itself deals with a body that nobody has read. Throws when the original
   * bytes are lost.
   */
  readonly body: () => MaybePromise<ProxiedBody>;
  /** Aborts when the browser disconnects: nobody would read the answer. */
  readonly signal?: AbortSignal;
}

/** The target of a request, as the proxy has decided it. */
export interface ProxyTarget {
  readonly config: Config;
  readonly base: UpstreamBase;
  /** The part of the path behind the public path, with the query. */
  readonly rest: string;
  readonly secretKey: string;
  /** The proxy as browsers see it. */
  readonly proxyUrl: string;
}

/** @throws (rejects) only what {@link ProxiedRequest.body} throws: nothing was sent then */
export async function forward(request: ProxiedRequest, target: ProxyTarget): Promise<Response> {
  const { config, base, secretKey, proxyUrl } = target;
  const url = upstreamUrl(base, target.rest);
  if (url === null || UNSENDABLE.test(request.method)) {
    return failure(400, 'proxy_request_failed', 'The request cannot be forwarded.');
  }
  const body = BODILESS.test(request.method) ? null : await request.body();
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
      // A streamed request body needs `duplex` (Fetch standard); the DOM types do not know it.
      ...(body === null ? null : ({ body, duplex: 'half' } as RequestInit)),
    });
    // The signal alone is not enough: a custom `fetch` may ignore it.
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
}

function failure(status: number, code: string, message: string): Response {
  return new Response(JSON.stringify({ errors: [{ code, message }] }), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}

/** Rejects when the signal aborts; never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Error('The request was aborted.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}
