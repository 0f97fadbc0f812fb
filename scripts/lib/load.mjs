// Modules of `src` for scripts, which Node.js runs as they are: Node 20 knows no types.
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './document.mjs';

/**
 * @param {string} path from the root; what it imports comes with it
 * @returns {Promise<unknown>} who loads it says what it is
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
