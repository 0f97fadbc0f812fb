import type { Context } from 'hono';
import type { WaitUntil } from '../../ports.js';
import type { RequestView } from '../../types.js';

/**
 * A look at a Hono request, as it was when the middleware saw it: what is put in its place later has no say. Nothing is copied or built,
 * and the body is never touched.
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

  /** The last of the handlers that match: all of them are found before the first runs. Null where none but middleware of every path does. */
  get route(): string | null {
    // Deprecated, but the helper that replaces it is younger than the oldest Hono 4.
    const path = this.#c.req.matchedRoutes.at(-1)?.path ?? null;
    return path === '*' || path === '/*' ? null : path;
  }

  /** Workers end with the answer, so what runs on has to be announced there. Elsewhere it throws, and the task simply runs on. */
  get waitUntil(): WaitUntil {
    return (task) => this.#c.executionCtx.waitUntil(task);
  }
}
