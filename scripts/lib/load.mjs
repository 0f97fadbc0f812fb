// Loads TypeScript modules of `src` into scripts, because Node 20 runs JavaScript alone.
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './document.mjs';

/**
 * @param {string} path from the root; what it imports comes with it
 * @returns {Promise<unknown>} the module; the caller casts it
 */
export async function load(path) {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, path)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild wrote nothing of ${path}.`);
  const code = Buffer.from(file.contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}
