import type { Context } from 'hono';
import { getRuntimeKey } from 'hono/adapter';
import { keptBody, type Config, type Forward, type ProxiedBody } from '../../core/index.js';
import type { HonoView } from './request-view.js';

/** Headers that name the browser's address, best first. Anyone can send them, so they count only behind a trusted proxy. */
const ADDRESS_HEADERS = ['cf-connecting-ip', 'x-real-ip', 'x-forwarded-for'];

const REMEDY =
  'Mount clerkMiddleware() before whatever reads bodies, or read them with `c.req.arrayBuffer()` first, which keeps the bytes.';

/**
 * Forwards a request that belongs to the proxy.
 *
 * @throws {ConfigurationError} (rejects) for a body that was read before, and whose bytes nobody kept
 */
export async function serveProxy({ proxy, origin, config }: Forward, view: HonoView, c: Context): Promise<Response> {
  if (origin === null) return c.body(null, 400);
  return proxy.forward({
    method: view.method,
    url: view.url,
    headers: view.headers(),
    publicOrigin: origin,
    clientAddress: clientAddress(view, config, c),
    body: () => bodyOf(c, view),
    // Aborted when the browser has gone, where the runtime tells.
    signal: c.req.raw.signal,
  });
}

/** The body as it came: the stream, unless somebody has read it; else what Hono has kept of it. */
async function bodyOf({ req }: Context, view: HonoView): Promise<ProxiedBody> {
  const { raw } = req;
  if (!raw.bodyUsed && raw.body?.locked !== true) return raw.body;
  // The kind that was read first. Hono makes every other kind from it: after a form, the bytes would be a new encoding of it.
  const [kind, first] = Object.entries<unknown>(req.bodyCache)[0] ?? [];
  const kept = await Promise.resolve(first).catch(() => null);
  return keptBody([kind === 'blob' ? await (kept as Blob | null)?.arrayBuffer() : kept], view, REMEDY);
}

/** On Workers the platform sets `CF-Connecting-IP`; elsewhere such headers count with `trustProxy`, else the socket. */
function clientAddress(view: HonoView, config: Config, c: Context): string | null {
  const trusted =
    getRuntimeKey() === 'workerd' ? ADDRESS_HEADERS.slice(0, 1) : config.trustProxy ? ADDRESS_HEADERS : [];
  for (const name of trusted) {
    const first = view.header(name)?.split(',', 1)[0]?.trim();
    if (first) return first;
  }
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress ?? null;
}
