/** Builds the Worker as `wrangler` would and runs it in workerd, on this machine. */
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { fileURLToPath } from 'node:url';

/** One file of JavaScript without anything of Node: what needs a Node module fails to build here. */
export async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
  });
  return outputFiles[0]?.text ?? '';
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
