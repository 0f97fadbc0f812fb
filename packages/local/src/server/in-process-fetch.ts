import type { Outcome } from './handle-request.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import type { InstanceState } from '../state/instance-state.js';

/** `fetch` that reaches this instance and nothing else, without a socket. */
export type InProcessFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Requests go to this instance whatever loopback port they name; other hosts are refused with the TypeError that `fetch` throws when it cannot
 * connect, so that a test which would have reached the internet fails.
 */
export function createInProcessFetch(
  state: InstanceState,
  handle: (request: LocalRequest) => Outcome | Promise<Outcome>,
): InProcessFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.host !== new URL(state.apiUrl).host) {
      throw new TypeError('fetch failed', {
        cause: new Error(`${url.origin} is not this local instance (${state.apiUrl}).`),
      });
    }
    request.signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      request.signal.addEventListener('abort', () => {
        reject(request.signal.reason as Error);
      });
    });
    const body = new Uint8Array(await request.arrayBuffer());
    const outcome = await Promise.race([
      handle({
        method: request.method,
        path: url.pathname,
        query: url.searchParams,
        headers: Object.fromEntries(request.headers),
        body,
        origin: url.origin,
        peer: '127.0.0.1',
      }),
      aborted,
    ]);
    if (!('by' in outcome)) return toResponse(outcome, outcome.body);
    if (outcome.beginning !== null) {
      const { response, body } = outcome.beginning;
      return toResponse(response, brokenOff(body, outcome.by === 'reset' ? cut('terminated') : aborted));
    }
    return outcome.by === 'hang' ? aborted : cut('fetch failed');
  };
}

function toResponse({ status, headers: list }: LocalResponse, body: LocalResponse['body'] | ReadableStream): Response {
  const headers = new Headers();
  for (const [name, value] of list) headers.append(name, value);
  const bodiless = status === 204 || status === 304;
  return new Response(bodiless ? null : (body as BodyInit), { status, headers });
}

/** What `fetch` says of a connection that was cut. */
function cut(message: string): Promise<never> {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  return Promise.reject(new TypeError(message, { cause }));
}

function brokenOff(beginning: Uint8Array, end: Promise<never>): ReadableStream {
  const parts = beginning.length === 0 ? [] : [beginning];
  end.catch(() => undefined);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = parts.shift();
      controller.enqueue(part ?? (await end));
    },
  });
}
