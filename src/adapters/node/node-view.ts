import type { IncomingMessage } from 'node:http';
import { repeatedHeaders } from '../../core/index.js';
import type { RequestView } from '../../types.js';

/** Node's own request as a view. Nothing is copied or built, and the body is never touched. */
export class NodeView implements RequestView {
  readonly #req: IncomingMessage;
  /** Read once, because Express changes the prototype of its requests, which makes each access to them slow. */
  readonly #headers: IncomingMessage['headers'];
  /** Headers that came several times, of which Node's object shows the first alone. Nearly always null. */
  readonly #repeated: Readonly<Record<string, string>> | null;
  readonly method: string;
  readonly url: string;

  /** @param url the request target as it came, where a framework shortens `req.url` */
  constructor(req: IncomingMessage, url = req.url ?? '') {
    this.#req = req;
    this.#headers = req.headers;
    this.#repeated = repeatedHeaders(req.rawHeaders);
    this.method = req.method ?? '';
    this.url = url;
  }

  header(name: string): string | undefined {
    const value = this.#repeated?.[name] ?? this.#headers[name] ?? this.#pseudo(name);
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** HTTP/2 has a field of its own in place of `Host` (RFC 9113, section 8.3.1). HTTP/1.1 knows no name with a colon. */
  #pseudo(name: string): string | string[] | undefined {
    return name === 'host' ? this.#headers[':authority'] : undefined;
  }

  /** All headers as they came. On serverless platforms the raw list may be empty. */
  *headers(): Iterable<readonly [string, string]> {
    const raw = (this.#req as Partial<IncomingMessage>).rawHeaders ?? [];
    for (let i = 0; i + 1 < raw.length; i += 2) yield [raw[i] ?? '', raw[i + 1] ?? ''];
    if (raw.length > 0) return;
    for (const [name, values] of Object.entries(this.#headers)) {
      for (const value of [values ?? []].flat()) yield [name, value];
    }
  }

  get encrypted(): boolean {
    return (this.#req.socket as { encrypted?: boolean }).encrypted === true;
  }
}
