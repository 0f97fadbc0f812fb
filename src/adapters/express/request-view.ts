import { repeatedHeaders } from '../../core/request/raw-headers.js';
import type { RequestView } from '../../types.js';
import { urlOf, type HttpRequest } from './handler.js';

type TrustProxy = (address: string | undefined, hop: number) => boolean;

/** A look at a request of Express or a server like it. Nothing is copied or built, and the body is never touched. */
export class ExpressView implements RequestView {
  readonly #req: HttpRequest;
  /** Read once: Express changes the prototype of its requests, which makes each access to them slow. */
  readonly #headers: HttpRequest['headers'];
  /** Null nearly always: what Node's object of headers shows the first of, though there are several. */
  readonly #repeated: Readonly<Record<string, string>> | null;
  readonly method: string;
  /** The target as it came: a mounted router shortens `req.url`, never this. */
  readonly url: string;

  constructor(req: HttpRequest) {
    this.#req = req;
    this.#headers = req.headers;
    this.#repeated = repeatedHeaders(req.rawHeaders);
    this.method = req.method ?? '';
    this.url = urlOf(req);
  }

  header(name: string): string | undefined {
    const value = this.#repeated?.[name] ?? this.#headers[name] ?? this.#pseudo(name);
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** HTTP/2 has a field of its own in place of `Host` (RFC 9113, section 8.3.1). HTTP/1.1 knows no name with a colon. */
  #pseudo(name: string): string | string[] | undefined {
    return name === 'host' ? this.#headers[':authority'] : undefined;
  }

  /** As they came; a host of functions may leave the raw list empty. */
  *headers(): Iterable<readonly [string, string]> {
    const raw = (this.#req as Partial<HttpRequest>).rawHeaders ?? [];
    for (let i = 0; i + 1 < raw.length; i += 2) yield [raw[i] ?? '', raw[i + 1] ?? ''];
    if (raw.length > 0) return;
    for (const [name, values] of Object.entries(this.#headers)) {
      for (const value of [values ?? []].flat()) yield [name, value];
    }
  }

  /**
   * Express's own setting decides which forwarded headers are believed. A server without one has nobody who says which
   * proxy is its own, so none is.
   */
  get trustsProxy(): boolean {
    const { app, socket } = this.#req;
    const trust = app?.get?.('trust proxy fn');
    return typeof trust === 'function' && (trust as TrustProxy)(socket.remoteAddress, 0) === true;
  }

  get encrypted(): boolean {
    return (this.#req.socket as { encrypted?: boolean }).encrypted === true;
  }
}
