import type { Context } from 'hono';
import { getRuntimeKey } from 'hono/adapter';
import type { Config } from '../../core/config/config.js';
import type { Entrance } from '../../core/middleware/entrance.js';
import type { FrontendApiProxy, ProxiedBody } from '../../core/proxy/frontend-api-proxy.js';
import { proxiedOrigin } from '../../core/proxy/proxied-origin.js';
import type { MaybePromise } from '../../ports.js';
import type { HonoView } from './request-view.js';

/** Headers that name the browser's address, best first; believed only where somebody we trust sets them. */
const ADDRESS_HEADERS = ['cf-connecting-ip', 'x-real-ip', 'x-forwarded-for'];

/** Forwards a request that belongs to the proxy. */
export async function serveProxy(
  proxy: FrontendApiProxy,
  { authenticator: { config }, check }: Entrance,
  view: HonoView,
  c: Context,
): Promise<Response> {
  const origin = proxiedOrigin(view, check, config);
  if (origin === null) return c.body(null, 400);
  return proxy.forward({
    method: view.method,
    url: view.url,
    headers: view.headers(),
    publicOrigin: origin,
    clientAddress: clientAddress(view, config, c),
    body: () => bodyOf(c),
    // Aborted when the browser has gone, where the runtime tells.
    signal: c.req.raw.signal,
  });
}

/** The body as it came; where somebody in front of us has read it, what Hono has kept of it. */
function bodyOf({ req }: Context): MaybePromise<ProxiedBody> {
  if (!req.raw.bodyUsed || Object.keys(req.bodyCache).length === 0) return req.raw.body;
  return req.arrayBuffer().then((bytes) => new Uint8Array(bytes));
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
