import type { Outcome } from './dispatch.js';
import type { LocalRequest, World } from './world.js';

/** `fetch` that reaches this instance and nothing else, without a socket. */
export type InProcessFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Requests go to this instance whatever loopback port they name; other hosts are refused with the TypeError that `fetch` throws when it cannot
 * connect, so that a test which would have reached the internet fails.
 */
export function createInProcessFetch(
  world: World,
  handle: (request: LocalRequest) => Outcome | Promise<Outcome>,
): InProcessFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.host !== new URL(world.apiUrl).host) {
      throw new TypeError('fetch failed', {
        cause: new Error(`${url.origin} is not this local instance (${world.apiUrl}).`),
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
      }),
      aborted,
    ]);
    if (outcome === 'hang') return aborted;
    if (outcome === 'reset')
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
      });
    const headers = new Headers();
    for (const [name, value] of outcome.headers) headers.append(name, value);
    const bodiless = outcome.status === 204 || outcome.status === 304;
    return new Response(bodiless ? null : (outcome.body as BodyInit), { status: outcome.status, headers });
  };
}
