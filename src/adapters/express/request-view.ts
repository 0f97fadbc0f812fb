import type { Request } from 'express';
import { repeatedHeaders } from '../../core/request/raw-headers.js';
import type { RequestView } from '../../types.js';

type TrustProxy = (address: string | undefined, hop: number) => boolean;

/** A look at an Express request. Nothing is copied or built, and the body is never touched. */
export class ExpressView implements RequestView {
  readonly #req: Request;
  /** Read once: Express changes the prototype of its requests, which makes each access to them slow. */
  readonly #headers: Request['headers'];
  /** Null nearly always: what Node's object of headers shows the first of, though there are several. */
  readonly #repeated: Readonly<Record<string, string>> | null;
  readonly method: string;
  /** The target as it came: a mounted router shortens `req.url`, never this. */
  readonly url: string;

  constructor(req: Request) {
    this.#req = req;
    this.#headers = req.headers;
    this.#repeated = repeatedHeaders(req.rawHeaders);
    this.method = req.method;
    this.url = req.originalUrl;
  }

  header(name: string): string | undefined {
    const value = this.#repeated?.[name] ?? this.#headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  *headers(): Iterable<readonly [string, string]> {
    const raw = this.#req.rawHeaders;
    for (let i = 0; i + 1 < raw.length; i += 2) yield [raw[i] ?? '', raw[i + 1] ?? ''];
  }

  /** Express's own setting decides which forwarded headers are believed. */
  get trustsProxy(): boolean {
    const req = this.#req;
    const trust = req.app.get('trust proxy fn') as TrustProxy | undefined;
    return trust?.(req.socket.remoteAddress, 0) === true;
  }

  get encrypted(): boolean {
    return (this.#req.socket as { encrypted?: boolean }).encrypted === true;
  }
}
