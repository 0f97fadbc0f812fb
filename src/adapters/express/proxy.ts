/** The Frontend API proxy between Node's streams and the Web's. */
import type { Request, Response } from 'express';
import type { FrontendApiProxy, ProxiedBody, ProxiedRequest } from '../../core/proxy/frontend-api-proxy.js';
import { bytesOf } from '../../realm.js';
import { cutOff, discardRest } from './body.js';

interface Upload {
  readonly body: ProxiedBody;
  /** Nobody asks for more of it: the rest goes by. */
  readonly stop: () => void;
}

/** Forwards a request that belongs to the proxy, and streams the answer back. */
export async function serveProxy(
  proxy: FrontendApiProxy,
  req: Request,
  res: Response,
  from: Pick<ProxiedRequest, 'url' | 'headers' | 'publicOrigin'>,
): Promise<void> {
  let stopUpload = (): void => undefined;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const answer = await proxy.forward({
    url: from.url,
    headers: from.headers,
    publicOrigin: from.publicOrigin,
    method: req.method,
    clientAddress: req.ip ?? null,
    body: () => {
      const { body, stop } = bodyOf(req);
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

/** An answer that breaks off breaks off for the browser too: it must not look like a whole one. */
async function stream(body: ReadableStream<Uint8Array>, res: Response): Promise<void> {
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

function drained(res: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
}

/** The body as it came; where a parser that ran before us has read it, what the parser made of it, written out again. */
function bodyOf(req: Request): Upload {
  const { headers } = req;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
  if (hasBody && !req.readableEnded) return uploadOf(req);
  return { body: hasBody ? parsedBody(req) : null, stop: () => undefined };
}

function parsedBody({ headers, body }: { headers: Request['headers']; body?: unknown }): ProxiedBody {
  if (typeof body === 'string') return body;
  const bytes = bytesOf(body);
  if (bytes !== null) return bytes;
  if (typeof body !== 'object' || body === null) return null;
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return JSON.stringify(body);
  return new URLSearchParams(
    Object.entries(body).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)])),
  ).toString();
}

/**
 * The body as a stream that takes from the connection what is asked for. Not an iterator of Node's: that one destroys the
 * request when it ends early, and with it the connection on which the answer has to go out.
 */
function uploadOf(req: Request): Upload {
  let stop = (): void => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const take = (chunk: Uint8Array): void => {
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) req.pause();
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
