/** The parts of a Web `Request` that authentication reads. */
import type { RequestView } from '../../types.js';

class WebRequestView implements RequestView {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method;
  }

  get url(): string {
    return this.#request.url;
  }

  header(name: string): string | null {
    return this.#request.headers.get(name);
  }

  headers(): Iterable<readonly [string, string]> {
    return this.#request.headers;
  }
}

/**
 * Wraps a `Request` of any realm or polyfill; returns a view unchanged.
 *
 * @throws TypeError for anything else (a Node `IncomingMessage`, most often)
 */
export function viewOf(request: Request | RequestView): RequestView {
  if (typeof (request as Partial<RequestView>).header === 'function') return request as RequestView;
  if (
    typeof (request as Partial<Request>).headers === 'object' &&
    typeof (request as Request).headers.get === 'function'
  ) {
    return new WebRequestView(request as Request);
  }
  throw new TypeError('Give a Request or { method, url, header(name) }.');
}
