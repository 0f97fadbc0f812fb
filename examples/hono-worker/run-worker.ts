/** Builds the Worker as `wrangler` would and runs it in workerd, on this machine. */
import { Miniflare } from 'miniflare';
import { fileURLToPath } from 'node:url';
import { bundleForWorkers } from '../../scripts/bundle-for-workers.mjs';

/** One file of JavaScript without anything of Node: what needs a Node module fails to build here. */
export function bundleWorker(): Promise<string> {
  return bundleForWorkers({ entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))] });
}

/** @param bindings what `c.env` holds */
export async function runWorker(bindings: Readonly<Record<string, string>>, port = 0) {
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: await bundleWorker() }],
    compatibilityDate: '2026-01-01',
    host: '127.0.0.1',
    port,
    bindings,
  });
  const url = (await worker.ready).href.replace(/\/$/, '');
  return { url, stop: () => worker.dispose() };
}
