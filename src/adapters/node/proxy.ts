/** The Frontend API proxy on Node: turns its streams into those of the Web, and back. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { keptBody, type Forward, type ProxiedBody } from '../../core/index.js';
import type { RequestView } from '../../types.js';
import { cutOff, discardRest } from './body.js';
import type { NodeView } from './node-view.js';

interface Upload {
  readonly body: ProxiedBody;
  /** Ends the upload: the rest of the body is read and thrown away. */
  readonly stop: () => void;
}

const REMEDY =
  'Mount clerkMiddleware() before every body parser, or keep the bytes as they came in `req.rawBody`, as a Buffer.';

/** What a framework adds to Node's request. */
export interface ProxiedFacts {
  /** The address of the browser, where the framework has rules of its own for proxies. */
  readonly ip?: string | undefined;
  /** The bytes of the body, where a platform keeps them. */
  readonly rawBody?: unknown;
  /** What a parser made of the body. */
  readonly body?: unknown;
}

/**
 * Forwards a request that belongs to the proxy, and streams the answer back.
 *
 * @param facts what the framework adds to the request
 * @throws {ConfigurationError} (rejects) for a body that was read before, and whose bytes nobody kept
 */
export async function serveProxy(
  { proxy, origin }: Forward,
  view: NodeView,
  req: IncomingMessage,
  res: ServerResponse,
  facts: ProxiedFacts,
): Promise<void> {
  if (origin === null) {
    res.statusCode = 400;
    res.end();
    return;
  }
  let stopUpload = (): void => undefined;
  const gone = new AbortController();
  // The browser may have gone while the options for this request were resolved.
  if (res.closed) gone.abort();
  else res.once('close', () => gone.abort());
  const answer = await proxy.forward({
    url: view.url,
    headers: view.headers(),
    publicOrigin: origin,
    method: view.method,
    clientAddress: facts.ip ?? req.socket.remoteAddress ?? null,
    body: () => {
      const { body, stop } = bodyOf(req, facts, view);
      stopUpload = stop;
      return body;
    },
    signal: gone.signal,
  });
  // An answer may come before the body was read to its end (413).
  res.once('finish', () => stopUpload());
  res.statusCode = answer.status;
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') res.setHeader(name, value);
  for (const cookie of answer.headers.getSetCookie()) res.appendHeader('set-cookie', cookie);
  if (answer.body === null) res.end();
  else await stream(answer.body, res);
}

/** Copies the body of the answer. Where it breaks off, the connection to the browser is cut, so that it does not look complete. */
async function stream(body: ReadableStream<Uint8Array>, res: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  if (res.destroyed) return cancel();
  res.once('close', cancel);
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (res.destroyed) return;
      if (!res.write(piece.value)) await drained(res);
    }
    res.end();
  } catch {
    res.destroy();
  }
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
}

/** The body as it came: the stream, unless somebody has read it; else what was kept of it. */
function bodyOf(req: IncomingMessage, facts: ProxiedFacts, view: RequestView): Upload {
  const whole = (body: ProxiedBody): Upload => ({ body, stop: () => undefined });
  if (!hasBody(req)) return whole(null);
  // Read, or set to be read as text.
  if (req.readableDidRead || req.readableEncoding !== null) return whole(keptBody(keptOf(req, facts), view, REMEDY));
  return req.readableEnded ? whole(null) : uploadOf(req);
}

/** Values that may be the original bytes. Of a compressed body there are none, because parsers decompress before they keep anything. */
function keptOf(req: IncomingMessage, { rawBody, body }: ProxiedFacts): readonly unknown[] {
  const plain = /^(?:identity)?$/i.test(req.headers['content-encoding'] ?? '');
  return plain ? [rawBody, body].filter((kept) => ArrayBuffer.isView(kept)) : [];
}

/** HTTP/2 announces a body by neither header. */
function hasBody({ headers, httpVersionMajor }: IncomingMessage): boolean {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length) > 0;
  return headers['transfer-encoding'] !== undefined || httpVersionMajor > 1;
}

/**
 * The body as a Web stream that reads from the connection on demand. `Readable.toWeb` and Node's iterator destroy the request when
 * they end early, and with it the connection on which the answer has to go out.
 */
function uploadOf(req: IncomingMessage & ProxiedFacts): Upload {
  let stop = (): void => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const take = (chunk: Uint8Array): void => {
          controller.enqueue(chunk);
          // Nothing is kept in advance (`highWaterMark`): the next read asks again.
          req.pause();
        };
        const release = (): void => void req.off('data', take).off('end', close).off('error', fail).off('close', fail);
        const close = (): void => {
          release();
          controller.close();
        };
        const fail = (): void => {
          release();
          controller.error(cutOff());
        };
        stop = () => {
          release();
          discardRest(req);
        };
        req.pause();
        req.on('data', take).on('end', close).on('error', fail).on('close', fail);
      },
      pull: () => void req.resume(),
      cancel: () => stop(),
    },
    { highWaterMark: 0 },
  );
  return { body, stop: () => stop() };
}
