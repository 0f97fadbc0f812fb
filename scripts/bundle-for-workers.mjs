/** Bundles an application for Workers. Sizes, runtime checks, benchmarks and tests all use these options. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sourceOf } from './entry-points.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Options of esbuild, as `wrangler` has them. Without Node's modules: what needs one fails to build.
 * @satisfies {import('esbuild').BuildOptions}
 */
export const FOR_WORKERS = {
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['workerd', 'worker', 'browser'],
};

/**
 * Public names lead to the sources, without a build, as vitest.config.ts has them.
 * @type {import('esbuild').Plugin}
 */
export const fromSources = {
  name: 'from sources',
  setup(bundler) {
    const found = (/** @type {string} */ source) => ({ path: `${root}${source}`, sideEffects: false });
    bundler.onResolve({ filter: /^bailiff(-local)?(\/|$)/ }, ({ path }) => {
      const source = sourceOf(path);
      return source === undefined ? undefined : found(source);
    });
    bundler.onResolve({ filter: /^#signature$/ }, () => found('src/verify/signature.ts'));
  },
};

/**
 * The code of a Worker.
 * @param {import('esbuild').BuildOptions} input `entryPoints` or `stdin`, and what differs
 * @returns {Promise<string>} one module
 */
export async function bundleForWorkers(input) {
  const { outputFiles } = await build({ ...FOR_WORKERS, ...input, write: false });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild wrote no file.');
  return file.text;
}
