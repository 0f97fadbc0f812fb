import type { Request } from 'express';
import type { RequestView } from '../../types.js';

/** Express's own rules decide whether these are believed; the core shall not read them a second time. */
const DECIDED_BY_EXPRESS = new Set(['x-forwarded-host', 'x-forwarded-proto']);

/** A look at an Express request. Nothing is copied or built, and the body is never touched. */
export class ExpressView implements RequestView {
  readonly #req: Request;
  /** Read once: Express changes the prototype of its requests, which makes each access to them slow. */
  readonly #headers: Request['headers'];
  readonly method: string;
  /** The target as it came: a mounted router shortens `req.url`, never this. */
  readonly url: string;

  constructor(req: Request) {
    this.#req = req;
    this.#headers = req.headers;
    this.method = req.method;
    this.url = req.originalUrl;
  }

  header(name: string): string | undefined {
    if (DECIDED_BY_EXPRESS.has(name)) return undefined;
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  *headers(): Iterable<readonly [string, string]> {
    const raw = this.#req.rawHeaders;
    for (let i = 0; i + 1 < raw.length; i += 2) yield [raw[i] ?? '', raw[i + 1] ?? ''];
  }

  /**
   * What Express knows about the public origin: a TLS socket, or forwarded headers that `trust proxy` lets it believe.
   * Null leaves the rest (`Host`, and the scheme that goes with the instance) to the core.
   */
  get publicOrigin(): string | null {
    const req = this.#req;
    const encrypted = (req.socket as { encrypted?: boolean }).encrypted === true;
    const trust = req.app.get('trust proxy fn') as ((address: string | undefined, hop: number) => boolean) | undefined;
    const trusted = trust?.(req.socket.remoteAddress, 0) === true;
    const forwardedHost = trusted ? firstItem(req.headers['x-forwarded-host']) : undefined;
    if (!encrypted && forwardedHost === undefined && !(trusted && req.headers['x-forwarded-proto'])) return null;
    const host = forwardedHost ?? req.headers.host;
    return host ? `${req.protocol}://${host}` : null;
  }
}

function firstItem(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text?.split(',', 1)[0]?.trim() || undefined;
}
