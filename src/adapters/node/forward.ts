import type { IncomingMessage, ServerResponse } from 'node:http';
import { watched, type Forward } from '../../core/index.js';
import type { NodeView } from './node-view.js';
import type { ProxiedFacts } from './proxy.js';

/**
 * Serves a request that belongs to the Frontend API proxy, whose code is loaded with the first of them: most servers proxy nothing.
 *
 * @param facts what the framework adds to the request
 * @throws (rejects) errors that have been reported to listener and logger
 */
export async function forward(
  forwarded: Forward,
  view: NodeView,
  req: IncomingMessage,
  res: ServerResponse,
  facts: ProxiedFacts,
): Promise<void> {
  await watched(forwarded.config, 'proxy', async () => {
    const { serveProxy } = await import('./proxy.js');
    return serveProxy(forwarded, view, req, res, facts);
  });
}
