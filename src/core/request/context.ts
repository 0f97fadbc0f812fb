/** The facts that a request states about its sender, all unverified. Each is worked out at most once, on first use. */
import type { WaitUntil } from '../../ports.js';
import type { RequestView } from '../../types.js';
import type { Config } from '../config/config.js';
import { classifyToken, type ClassifiedToken } from '../../verify/classify.js';
import { headerTokenOf } from './authorization-header.js';
import { readCookies, type Cookies } from './cookies.js';
import {
  isDocumentRequest,
  isTopLevelNavigation,
  NO_QUERY,
  parseRedirectCount,
  readQuery,
  type QueryFacts,
} from './navigation.js';
import { publicOrigin, publicUrl, spelledOrigin, targetPath } from './public-origin.js';

export interface RequestContext {
  readonly view: RequestView;
  readonly config: Config;
  /** The token of the `Authorization` header; null when there is none that Bailiff reads. */
  readonly headerToken: string | null;
  /** The same token, classified and, if it is a JWT, decoded; null when there is none. */
  readonly classified: ClassifiedToken | null;
  /**
   * False: credentials are judged as they are. Nothing is fetched to renew them, no handshake starts or ends, and the query
   * is ignored.
   */
  readonly renews: boolean;
  readonly cookies: Cookies;
  readonly query: QueryFacts;
  /** The origin that browsers see; null when the request names no usable host. */
  readonly publicOrigin: string | null;
  /** Takes tasks that outlive the request; does nothing where the view has no such function. */
  readonly waitUntil: WaitUntil;
  /** Whether a URL is on that origin, as far as its spelling tells: true is certain, false is not. */
  startsWithOwnOrigin(url: string): boolean;
  /** The URL that browsers see. A new object each time, to be changed freely. */
  publicUrl(): URL | null;
  /** The path by which the application knows the page, without a base path that browsers see in front of it. */
  readonly path: string | null;
  readonly isDocumentRequest: boolean;
  readonly isTopLevelNavigation: boolean;
  /** Handshakes in a row so far. */
  readonly redirectCount: number;
}

class LazyRequestContext implements RequestContext {
  #headerToken: string | null | undefined;
  #classified: ClassifiedToken | null | undefined;
  #cookies: Cookies | undefined;
  #query: QueryFacts | undefined;
  #origin: string | null | undefined;

  constructor(
    readonly view: RequestView,
    readonly config: Config,
    readonly renews: boolean,
  ) {}

  get headerToken(): string | null {
    return this.#headerToken === undefined
      ? (this.#headerToken = headerTokenOf(this.view.header('authorization')))
      : this.#headerToken;
  }

  get classified(): ClassifiedToken | null {
    if (this.#classified !== undefined) return this.#classified;
    const token = this.headerToken;
    return (this.#classified = token === null ? null : classifyToken(token));
  }

  get cookies(): Cookies {
    return (this.#cookies ??= readCookies(this.view.header('cookie'), this.config.publishableKey?.cookieSuffix ?? ''));
  }

  get query(): QueryFacts {
    return (this.#query ??= this.renews ? readQuery(this.view.url) : NO_QUERY);
  }

  get publicOrigin(): string | null {
    return this.#origin === undefined ? (this.#origin = publicOrigin(this.view, this.config)) : this.#origin;
  }

  startsWithOwnOrigin(url: string): boolean {
    const origin = spelledOrigin(this.view, this.config);
    return origin !== null && url.startsWith(origin) && url[origin.length] === '/';
  }

  get waitUntil(): WaitUntil {
    return (task) => this.view.waitUntil?.(task);
  }

  publicUrl(): URL | null {
    return publicUrl(this.view, this.config, this.publicOrigin);
  }

  get path(): string | null {
    return targetPath(this.view);
  }

  get isDocumentRequest(): boolean {
    return this.renews && isDocumentRequest(this.view);
  }

  get isTopLevelNavigation(): boolean {
    return this.renews && isTopLevelNavigation(this.view);
  }

  get redirectCount(): number {
    return parseRedirectCount(this.cookies.redirectCount);
  }
}

/** @param renews see {@link RequestContext.renews} */
export function createRequestContext(view: RequestView, config: Config, renews: boolean): RequestContext {
  return new LazyRequestContext(view, config, renews);
}

/** The given context, if this module made it for this configuration; else a new one. */
export function contextOf(
  view: RequestView,
  config: Config,
  given: { readonly renew?: boolean; readonly context?: RequestContext } = {},
): RequestContext {
  const { context } = given;
  return context instanceof LazyRequestContext && context.config === config
    ? context
    : createRequestContext(view, config, given.renew !== false);
}
