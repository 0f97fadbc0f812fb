// Modules of `src` for scripts, which Node.js runs as they are: Node 20 knows no types.
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './document.mjs';

/** @param path from the root; what it imports comes with it */
export async function load(path) {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, path)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}
