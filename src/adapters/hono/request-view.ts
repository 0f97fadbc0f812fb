import type { Context } from 'hono';
import type { WaitUntil } from '../../ports.js';
import type { RequestView } from '../../types.js';

/**
 * A request of Hono as a view: the one that the middleware saw, even if another handler replaces `c.req.raw` later. Nothing is copied or
 * built, and the body is never touched.
 */
export class HonoView implements RequestView {
  readonly #c: Context;
  readonly #raw: Request;

  constructor(c: Context) {
    this.#c = c;
    this.#raw = c.req.raw;
  }

  get method(): string {
    return this.#raw.method;
  }

  get url(): string {
    return this.#raw.url;
  }

  header(name: string): string | null {
    return this.#raw.headers.get(name);
  }

  headers(): Iterable<readonly [string, string]> {
    return this.#raw.headers;
  }

  /** The path of the last handler that matches: Hono finds all of them before the first runs. Null if only middleware for every path matches. */
  get route(): string | null {
    // Deprecated, but the helper that replaces it is younger than the oldest Hono 4.
    const path = this.#c.req.matchedRoutes.at(-1)?.path ?? null;
    return path === '*' || path === '/*' ? null : path;
  }

  /** On Workers, a task that outlives the answer must be announced. Elsewhere `executionCtx` throws, and the task runs on without it. */
  get waitUntil(): WaitUntil {
    return (task) => this.#c.executionCtx.waitUntil(task);
  }
}
