/** What a request says about its sender. Nothing here is believed yet; everything is worked out at most once, when asked for. */
import type { WaitUntil } from '../../ports.js';
import type { RequestView } from '../../types.js';
import type { Config } from '../config/config.js';
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
  /**
   * False: credentials are judged as they are. Nothing is fetched to renew them, no handshake is begun or taken over, and
   * the query says nothing.
   */
  readonly renews: boolean;
  readonly cookies: Cookies;
  readonly query: QueryFacts;
  /** The origin that browsers see; null when the request names no usable host. */
  readonly publicOrigin: string | null;
  /** For tasks that this request starts and nobody waits for; does nothing where the view has none. */
  readonly waitUntil: WaitUntil;
  /** Whether a URL is on that origin, as far as its spelling tells: true is certain, false is not. */
  isPlainlyOwn(url: string): boolean;
  /** The URL that browsers see. A new object each time, to be changed freely. */
  publicUrl(): URL | null;
  /** The path by which the application knows the page, without a base path that browsers see in front of it. */
  readonly path: string | null;
  readonly isDocumentRequest: boolean;
  readonly isTopLevelNavigation: boolean;
  /** Handshakes in a row so far. */
  readonly redirectCount: number;
}

/** Stands for a header token that cannot be one: it is refused like any other token that is not one. */
export const UNREADABLE_TOKEN = '.';
/** Longer than any token that verification accepts; what exceeds it is not carried around. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * The token in an `Authorization` header (RFC 6750, section 2.1): after the scheme `Bearer` in any case, or standing
 * alone. Another scheme, or nothing after the scheme, is no token at all, so that cookies are read. A header token that
 * could not be one (several words, over 16 kB, or one of several such headers, joined by commas) is
 * {@link UNREADABLE_TOKEN}: it was meant to decide, so cookies must not.
 */
export function headerTokenOf(authorization: string | null | undefined): string | null {
  if (!authorization) return null;
  const text = authorization.trim();
  const scheme = schemeLength(text);
  const token = scheme === 0 ? text : text.slice(scheme);
  if (token === '') return null;
  if (token.includes(' ') || token.includes('\t')) {
    return scheme === 0 && isOtherScheme(text) ? null : UNREADABLE_TOKEN;
  }
  return token.length > MAX_TOKEN_LENGTH ? UNREADABLE_TOKEN : token;
}

/** Of `Bearer` with the space behind it; 0 without. The usual spelling needs no regular expression. */
function schemeLength(text: string): number {
  if (text.startsWith('Bearer ') && text.charCodeAt(7) > 0x20) return 7;
  return /^bearer(?:[ \t]+|$)/i.exec(text)?.[0].length ?? 0;
}

/**
 * Whether it is credentials of a scheme that we do not read (`Basic …`, `Digest a="b", c="d"`). Two headers that were
 * joined are not: neither `, Bearer x` nor `x, y`, and not `Basic x, Bearer y` either.
 */
function isOtherScheme(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+[ \t]/.test(text) && !/,[ \t]*bearer(?:[ \t,]|$)/i.test(text);
}

class LazyRequestContext implements RequestContext {
  #cookies: Cookies | undefined;
  #query: QueryFacts | undefined;
  #origin: string | null | undefined;

  constructor(
    readonly view: RequestView,
    readonly config: Config,
    readonly headerToken: string | null,
    readonly renews: boolean,
  ) {}

  get cookies(): Cookies {
    return (this.#cookies ??= readCookies(this.view.header('cookie'), this.config.publishableKey?.cookieSuffix ?? ''));
  }

  get query(): QueryFacts {
    return (this.#query ??= this.renews ? readQuery(this.view.url) : NO_QUERY);
  }

  get publicOrigin(): string | null {
    return this.#origin === undefined ? (this.#origin = publicOrigin(this.view, this.config)) : this.#origin;
  }

  isPlainlyOwn(url: string): boolean {
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

/**
 * @param headerToken for whoever has looked for it already
 * @param renews see {@link RequestContext.renews}
 */
export function createRequestContext(
  view: RequestView,
  config: Config,
  headerToken = headerTokenOf(view.header('authorization')),
  renews = true,
): RequestContext {
  return new LazyRequestContext(view, config, headerToken, renews);
}
