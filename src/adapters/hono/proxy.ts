import type { Context } from 'hono';
import { getRuntimeKey } from 'hono/adapter';
import type { Config } from '../../core/config/config.js';
import type { FrontendApiProxy } from '../../core/proxy/frontend-api-proxy.js';
import { publicOrigin } from '../../core/request/public-origin.js';
import type { HonoView } from './request-view.js';

/** Headers that name the browser's address, best first; believed only where somebody we trust sets them. */
const ADDRESS_HEADERS = ['cf-connecting-ip', 'x-real-ip', 'x-forwarded-for'];

/** Forwards a request that belongs to the proxy. */
export async function serveProxy(
  proxy: FrontendApiProxy,
  config: Config,
  view: HonoView,
  c: Context,
): Promise<Response> {
  const origin = publicOrigin(view, config);
  if (origin === null || view.method === 'TRACE') return c.body(null, 400);
  const readable = view.method !== 'GET' && view.method !== 'HEAD';
  return proxy.forward({
    method: view.method,
    url: view.url,
    headers: view.headers(),
    publicOrigin: origin,
    clientAddress: clientAddress(view, config, c),
    body: readable ? c.req.raw.body : null,
  });
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
