/** The Frontend API proxy between Node's streams and the Web's. */
import type { Request, Response } from 'express';
import type { FrontendApiProxy, ProxiedRequest } from '../../core/proxy/frontend-api-proxy.js';

/** Forwards a request that belongs to the proxy, and streams the answer back. */
export async function serveProxy(
  proxy: FrontendApiProxy,
  req: Request,
  res: Response,
  from: Pick<ProxiedRequest, 'url' | 'headers' | 'publicOrigin'>,
): Promise<void> {
  const answer = await proxy.forward({
    url: from.url,
    headers: from.headers,
    publicOrigin: from.publicOrigin,
    method: req.method,
    clientAddress: req.ip ?? null,
    body: bodyOf(req),
  });
  res.statusCode = answer.status;
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') res.setHeader(name, value);
  for (const cookie of answer.headers.getSetCookie()) res.appendHeader('set-cookie', cookie);
  if (answer.body === null) return void res.end();
  const reader = answer.body.getReader();
  res.once('close', () => void reader.cancel().catch(() => undefined));
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (!res.write(piece.value)) await new Promise((resolve) => res.once('drain', resolve).once('close', resolve));
  }
  res.end();
}

/** The body as it came; where a parser that ran before us has read it, what the parser made of it, written out again. */
function bodyOf(req: Request): ReadableStream<Uint8Array> | string | null {
  const { headers } = req;
  if (headers['transfer-encoding'] === undefined && !(Number(headers['content-length']) > 0)) return null;
  if (!req.readableEnded) return streamOf(req);
  const body: unknown = req.body;
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  if (typeof body !== 'object' || body === null) return null;
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return JSON.stringify(body);
  return new URLSearchParams(
    Object.entries(body).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)])),
  ).toString();
}

function streamOf(req: Request): ReadableStream<Uint8Array> {
  const chunks = req[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}
